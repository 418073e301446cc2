"""The review and its policy, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import (
    GATED,
    OPEN,
    Case,
    Cases,
    Made,
    Tape,
    found,
    policy,
    somebody_elses,
    wanted,
)

CASES = Cases()
PENDING = {"approvalStatus": "pending"}
APPROVED = {"approvalStatus": "approved"}
REJECTED = {"approvalStatus": "rejected"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of reviews gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


def pending(tape: Tape) -> Made:
    """A completed container that waits for its review."""
    made = tape.generate(project=GATED)
    tape.read(made, "completed", PENDING)
    return made


@CASES.held("approval.gate")
def waits_where_the_policy_asks(tape: Tape) -> None:
    """A container of a gated project is pending once completed."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.read(made, "completed", PENDING)
    tape.policy()


@CASES.held("approval.gate")
def waits_for_nobody_where_the_policy_does_not(tape: Tape) -> None:
    """A container of an open project needs no review."""
    tape.policy(OPEN, review=False)
    tape.read(tape.generate())
    tape.policy(OPEN, review=False)


@CASES.violated("approval.gate")
def does_not_wait(tape: Tape) -> None:
    """A completed container of a gated project needs no review."""
    tape.policy()
    tape.read(tape.generate(project=GATED))
    tape.policy()


@CASES.violated("approval.gate")
def waits_for_no_reason(tape: Tape) -> None:
    """A completed container of an open project waits for a review."""
    tape.policy(OPEN, review=False)
    tape.read(tape.generate(), "completed", PENDING)
    tape.policy(OPEN, review=False)


@CASES.violated("approval.gate")
def keeps_its_decision_through_a_render(tape: Tape) -> None:
    """A second render of an approved container completes as approved."""
    tape.policy()
    made = pending(tape)
    tape.approve(made)
    again = tape.regenerate(made)
    tape.read(again, "generating", APPROVED)
    tape.read(again, "completed", APPROVED)
    tape.policy()


@CASES.silent("approval.gate")
def may_be_approved_by_a_person(tape: Tape) -> None:
    """Who reads a container for the first time long after it completed finds it decided."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.wait(60)
    tape.read(made, "completed", APPROVED)
    tape.policy()


@CASES.silent("approval.gate")
def is_read_without_its_policy_before(tape: Tape) -> None:
    """The policy may have been another when the render began."""
    tape.read(tape.generate(project=GATED))
    tape.policy()


@CASES.silent("approval.gate")
def is_read_while_its_policy_is_changed_by_others(tape: Tape) -> None:
    """Two reads of the policy differ: somebody has changed it."""
    tape.policy(review=True)
    tape.read(tape.generate(project=GATED))
    tape.policy(review=False)


@CASES.silent("approval.gate")
def is_read_while_its_policy_is_changed_and_changed_back(tape: Tape) -> None:
    """The same policy before and after, and a change in between."""
    tape.policy()
    tape.change_policy(requiresApproval=False)
    made = tape.generate(project=GATED)
    tape.change_policy(requiresApproval=True)
    tape.read(made)
    tape.policy()


@CASES.silent("approval.gate")
def is_read_while_its_policy_may_have_been_changed(tape: Tape) -> None:
    """A change without an answer may have been carried out."""
    tape.change_policy(requiresApproval=False, lost=True)
    tape.policy()
    tape.read(tape.generate(project=GATED))
    tape.policy()


@CASES.silent("approval.gate")
def has_a_policy_with_other_settings(tape: Tape) -> None:
    """What an automatic approval and a number of blocked posts do is not promised."""
    for show in ({"autoApproveAfter": "PT48H"}, {"firstNPostsBlocked": 3}):
        tape.policy(show=show)
        tape.read(tape.generate(project=GATED))
        tape.policy(show=show)


@CASES.silent("approval.gate")
def may_have_been_decided_on(tape: Tape) -> None:
    """A decision without an answer may have been taken."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.approve(made, lost=True)
    tape.read(made, "completed", APPROVED)
    tape.policy()


@CASES.silent("approval.gate")
def is_not_one_of_ours(tape: Tape) -> None:
    """Nobody knows under which policy others’ containers were made."""
    tape.policy(OPEN)
    tape.read(somebody_elses())
    tape.policy(OPEN)


