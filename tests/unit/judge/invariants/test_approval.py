"""Reviews and decisions, judged on hand-made histories."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers.histories import (
    GATED,
    GONE,
    OPEN,
    Case,
    Cases,
    Made,
    Tape,
    found,
    somebody_elses,
    stamp,
    wanted,
)
from tests.helpers.scenes import ended, waiting

CASES = Cases()
PENDING = {"approvalStatus": "pending"}
APPROVED = {"approvalStatus": "approved"}
REJECTED = {"approvalStatus": "rejected"}
OTHER_CAPTION = [{"platform": "tiktok", "text": "Sooner."}]


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


@CASES.violated("approval.keeps-status", also=["lifecycle.terminal", "lifecycle.canceled"])
def is_canceled_by_a_rejection(tape: Tape) -> None:
    """A rejected container is canceled, which ends it twice and for no cause."""
    made = pending(tape)
    tape.reject(made)
    tape.read(made, "canceled", REJECTED)


@CASES.held("approval.early")
def is_not_decided_on_early(tape: Tape) -> None:
    """Decisions are refused while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "queued")
    tape.approve(made, status=409)
    tape.reject(made, status=409)
    tape.poll(made)


@CASES.violated("approval.early")
def is_approved_early(tape: Tape) -> None:
    """An approval is accepted while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.approve(made)
    tape.poll(made)


@CASES.violated("approval.early")
def is_rejected_early(tape: Tape) -> None:
    """A rejection is accepted while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "queued")
    tape.reject(made)
    tape.poll(made)


@CASES.silent("approval.early")
def may_have_completed_in_time(tape: Tape) -> None:
    """A decision may come right after the end."""
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.approve(made)
    tape.poll(made, "completed")


@CASES.held("approval.keeps-rest")
def is_approved_as_it_is(tape: Tape) -> None:
    """An approval changes the review, and when it was updated."""
    made = waiting(tape)
    tape.approve(made)
    tape.read(made, show={**APPROVED, "updatedAt": stamp(tape.now)})


@CASES.violated("approval.keeps-rest")
def loses_a_caption_by_its_approval(tape: Tape) -> None:
    """An approval changes a caption."""
    made = waiting(tape)
    tape.approve(made)
    tape.read(made, show={**APPROVED, "captions": OTHER_CAPTION})


@CASES.silent("approval.keeps-rest", also=["schema.body"])
def may_have_changed_by_something_else(tape: Tape) -> None:
    """Refused decisions, new renders and other people's containers say nothing."""
    made = waiting(tape)
    tape.approve(made, status=503)
    tape.read(made, show={**PENDING, "brief": GONE})
    again = tape.reject_again(made)
    tape.read(again, "queued", show={"approvalStatus": "rejected"})
    theirs = somebody_elses()
    tape.read(theirs, show=PENDING)
    tape.approve(theirs)
    tape.read(theirs, show={**APPROVED, "captions": OTHER_CAPTION})


@CASES.held("approval.apart")
def leaves_its_sibling_alone(tape: Tape) -> None:
    """A sibling is pending before a decision and after it."""
    made, other = waiting(tape), waiting(tape)
    tape.approve(made)
    tape.read(other, show=PENDING)


@CASES.violated("approval.apart")
def decides_on_its_sibling(tape: Tape) -> None:
    """A sibling that nobody decided on is approved, too."""
    made, other = waiting(tape), waiting(tape)
    tape.approve(made)
    tape.read(other, show=APPROVED)


@CASES.silent("approval.apart")
def may_be_decided_by_others(tape: Tape) -> None:
    """A person had the time, the sibling was decided on as well, or it decides by itself."""
    made, other = waiting(tape), waiting(tape)
    tape.approve(made)
    tape.wait(120)
    tape.read(other, show=APPROVED)


@CASES.silent("approval.apart")
def may_be_approved_by_time(tape: Tape) -> None:
    """A policy that approves by itself explains every approval."""
    tape.policy(show={"autoApproveAfter": "PT1S"})
    made, other = tape.generate(project=GATED), tape.generate(project=GATED)
    tape.read(made, show=PENDING)
    tape.read(other, show=PENDING)
    tape.approve(made)
    tape.read(other, show=APPROVED)


def pending_on_arrival(tape: Tape, **fields: Any) -> Made:
    """A container that was read while it waits for its review."""
    made = tape.generate(project=GATED, **fields)
    tape.read(made, "completed", PENDING)
    return made


@CASES.held("approval.taken")
def may_be_decided(tape: Tape) -> None:
    """What is pending_on_arrival is approved, rejected, rejected for a new render."""
    tape.approve(pending_on_arrival(tape))
    tape.reject(pending_on_arrival(tape))
    tape.reject_again(pending_on_arrival(tape))


@CASES.violated("approval.taken")
def may_not_be_approved(tape: Tape) -> None:
    """An approval of what is pending_on_arrival is refused, and it is pending_on_arrival still."""
    made = pending_on_arrival(tape)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


