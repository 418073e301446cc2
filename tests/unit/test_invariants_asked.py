"""What was asked for and what is there instead, judged on hand-made histories."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import (
    FOREIGN,
    GATED,
    GONE,
    MARKER,
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

CASES = Cases()
DAY = 86_400.0
PENDING = {"approvalStatus": "pending"}
NOWHERE = f"254a{MARKER}"
HOOK = f"Für Größe übrig [{MARKER}]"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of wishes gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


# The brief.


def shows(tape: Tape, made: Made, **fields: Any) -> None:
    """A read that shows other values in the brief."""
    tape.read(made, show={"brief": {**made.brief, **fields}})


@CASES.held("generate.brief")
def is_as_asked_for(tape: Tape) -> None:
    """The container shows what was asked for, and more."""
    made = tape.generate({"language": "de", "themeTags": ["sleep", "calm"]})
    shows(tape, made, influencerId="inf_1", mood="blue")


@CASES.violated("generate.brief")
def has_another_hook(tape: Tape) -> None:
    """The container shows a hook that was cut."""
    made = tape.generate()
    shows(tape, made, hook=made.brief["hook"][:9])


@CASES.violated("generate.brief")
def has_fewer_tags(tape: Tape) -> None:
    """Of two tags one is shown."""
    made = tape.generate({"themeTags": ["sleep", "calm"]})
    shows(tape, made, themeTags=["sleep"])


@CASES.violated("generate.brief")
def has_lost_its_tags(tape: Tape) -> None:
    """Tags were asked for, and none are shown."""
    made = tape.generate({"themeTags": ["sleep"]})
    shows(tape, made, themeTags=[])


@CASES.violated("generate.brief")
def loses_its_brief_later(tape: Tape) -> None:
    """The first read is right, and the next one is not."""
    made = tape.generate({"language": "de"})
    tape.read(made)
    shows(tape, made, language="en")


@CASES.held("generate.brief")
def is_tidied_up(tape: Tape) -> None:
    """White space, composed letters, order, repetitions, case and a cut with dots are no change."""
    made = tape.generate({"hook": f"  {HOOK} ", "themeTags": ["b", "a", "a"], "language": "de-AT"})
    shows(tape, made, hook=unicodedata.normalize("NFD", HOOK), themeTags=["A", "b"])
    shows(tape, made, hook=f"{HOOK[:12]}…", language="de-at")
    shows(tape, made, hook=f"{HOOK[:12]}...")


@CASES.held("generate.brief")
def shows_part_of_its_brief(tape: Tape) -> None:
    """Fields that the container leaves out are not shown as something else."""
    made = tape.generate({"language": "de", "themeTags": ["sleep"]})
    tape.read(made, show={"brief": {"hook": made.brief["hook"]}})


@CASES.held("generate.brief")
def is_filled_in_by_the_server(tape: Tape) -> None:
    """What was left empty is the server's to choose, and so is what no page names."""
    made = tape.generate({"targetPlatforms": [], "mood": "blue"})
    shows(tape, made, targetPlatforms=["tiktok"], mood={"id": 1})


@CASES.silent("generate.brief")
def is_not_judged_by_a_later_render(tape: Tape) -> None:
    """A patch changes the brief; one that may have been carried out may have."""
    made = tape.generate()
    again = tape.regenerate(made, {"hook": "Another"})
    tape.read(again)
    other = tape.generate()
    tape.regenerate(other, {"hook": "Another"}, lost=True)
    shows(tape, other, hook="Another")


@CASES.silent("generate.brief")
def takes_its_brief_from_elsewhere(tape: Tape) -> None:
    """Where a clone's brief comes from is not promised, and others' briefs are not known."""
    clone = tape.clone(somebody_elses(), body={"sourcePlatformPostId": "p", "brief": {"hook": "A"}})
    tape.read(clone)
    tape.read(somebody_elses())


@CASES.silent("generate.brief")
def is_older_than_this_history(tape: Tape) -> None:
    """A fixed key may bring back a container of the run before, rendered again since."""
    begun = stamp(-3600)
    made = tape.generate(key="fixed", envelope={"startedAt": begun})
    shows(tape, replace(made, created=-3600.0, started=-3600.0), hook="Patched since")