@CASES.silent("approval.gate")
def is_not_certainly_of_this_render(tape: Tape) -> None:
    """A container that may be in a second render may show the review of the first."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.regenerate(made, lost=True)
    tape.read(made)
    tape.policy()


@CASES.held("approval.visible", "approval.keeps-status")
def shows_its_decision(tape: Tape) -> None:
    """A decision is shown by every read after it, and the status stays."""
    made = pending(tape)
    tape.approve(made)
    tape.read(made, "completed", APPROVED)
    other = pending(tape)
    tape.reject(other)
    tape.read(other, "completed", REJECTED)


@CASES.violated("approval.visible")
def does_not_show_its_decision(tape: Tape) -> None:
    """An approved container is pending."""
    made = pending(tape)
    tape.approve(made)
    tape.read(made, "completed", PENDING)


@CASES.violated("approval.visible")
def shows_another_decision(tape: Tape) -> None:
    """A rejected container is approved."""
    made = pending(tape)
    tape.reject(made)
    tape.read(made, "completed", APPROVED)


@CASES.silent("approval.visible", "approval.keeps-status")
def is_read_while_it_is_decided_on(tape: Tape) -> None:
    """A read that overlaps a decision may show it or not."""
    made = pending(tape)
    tape.approve(made, took=3)
    tape.read(made, "completed", PENDING, took=0.5)


@CASES.silent("approval.visible", "approval.keeps-status")
def is_not_decided_on(tape: Tape) -> None:
    """A decision that was refused, or is without an answer, need not be shown."""
    made = pending(tape)
    tape.approve(made, status=429)
    tape.approve(made, status=404, credential="other")
    tape.approve(made, lost=True)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.visible", "approval.keeps-status")
def is_decided_on_and_rendered_again(tape: Tape) -> None:
    """A new render waits for a new review."""
    made = pending(tape)
    tape.approve(made)
    second = tape.regenerate(made)
    tape.read(second, "queued", PENDING)


@CASES.silent("approval.visible", "approval.keeps-status")
def is_decided_on_and_may_be_rendered_again(tape: Tape) -> None:
    """A regenerate without an answer may have been carried out."""
    made = pending(tape)
    tape.approve(made)
    tape.regenerate(made, lost=True)
    tape.read(made, "queued", PENDING)


@CASES.silent("approval.visible", "approval.keeps-status")
def is_rejected_and_rendered_again(tape: Tape) -> None:
    """A rejection with a new render may show the rejection or the next review."""
    made = pending(tape)
    second = tape.reject_again(made)
    tape.read(second, "queued", REJECTED)
    tape.read(second, "completed", PENDING)


@CASES.silent("approval.visible", "approval.keeps-status", "approval.once", "approval.early")
def somebody_elses_is_decided_on(tape: Tape) -> None:
    """Others may have rendered again what is theirs before we read it."""
    theirs = somebody_elses()
    tape.read(theirs, "generating", PENDING)
    tape.approve(theirs)
    tape.read(theirs, "completed", APPROVED)
    tape.approve(theirs)
    tape.read(theirs, "queued", PENDING)


@CASES.violated("approval.keeps-status", also=["lifecycle.terminal", "lifecycle.canceled"])
def is_canceled_by_a_rejection(tape: Tape) -> None:
    """A rejected container is canceled, which ends it twice and for no cause."""
    made = pending(tape)
    tape.reject(made)
    tape.read(made, "canceled", REJECTED)


@CASES.held("approval.once")
def is_decided_on_once(tape: Tape) -> None:
    """A decision on what is decided, or needs none, is refused."""
    made = pending(tape)
    tape.approve(made)
    tape.read(made, "completed", APPROVED)
    tape.reject(made, status=409)
    free = tape.generate()
    tape.read(free)
    tape.approve(free, status=409)


@CASES.violated("approval.once")
def is_decided_on_twice(tape: Tape) -> None:
    """An approved container is approved again."""
    made = pending(tape)
    tape.approve(made)
    tape.read(made, "completed", APPROVED)
    tape.approve(made)


@CASES.violated("approval.once")
def is_decided_on_without_need(tape: Tape) -> None:
    """A container that needs no review is rejected."""
    made = tape.generate()
    tape.read(made)
    tape.reject(made)


@CASES.violated("approval.once")
def is_refused_with_another_code(tape: Tape) -> None:
    """A decision that comes too late is refused as a conflict of keys."""
    made = tape.generate()
    tape.read(made)
    tape.reject(made, status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("approval.once")
def is_decided_on_twice_for_all_we_know(tape: Tape) -> None:
    """A pending review, a busy server, an invalid body or another write say nothing."""
    made = pending(tape)
    tape.approve(made, lost=True)
    tape.approve(made)
    other = pending(tape)
    tape.approve(other, status=429)
    tape.approve(other, status=503)
    free = tape.generate()
    tape.read(free)
    tape.reject(free, status=422, body={"reason": ""})
    unread = tape.generate()
    tape.approve(unread)


@CASES.silent("approval.once")
def may_have_become_pending(tape: Tape) -> None:
    """Where the policy has changed since, a completed container may have been gated."""
    made = tape.generate(project=GATED)
    tape.read(made)
    tape.change_policy(requiresApproval=True)
    tape.approve(made)


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
