"""What must not touch each other, judged on hand-made histories."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest
from tests.helpers.histories import (
    EPOCH,
    GATED,
    GONE,
    MARKER,
    OPEN,
    Case,
    Cases,
    Made,
    Tape,
    assets,
    container,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()
PENDING = {"approvalStatus": "pending"}
APPROVED = {"approvalStatus": "approved"}
OTHER_CAPTION = [{"platform": "tiktok", "text": "Sooner."}]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of calls side by side gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)


def waiting(tape: Tape) -> Made:
    """A completed container that waits for its review, in a project that was asked about it."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.read(made, show=PENDING)
    return made


# approval.keeps-rest


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


# asset.own


@CASES.held("asset.own")
def is_not_found_elsewhere(tape: Tape) -> None:
    """The asset of one container is not found under another one."""
    made, other = tape.generate(), tape.generate()
    tape.read(made)
    tape.read(other)
    tape.sign(made, asset=assets(other)[0]["id"], status=404, answer=None)


@CASES.violated("asset.own")
def is_found_elsewhere(tape: Tape) -> None:
    """The asset of one container is signed under another one."""
    made, other = tape.generate(), tape.generate()
    tape.read(made)
    tape.read(other)
    name = assets(other)[0]["id"]
    tape.sign(made, asset=name, show={"id": name})


@CASES.silent("asset.own")
def may_be_its_own(tape: Tape) -> None:
    """An asset that both have shown, that none has, or a container that was never read."""
    made, other, unread = tape.generate(), tape.generate(), tape.generate()
    shared = {"assets": assets(other)}
    tape.read(made, show=shared)
    tape.read(other)
    name = assets(other)[0]["id"]
    tape.sign(made, asset=name, show={"id": name})
    tape.sign(unread, asset=name, show={"id": name})
    tape.sign(made, asset="med_nobodys", status=404, answer=None)


# reject.reason


@CASES.held("reject.reason")
def repeats_the_reason(tape: Tape) -> None:
    """The answer shows the reason as it was given."""
    tape.reject(waiting(tape))


@CASES.violated("reject.reason")
def cuts_the_reason(tape: Tape) -> None:
    """The answer shows the beginning of a long reason."""
    made = waiting(tape)
    tape.reject(made, body={"reason": "Off brand. " * 50})


@CASES.silent("reject.reason")
def shows_no_reason(tape: Tape) -> None:
    """A refusal, an answer that is lost, and an approval show no reason."""
    made = waiting(tape)
    tape.reject(made, status=422)
    tape.reject(made, lost=True)
    tape.approve(made, lost=True)


# approval.apart


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


# errors.refused-does-nothing


@CASES.held("errors.refused-does-nothing")
def is_refused_and_not_listed(tape: Tape) -> None:
    """A call that is refused as invalid leaves nothing in the list."""
    brief = {"hook": f"Never [{MARKER} x]"}
    body = {"format": "none", "brief": brief}
    tape.call("generateContent", {"projectId": OPEN}, body=body, status=422)
    tape.page()


@CASES.violated("errors.refused-does-nothing")
def is_refused_and_made(tape: Tape) -> None:
    """The hook of a refused call is found on a container that no 202 named."""
    theirs = somebody_elses()
    brief = {"hook": f"Never [{MARKER} x]"}
    body = {"format": "none", "brief": brief}
    tape.call("generateContent", {"projectId": OPEN}, body=body, status=422)
    tape.read(theirs, "queued", show={"brief": brief})


@CASES.violated("errors.refused-does-nothing")
def is_not_theirs_and_approved(tape: Tape) -> None:
    """Another organization's approval is answered with 404, and taken."""
    made = waiting(tape)
    tape.approve(made, status=404, credential="other")
    tape.read(made, show=APPROVED)