@CASES.silent("generate.brief", also=["schema.rejects-invalid"])
def is_made_of_what_is_invalid(tape: Tape) -> None:
    """What a server makes of a brief that it should have refused is its own affair."""
    made = tape.generate({"language": "12"}, actor="schemathesis")
    shows(tape, made, language="en")


@CASES.silent("generate.brief", also=["idempotency.no-key"])
def is_one_job_of_two_containers(tape: Tape) -> None:
    """A second container that is given the first one's job has no render of its own."""
    made = tape.generate()
    other = tape.generate(envelope={"jobId": made.job})
    tape.read(replace(other, job=made.job), "queued")


# What is accepted.


@CASES.held("generate.accepts")
def is_accepted(tape: Tape) -> None:
    """A brief within the limits is accepted."""
    tape.generate({"language": "de"})


@CASES.violated("generate.accepts")
def is_invalid_without_a_reason(tape: Tape) -> None:
    """A brief within the limits is refused as invalid, in a project that is there."""
    tape.policy(OPEN)
    tape.generate({"language": "ar"}, status=422)


@CASES.violated("generate.accepts")
def is_invalid_twice(tape: Tape) -> None:
    """The same call with its key is refused once more."""
    tape.policy(OPEN)
    made = tape.generate(key="k", lost=True)
    tape.again(made, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_what_it_names(tape: Tape) -> None:
    """An influencer or media may not be there, and then the call is invalid or not found."""
    tape.policy(OPEN)
    tape.generate({"influencerId": "inf_1"}, status=422)
    tape.generate({"referenceMediaIds": ["med_1"]}, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_form(tape: Tape) -> None:
    """A media type, a key or a field that no page allows may each be refused."""
    tape.policy(OPEN)
    tape.generate(sends={"content-type": "text/plain"}, status=422)
    tape.generate(key="k" * 256, status=422)
    tape.generate({"mood": "blue"}, status=422)
    tape.generate({"hook": f"{MARKER}{'x' * 2000}"}, status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_key(tape: Tape) -> None:
    """A key that was used before, for whatever, may have been burnt by that."""
    tape.policy(OPEN)
    tape.generate(body={"brief": {}}, key="k", status=422)
    tape.generate(key="k", status=422)


@CASES.silent("generate.accepts")
def is_refused_for_its_project(tape: Tape) -> None:
    """A project may be malformed, out of this key's reach, or archived."""
    tape.generate(project=NOWHERE, status=422)
    tape.policy(OPEN)
    tape.generate(status=422, credential="other")
    tape.archive(lost=True)
    tape.generate(status=422)
    tape.archive(GATED)
    tape.generate(project=GATED, status=422)


@CASES.silent("generate.accepts")
def is_not_this_runs_own_brief(tape: Tape) -> None:
    """A random brief may be refused for its words; in a recording every brief may be."""
    tape.policy(OPEN)
    tape.generate({"hook": "\u0000"}, status=422, actor="schemathesis")
    tape.expect = replace(tape.expect, marker=None)
    tape.generate(status=422)


@CASES.silent("generate.accepts")
def is_refused_by_a_busy_server(tape: Tape) -> None:
    """What was rate limited, unavailable, lost or forbidden was not found invalid."""
    tape.policy(OPEN)
    for status in (429, 503, 403, 404):
        tape.generate(status=status)
    tape.generate(lost=True)


# The kind of a job.


@CASES.held("job.kind")
def is_of_its_kind(tape: Tape) -> None:
    """Each operation's job says what started it."""
    made = tape.generate()
    tape.regenerate(made)
    tape.clone(made)
    tape.reject_again(tape.generate(project=GATED))


@CASES.violated("job.kind")
def is_of_another_kind(tape: Tape) -> None:
    """A job that generates says something else."""
    tape.generate(envelope={"kind": "generate"})


@CASES.silent("job.kind", also=["schema.body"])
def is_of_no_kind(tape: Tape) -> None:
    """A kind that is not shown is not another one."""
    tape.generate(envelope={"kind": GONE})


@CASES.held("job.kind")
def is_anothers_kind(tape: Tape) -> None:
    """A key that another path has seen may be answered with that call's job."""
    made = tape.generate(key="k")
    tape.read(made)
    tape.clone(made, body={"sourcePlatformPostId": "p"}, key="k", envelope=made.envelope)


@CASES.silent("job.kind")
def is_not_started(tape: Tape) -> None:
    """A call that was refused or lost has started nothing."""
    tape.generate(status=422, body={"brief": {}})
    tape.generate(lost=True)


def test_one_kind_for_all_is_a_difference() -> None:
    """The kinds of new renders and of clones are our assumption, and fail nobody."""
    tape = Tape()
    made = tape.generate()
    tape.regenerate(made, envelope={"kind": "content_generate"})
    verdict = tape.verdicts(strict=False)["job.kind"]
    assert (verdict.verdict, len(verdict.differences)) == ("held", 1)


# A new render.


def ended(tape: Tape, state: str = "completed", **fields: Any) -> Made:
    """A container that was read after its end."""
    made = tape.generate(**fields)
    tape.read(made, state)
    return made


@CASES.held("lifecycle.allowed")
def may_be_rendered_again(tape: Tape) -> None:
    """What has completed, and what has failed, is rendered again."""
    tape.regenerate(ended(tape))
    tape.regenerate(ended(tape, "failed"))


@CASES.violated("lifecycle.allowed")
def may_not_be_rendered_again(tape: Tape) -> None:
    """What has completed is refused a new render."""
    tape.regenerate(ended(tape), status=409)


@CASES.violated("lifecycle.allowed")
def may_not_be_tried_again(tape: Tape) -> None:
    """What has failed is refused a new render."""
    tape.regenerate(ended(tape, "failed"), key="k", status=409)


@CASES.silent("lifecycle.allowed")
def is_rendering_or_canceled(tape: Tape) -> None:
    """What still renders, or was canceled, is refused, and what was never read may be either."""
    tape.regenerate(ended(tape, "generating"), status=409)
    made = tape.generate()
    tape.cancel(made)
    tape.read(made, "canceled")
    tape.regenerate(made, status=409)
    tape.regenerate(tape.generate(), status=409)


@CASES.silent("lifecycle.allowed")
def may_have_been_begun_already(tape: Tape) -> None:
    """A call that was lost, or came to a gateway's end, may have begun the render that is on."""
    made = ended(tape)
    tape.regenerate(made, lost=True)
    tape.regenerate(made, status=409)
    other = ended(tape)
    tape.regenerate(other, status=503)
    tape.read(other)
    tape.regenerate(other, status=409)


@CASES.held("lifecycle.allowed")
def burns_its_key_while_it_renders(tape: Tape) -> None:
    """A conflict of states may be kept for its key, and replayed when the render has ended."""
    made = tape.generate()
    tape.regenerate(made, key="k", status=409)
    tape.read(made)
    tape.regenerate(made, key="k", status=409)
    tape.read(made)
    tape.regenerate(made, key="l")


@CASES.silent("lifecycle.allowed")
def has_a_key_that_others_know(tape: Tape) -> None:
    """A key that another operation, path or day has seen may be a conflict."""
    made = ended(tape, key="k")
    tape.regenerate(made, key="k", status=409)
    tape.regenerate(ended(tape), key="fixed", status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("lifecycle.allowed")
def names_what_may_not_be_there(tape: Tape) -> None:
    """An influencer or media in the patch may not be found."""
    made = ended(tape)
    tape.regenerate(made, {"influencerId": "inf_1"}, status=404)
    tape.regenerate(made, {"referenceMediaIds": ["med_1"]}, status=404)


@CASES.silent("lifecycle.allowed")
def is_rendered_in_an_archived_project(tape: Tape) -> None:
    """In a project that is archived, or may be, nothing needs to be accepted."""
    made, other = ended(tape), ended(tape, project=GATED)
    tape.archive(lost=True)
    tape.regenerate(made, status=409)
    tape.archive(GATED.upper())
    tape.regenerate(other, status=404)


@CASES.silent("lifecycle.allowed")
def is_refused_by_others_or_for_form(tape: Tape) -> None:
    """Other callers, other people's containers, invalid patches and busy servers say nothing."""
    made = ended(tape)
    tape.regenerate(made, status=404, credential="other")
    tape.regenerate(made, status=401, credential="none")
    tape.regenerate(made, {"hook": ""}, status=422, actor="schemathesis")
    tape.regenerate(made, status=429)
    tape.read(somebody_elses())
    tape.regenerate(somebody_elses(), status=409)


@CASES.silent("lifecycle.allowed")
def is_raced_for_a_new_render(tape: Tape) -> None:
    """A call that overlaps another one may come when the render is on."""
    made = ended(tape)
    tape.reject(made, took=5, body={"reason": "No.", "regenerate": True}, status=409)
    tape.regenerate(made, status=409, took=0.5)


# A decision.


def pending(tape: Tape, **fields: Any) -> Made:
    """A container that was read while it waits for its review."""
    made = tape.generate(project=GATED, **fields)
    tape.read(made, "completed", PENDING)
    return made


@CASES.held("approval.taken")
def may_be_decided(tape: Tape) -> None:
    """What is pending is approved, rejected, rejected for a new render."""
    tape.approve(pending(tape))
    tape.reject(pending(tape))
    tape.reject_again(pending(tape))


@CASES.violated("approval.taken")
def may_not_be_approved(tape: Tape) -> None:
    """An approval of what is pending is refused, and it is pending still."""
    made = pending(tape)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


@CASES.violated("approval.taken")
def may_not_be_rejected(tape: Tape) -> None:
    """A rejection of what is pending is not found."""
    made = pending(tape)
    tape.reject(made, status=404)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.taken")
def is_decided_by_the_server(tape: Tape) -> None:
    """The server may approve by itself, and somebody else may decide, just before the call."""
    made, other = pending(tape), pending(tape)
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
    made = pending(tape)
    tape.change_policy(GATED, requiresApproval=False, lost=True)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


@CASES.silent("approval.taken")
def is_refused_a_decision_for_other_reasons(tape: Tape) -> None:
    """Other callers, invalid and busy decisions, an archive and lost calls say nothing."""
    made = pending(tape)
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
    made = pending(tape)
    tape.reject(made, lost=True)
    tape.approve(made, status=409)
    tape.read(made, "completed", PENDING)


# The end of a key's window.


def anew(tape: Tape, made: Made, number: int = 1, **call: Any) -> None:
    """The call once more, answered with a job and a container of its own."""
    names = {"jobId": f"job_new{number}", "containerId": f"cnt_new{number}"}
    tape.again(made, answer=made.envelope | names | {"startedAt": stamp(tape.now)}, **call)


@CASES.held("idempotency.window-ends")
def is_a_new_key(tape: Tape) -> None:
    """A day after its last use a key starts another job."""
    made = tape.generate(key="k")
    tape.wait(DAY + 10)
    anew(tape, made)


@CASES.violated("idempotency.window-ends")
def is_a_key_for_ever(tape: Tape) -> None:
    """A day later the first job is replayed."""
    made = tape.generate(key="k")
    tape.wait(DAY + 10)
    tape.again(made)


@CASES.violated("idempotency.window-ends")
def is_a_conflict_for_ever(tape: Tape) -> None:
    """A day later another body is a conflict."""
    made = tape.generate(key="k")
    tape.wait(DAY + 10)
    tape.again(made, body={"brief": {"hook": "B"}}, status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("idempotency.window-ends")
def is_used_in_between(tape: Tape) -> None:
    """A window may begin with each use, and a clock be a little wrong."""
    made = tape.generate(key="k")
    tape.wait(DAY / 2)
    tape.again(made)
    tape.wait(DAY / 2 + 10)
    tape.again(made)
    other = tape.generate(key="l")
    tape.wait(DAY + 3)
    tape.again(other)


@CASES.silent("idempotency.window-ends")
def may_be_at_work_still(tape: Tape) -> None:
    """A call that was lost may have been carried out at any time."""
    made = tape.generate(key="k")
    tape.again(made, lost=True)
    tape.wait(DAY + 10)
    tape.again(made)


@CASES.silent("idempotency.window-ends")
def is_known_from_elsewhere(tape: Tape) -> None:
    """A key that another operation has used since may be a conflict."""
    made = ended(tape, key="k")
    tape.wait(DAY)
    tape.regenerate(made, key="k", took=0.5)
    tape.wait(10)
    tape.again(made, status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("idempotency.window-ends")
def meets_itself(tape: Tape) -> None:
    """Of two calls at one moment a day later one may be told that the other is in flight."""
    made = tape.generate(key="k")
    tape.wait(DAY + 10)
    now = tape.now
    anew(tape, made, at=now, took=5)
    tape.again(made, at=now, status=409, code="IDEMPOTENCY_CONFLICT", took=5)
    tape.again(made, at=now + 0.1, status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("idempotency.window-ends")
def is_refused_a_day_later(tape: Tape) -> None:
    """A refusal for another reason, or a busy server, says nothing of the key."""
    made = tape.generate(key="k")
    for call in ({"status": 404}, {"status": 429}, {"status": 503}, {"lost": True}):
        tape.wait(DAY + 10)
        tape.again(made, **call)


@CASES.silent("idempotency.window-ends")
def is_never_accepted(tape: Tape) -> None:
    """A key that started nothing has nothing to forget, and another caller's is another key."""
    refused = tape.generate(body={"brief": {}}, key="k", status=422)
    theirs = tape.generate(key="l", credential="other", project=FOREIGN)
    tape.wait(DAY + 10)
    tape.again(refused, status=409, code="IDEMPOTENCY_CONFLICT")
    tape.generate(key="l", project=GATED)
    assert theirs.job


# The moment of a change.


@CASES.held("container.updated-moves")
def moves_its_updated(tape: Tape) -> None:
    """A read that shows another status shows a later updatedAt."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating")
    tape.read(made, "completed", {"updatedAt": stamp(21)})


@CASES.violated("container.updated-moves")
def keeps_its_updated(tape: Tape) -> None:
    """A container completes, and its updatedAt is that of the call."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating")
    tape.read(made, "completed")


@CASES.silent("container.updated-moves")
def changes_twice_within_a_tick(tape: Tape) -> None:
    """Two changes may lie in one second, and a server's clock may be behind by some."""
    made = tape.generate()
    tape.wait(3)
    tape.read(made, "queued", {"updatedAt": stamp(0, 0)})
    tape.read(made, "generating", {"updatedAt": stamp(0, 0)})
    slow = {"updatedAt": stamp(tape.now - 5)}
    tape.read(made, "generating", slow)
    tape.read(made, "completed", slow)


@CASES.silent("container.updated-moves")
def is_timed_by_a_clock_far_behind(tape: Tape) -> None:
    """Two changes in one second look long ago where the server's clock is a minute behind."""
    made = tape.generate(envelope={"startedAt": stamp(-60, 0)})
    tape.wait(20)
    slow = {"createdAt": stamp(-60, 0), "updatedAt": stamp(-39, 0)}
    tape.read(made, "generating", slow)
    tape.read(made, "completed", slow)


@CASES.held("container.updated-moves")
def shows_fewer_digits(tape: Tape) -> None:
    """Timestamps without milliseconds move as well."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating", {"updatedAt": stamp(0, 0), "createdAt": stamp(0, 0)})
    tape.read(made, "completed", {"updatedAt": stamp(20, 0), "createdAt": stamp(0, 0)})


@CASES.silent("container.updated-moves", also=["schema.body"])
def shows_no_updated(tape: Tape) -> None:
    """What is not shown, or is no moment, does not stand still."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "queued", {"updatedAt": GONE})
    tape.read(made, "generating", {"updatedAt": "soon"})
    tape.read(made, "completed")


@CASES.silent("container.updated-moves")
def stays_as_it_is(tape: Tape) -> None:
    """Without another status nothing needs to move, nor for others, nor where reads overlap."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "completed", took=5)
    tape.read(made, "generating", took=0.5)
    other = tape.generate(project=GATED)
    tape.wait(20)
    for state in ("generating", "completed"):
        tape.read(other)
        tape.read(somebody_elses(), state)


# A cancel's reason.


def late(tape: Tape, reason: Any = "ALREADY_COMPLETED", state: str = "completed") -> None:
    """A cancel of a job that has ended."""
    made = tape.generate()
    tape.poll(made, state)
    answer = {"jobId": made.job, "accepted": False, "reason": reason}
    tape.cancel(made, status=200, answer=answer)


@CASES.held("cancel.reason")
def names_its_reason(tape: Tape) -> None:
    """A cancel of a completed job says that it had completed."""
    late(tape)


@CASES.violated("cancel.reason")
def names_another_reason(tape: Tape) -> None:
    """A cancel of a completed job says something else."""
    late(tape, "TOO_LATE")


@CASES.silent("cancel.reason")
def ended_otherwise(tape: Tape) -> None:
    """A cancel of a failed or canceled job may say anything."""
    late(tape, "ALREADY_FAILED", "failed")
    made = tape.generate()
    tape.cancel(made)
    tape.poll(made, "canceled")
    answer = {"jobId": made.job, "accepted": False, "reason": "ALREADY_CANCELED"}
    tape.cancel(made, status=200, answer=answer)


@CASES.silent("cancel.reason")
def names_no_reason(tape: Tape) -> None:
    """A reason that is not shown is not another one."""
    late(tape, None)
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)


@CASES.silent("cancel.reason")
def may_have_completed_afterwards(tape: Tape) -> None:
    """A job that was not seen completed before the cancel was sent may have ended any way."""
    made = tape.generate()
    tape.poll(made, "completed", took=5)
    tape.cancel(made, status=200, answer={"jobId": made.job, "accepted": False, "reason": "LATE"})
    for call in ({"status": 429}, {"status": 503}, {"lost": True}):
        tape.cancel(made, **call)
    tape.wait(5)
    tape.cancel(made, status=404, credential="other")


# What does not exist.


def nothing(tape: Tape, operation: str = "getJob", **call: Any) -> None:
    """A read of what this run has made up."""
    ids = {"jobId": f"job_{MARKER}", "projectId": NOWHERE, "containerId": f"cnt_{MARKER}"}
    spec = tape.facts.contract.operations[operation]
    named = {p.name: ids[p.name] for p in spec.path_parameters}
    tape.call(operation, named, **{"status": 404, **call})


@CASES.held("errors.not-found")
def is_not_there(tape: Tape) -> None:
    """What was made up is not found, or malformed."""
    nothing(tape)
    nothing(tape, "getContent", status=422)
    nothing(tape, "listContent", status=422)


@CASES.violated("errors.not-found")
def was_there_once(tape: Tape) -> None:
    """What was never there is said to be gone."""
    nothing(tape, status=410)


@CASES.violated("errors.not-found")
def is_there_after_all(tape: Tape) -> None:
    """A job that nobody started is shown."""
    answer = {"jobId": f"job_{MARKER}", "kind": "content_generate", "status": "running"}
    nothing(tape, status=200, answer=answer)


@CASES.violated("errors.not-found")
def is_forbidden_alone(tape: Tape) -> None:
    """A key that may read jobs is forbidden one that is not there."""
    tape.poll(tape.generate())
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def may_not_be_asked_for(tape: Tape) -> None:
    """A key may be kept from an operation as a whole."""
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def is_asked_of_a_busy_server(tape: Tape) -> None:
    """What was rate limited, unavailable, lost, or asked with another key is not judged."""
    for call in ({"status": 429}, {"status": 503}, {"lost": True}):
        nothing(tape, **call)
    nothing(tape, status=401, credential="none")
    nothing(tape, status=404, credential="other")


@CASES.silent("errors.not-found")
def has_an_id_of_its_title(tape: Tape) -> None:
    """A server may make an id from a hook, and the hook has the run's marker."""
    made = tape.generate(envelope={"containerId": f"cnt_evenings-{MARKER}-1"})
    tape.read(made)


@CASES.silent("errors.not-found")
def is_asked_for_in_vain_elsewhere(tape: Tape) -> None:
    """In a recording, and of a random id, nobody knows what exists."""
    tape.call("getJob", {"jobId": "job_0"}, status=410, actor="schemathesis", answer=None)
    tape.expect = replace(tape.expect, marker=None)
    nothing(tape, status=403)


@CASES.silent("errors.not-found")
def is_asked_for_badly(tape: Tape) -> None:
    """A query that is invalid may be refused for that."""
    nothing(tape, "listContent", query=[("limit", "0")], status=400)
