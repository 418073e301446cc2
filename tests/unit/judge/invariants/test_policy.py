"""The review policy, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import GATED, Case, Cases, Tape, found, policy, wanted

CASES = Cases()


@CASES.held("policy.stored")
def is_stored(tape: Tape) -> None:
    """A change is in its answer and in the next read, the rest as before."""
    tape.policy()
    tape.change_policy(answer=policy(GATED, show={"firstNPostsBlocked": 3}), firstNPostsBlocked=3)
    tape.policy(show={"firstNPostsBlocked": 3})


@CASES.violated("policy.stored")
def is_not_answered_as_set(tape: Tape) -> None:
    """A change is not in its answer."""
    tape.change_policy(answer=policy(GATED), firstNPostsBlocked=3)


@CASES.violated("policy.stored")
def is_not_read_as_set(tape: Tape) -> None:
    """A change is answered, and not in the next read."""
    tape.change_policy(autoApproveAfter="PT48H")
    tape.policy()


@CASES.violated("policy.stored")
def resets_the_rest(tape: Tape) -> None:
    """A change of one setting resets another."""
    tape.policy(show={"autoApproveAfter": "PT48H"})
    tape.change_policy(answer=policy(GATED), requiresApproval=True)


@CASES.silent("policy.stored")
def is_not_changed(tape: Tape) -> None:
    """A change that was refused or lost is none."""
    tape.policy()
    tape.change_policy(firstNPostsBlocked=99, status=422)
    tape.change_policy(firstNPostsBlocked=3, lost=True)
    tape.policy()


@CASES.held("policy.stored")
def is_changed_again_before_it_is_read(tape: Tape) -> None:
    """A read that comes after, or during, another change may show that one."""
    tape.change_policy(firstNPostsBlocked=3)
    tape.change_policy(firstNPostsBlocked=4, lost=True)
    tape.policy(show={"firstNPostsBlocked": 4})


@CASES.held("policy.stored")
def is_changed_twice_at_once(tape: Tape) -> None:
    """Of two changes that overlap, each may show the other's setting in its answer."""
    tape.policy()
    both = {"firstNPostsBlocked": 3, "autoApproveAfter": "PT48H"}
    tape.change_policy(answer=policy(GATED, show=both), firstNPostsBlocked=3, took=3)
    tape.change_policy(
        answer=policy(GATED, show={"autoApproveAfter": "PT48H"}), autoApproveAfter="PT48H", took=1
    )


@CASES.held("policy.stored")
def shows_more_than_its_settings(tape: Tape) -> None:
    """Fields that no page names may change as they like."""
    tape.policy(show={"revision": 1, "updatedAt": "2026-04-18T12:04:11Z"})
    shown = policy(GATED, show={"firstNPostsBlocked": 3, "revision": 2})
    tape.change_policy(answer=shown, firstNPostsBlocked=3)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of policies gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