@CASES.violated("errors.refused-does-nothing")
def is_approved_and_rejected_too_late(tape: Tape) -> None:
    """A rejection that comes too late is answered with a conflict, and taken."""
    made = waiting(tape)
    tape.approve(made)
    tape.read(made, show=APPROVED)
    tape.reject(made, status=409)
    tape.read(made, show={"approvalStatus": "rejected"})


@CASES.held("errors.refused-does-nothing")
def keeps_its_policy_when_a_change_is_refused(tape: Tape) -> None:
    """A policy is read as it was after a change that was refused."""
    tape.policy()
    tape.change_policy(requiresApproval=False, firstNPostsBlocked=51, status=422)
    tape.policy()


@CASES.violated("errors.refused-does-nothing")
def keeps_half_of_a_refused_change(tape: Tape) -> None:
    """Of two settings one is bad: the change is refused, and the good one is stored."""
    tape.policy()
    tape.change_policy(requiresApproval=False, firstNPostsBlocked=51, status=422)
    tape.policy(review=False)


@CASES.silent("errors.refused-does-nothing")
def may_have_a_policy_of_another_change(tape: Tape) -> None:
    """A lost change beside the refused one may be the one that shows."""
    tape.policy()
    tape.change_policy(requiresApproval=False, lost=True)
    tape.change_policy(firstNPostsBlocked=51, status=422)
    tape.policy(review=False)


@CASES.silent("errors.refused-does-nothing")
def may_be_carried_out(tape: Tape) -> None:
    """A lost call, a rate limit and a call in flight may have done what they were to do."""
    theirs = somebody_elses()
    ends: list[dict[str, Any]] = [{"lost": True}, {"status": 429}, {"status": 409}]
    for number, how in enumerate(ends):
        brief = {"hook": f"Never [{MARKER} {number}]"}
        tape.call("generateContent", {"projectId": OPEN}, body={"brief": brief}, key="k", **how)
        tape.read(theirs, "queued", show={"brief": brief})


@CASES.silent("errors.refused-does-nothing", also=["generate.accepts"])
def is_accepted_the_next_time(tape: Tape) -> None:
    """A hook that was refused once and accepted then is on a container for a reason."""
    made = tape.generate()
    tape.call("generateContent", {"projectId": OPEN}, body=made.exchange.request_json, status=422)
    tape.read(made, "queued")


# job.location


@CASES.held("job.location")
def says_where_the_job_is(tape: Tape) -> None:
    """The address holds the job's id, whatever stands around it."""
    tape.generate()
    tape.generate(envelope={"jobId": "job_7", "locationUrl": "https://api.example/v1/jobs/job_7?x"})


@CASES.violated("job.location")
def says_where_something_else_is(tape: Tape) -> None:
    """The address holds the container's id."""
    made = tape.generate()
    tape.generate(envelope={"locationUrl": f"/v1/content/{made.container}"})


@CASES.silent("job.location")
def starts_nothing(tape: Tape) -> None:
    """A call that starts nothing names no address."""
    tape.generate(status=422, answer=None)


# container.clock


def dated(seconds: float) -> dict[str, str]:
    """A Date header, so many seconds after the tape's beginning."""
    return {"date": formatdate(EPOCH + seconds, usegmt=True)}


@CASES.held("container.clock")
def is_as_old_as_the_server_says(tape: Tape) -> None:
    """Times lie at or before the Date of their answer, however far from our clock."""
    made = tape.generate(headers=dated(0))
    tape.read(made, "queued", headers=dated(1))


@CASES.violated("container.clock")
def is_from_the_future(tape: Tape) -> None:
    """CreatedAt lies two hours ahead of the server's own Date."""
    made = tape.generate(headers=dated(0))
    ahead = {"createdAt": stamp(7200), "updatedAt": stamp(7201)}
    tape.read(made, "queued", show=ahead, headers=dated(1))


@CASES.silent("container.clock")
def has_no_date(tape: Tape) -> None:
    """Without a Date, or with one that nobody can read, there is nothing to compare with."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.read(made, "queued", headers={"date": "yesterday"})
    tape.page(container(made, "queued"))