@CASES.violated("approval.taken")
def may_not_be_rejected(tape: Tape) -> None:
    """A rejection of what is pending_on_arrival is not found."""
    made = pending_on_arrival(tape)
    tape.reject(made, status=404)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.taken")
def is_decided_by_the_server(tape: Tape) -> None:
    """The server may approve by itself, and somebody else may decide, just before the call."""
    made, other = pending_on_arrival(tape), pending_on_arrival(tape)
    tape.approve(made, status=409)
    tape.read(made, "completed", {"approvalStatus": "approved"})
    tape.reject(other, status=409)


@CASES.silent("approval.taken")
def is_not_to_be_decided(tape: Tape) -> None:
    """What renders, needs no review or is decided is refused its decision."""
    early = tape.generate(project=GATED)
    tape.read(early, "generating", PENDING)
    tape.approve(early, status=409)
    tape.read(early, "generating", PENDING)
    free = ended(tape)
    tape.approve(free, status=409)
    tape.read(free)


@CASES.silent("approval.taken")
def is_decided_under_a_policy_that_changes(tape: Tape) -> None:
    """A change of the policy, even one that was lost, may lift the review for a while."""
    made = pending_on_arrival(tape)
    tape.change_policy(GATED, requiresApproval=False, lost=True)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.taken")
def is_refused_a_decision_for_other_reasons(tape: Tape) -> None:
    """Other callers, invalid and busy decisions, an archive and lost calls say nothing."""
    made = pending_on_arrival(tape)
    tape.approve(made, status=404, credential="other")
    tape.read(made, "completed", PENDING)
    tape.reject(made, status=422, body={})
    tape.read(made, "completed", PENDING)
    tape.approve(made, status=429)
    tape.read(made, "completed", PENDING)
    tape.reject(
        made,
        status=404,
        body={"reason": "No.", "regenerate": True, "patch": {"influencerId": "inf_1"}},
    )
    tape.read(made, "completed", PENDING)
    tape.archive(GATED)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.taken")
def loses_to_another_decision(tape: Tape) -> None:
    """Of two decisions that overlap, or of which one was lost, one is refused."""
    made = pending_on_arrival(tape)
    tape.reject(made, lost=True)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


def reviewed(tape: Tape) -> Made:
    """A container that waits for its review."""
    made = tape.generate(project=GATED)
    tape.read(made, "completed", PENDING)
    return made


@CASES.held("approval.race")
def is_decided_by_one(tape: Tape) -> None:
    """Of an approval and a rejection one is taken, the other refused."""
    made = reviewed(tape)
    tape.approve(made, took=5)
    tape.reject(made, at=tape.now - 0.9, status=409)


@CASES.violated("approval.race")
def is_approved_and_rejected(tape: Tape) -> None:
    """An approval and a rejection that arrive together are both taken."""
    made = reviewed(tape)
    tape.approve(made, took=5)
    tape.reject(made)


@CASES.violated("approval.race")
def is_approved_twice(tape: Tape) -> None:
    """Two approvals that arrive together are both taken."""
    made = reviewed(tape)
    tape.approve(made, took=5)
    tape.approve(made)


@CASES.silent("approval.race")
def is_decided_one_after_the_other(tape: Tape) -> None:
    """Decisions one after the other are no race, and none is where both are refused."""
    made = reviewed(tape)
    tape.approve(made)
    tape.reject(made, status=409)
    other = tape.generate()
    tape.read(other)
    tape.approve(other, status=409, took=5)
    tape.reject(other, status=409)


@CASES.silent("approval.race")
def is_decided_beside_what_was_not_served(tape: Tape) -> None:
    """A decision that was lost, rate limited, invalid, or not ours to take has lost no race."""
    made = reviewed(tape)
    tape.approve(made, took=9)
    tape.reject(made, status=429)
    tape.reject(made, status=503)
    tape.reject(made, status=422, body={})
    tape.reject(made, status=404, credential="other")
    tape.reject(made, status=401, credential="none")
    tape.reject(made, lost=True)


@CASES.silent("approval.race")
def is_rendered_again_between_two_decisions(tape: Tape) -> None:
    """A new render may complete between two decisions and wait for the second one."""
    made = reviewed(tape)
    tape.approve(made, took=9)
    tape.regenerate(made, took=0.5)
    tape.approve(made, took=9)


@CASES.silent("approval.race")
def is_rejected_for_a_new_render(tape: Tape) -> None:
    """A rejection that starts a render may come first, and the approval be of the new one."""
    made = reviewed(tape)
    tape.reject_again(made, took=5)
    tape.approve(made, took=5)


@CASES.silent("approval.race")
def is_somebody_elses_to_decide(tape: Tape) -> None:
    """What happens to other people's containers is not known."""
    theirs = somebody_elses()
    tape.approve(theirs, took=5)
    tape.reject(theirs)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of reviews gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
