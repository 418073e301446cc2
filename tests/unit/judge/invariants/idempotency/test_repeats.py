"""Keys that are used again, judged on hand-made histories."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.helpers.histories import (
    MARKER,
    OPEN,
    Case,
    Cases,
    Made,
    Tape,
    container,
    found,
    somebody_elses,
    wanted,
)
from tests.helpers.scenes import body_of, conflicts, starts_another

CASES = Cases()
OTHER_BODY = {"brief": {"hook": f"Mornings [{MARKER}]"}}
DAY = 86_400.0


@CASES.held("idempotency.replay")
def is_replayed(tape: Tape) -> None:
    """A retry is answered with the first 202."""
    made = tape.generate(key="k")
    tape.again(made)


@CASES.violated("idempotency.replay")
def starts_a_second_job(tape: Tape) -> None:
    """A retry is answered with another job."""
    made = tape.generate(key="k")
    starts_another(tape, made)


@CASES.violated("idempotency.replay", also=["schema.status"])
def is_replayed_with_another_status(tape: Tape) -> None:
    """A retry is answered with 200, which the operation does not know either."""
    made = tape.generate(key="k")
    tape.again(made, status=200)


@CASES.violated("idempotency.replay")
def is_replayed_as_started_now(tape: Tape) -> None:
    """A replay moves the job's start."""
    made = tape.generate(key="k")
    tape.again(made, answer=made.envelope | {"startedAt": "2026-04-18T12:05:00.000Z"})


@CASES.violated("idempotency.replay")
def starts_a_second_render_of_the_container(tape: Tape) -> None:
    """A retry of a regenerate is answered with another job."""
    second = tape.regenerate(tape.generate(), key="k")
    tape.again(second, answer=second.envelope | {"jobId": "job_new"})


@CASES.held("idempotency.replay")
def is_replayed_with_more_fields(tape: Tape) -> None:
    """Fields that no page names may differ, and headers too."""
    made = tape.generate(key="k", envelope={"served": 1})
    tape.again(made, answer=made.envelope | {"served": 2}, headers={"x-request-id": "req_2"})


@CASES.silent("idempotency.replay", "idempotency.replay-later")
def is_not_replayed_by_a_busy_server(tape: Tape) -> None:
    """A retry that was rate limited, failed or lost was not answered."""
    made = tape.generate(key="k")
    tape.again(made, status=429)
    tape.again(made, status=503)
    tape.again(made, lost=True)


@CASES.silent("idempotency.replay", "idempotency.conflict")
def follows_a_call_that_was_lost(tape: Tape) -> None:
    """Where the first call under a key was lost, and was another one, nobody knows the first."""
    lost = tape.generate(key="k", lost=True)
    made = tape.generate(key="k")
    tape.again(lost, status=409)
    conflicts(tape, made, status=202, answer=made.envelope)


@CASES.silent("idempotency.replay", "idempotency.replay-later")
def is_repeated_a_day_later(tape: Tape) -> None:
    """After its window a key is new."""
    made = tape.generate(key="k")
    tape.poll(made, "completed")
    tape.wait(DAY)
    starts_another(tape, made)


@CASES.silent("idempotency.replay", "idempotency.replay-later")
def is_repeated_after_the_targets_own_window(tape: Tape) -> None:
    """A target may remember its keys for less than a day, and say so."""
    tape.expect = replace(tape.expect, window=60.0)
    made = tape.generate(key="k")
    tape.wait(58)
    starts_another(tape, made)


@CASES.held("idempotency.replay")
def is_repeated_a_day_after_the_first_try(tape: Tape) -> None:
    """The window may have begun with a try that was lost."""
    lost = tape.generate(key="k", lost=True)
    tape.wait(DAY - 100)
    made = replace(lost, exchange=tape.again(lost, status=202))
    tape.again(made)
    tape.wait(200)
    starts_another(tape, made)


@CASES.held("idempotency.replay-later")
def is_replayed_after_the_end(tape: Tape) -> None:
    """The first 202 is replayed when the job has long ended."""
    made = tape.generate(key="k")
    tape.poll(made, "failed")
    tape.wait(DAY / 2)
    tape.again(made)


@CASES.violated("idempotency.replay-later")
def is_replayed_as_it_stands(tape: Tape) -> None:
    """A replay shows the job's status of today."""
    made = tape.generate(key="k")
    tape.poll(made, "completed")
    tape.again(made, answer=made.envelope | {"status": "completed"})


@CASES.violated("idempotency.replay-later")
def is_forgotten_after_the_end(tape: Tape) -> None:
    """A retry after the end starts another job."""
    made = tape.generate(key="k")
    tape.poll(made, "completed")
    starts_another(tape, made)


@CASES.held("idempotency.simultaneous")
def is_started_once(tape: Tape) -> None:
    """Calls that overlap name one job, or are told that the first is in flight."""
    made = tape.generate(key="k", took=5)
    tape.again(made, took=5)
    tape.again(made, status=409, took=0.1)
    tape.again(made, status=409, code="IDEMPOTENCY_CONFLICT", took=0.1)


@CASES.violated("idempotency.simultaneous")
def is_started_twice_at_once(tape: Tape) -> None:
    """Two calls that overlap start a job each."""
    made = tape.generate(key="k", took=5)
    starts_another(tape, made, took=5)


@CASES.silent("idempotency.simultaneous")
def is_not_sent_together(tape: Tape) -> None:
    """Calls one after the other, with other bodies, or to a busy server say nothing of a race."""
    made = tape.generate(key="k", took=3)
    tape.again(made, status=429, at=0.5)
    tape.again(made, lost=True, at=0.6)
    conflicts(tape, made, at=0.7)
    tape.wait(3)
    tape.again(made)


@CASES.silent("idempotency.simultaneous", "idempotency.equal-json")
def is_sent_again_after_a_refusal(tape: Tape) -> None:
    """A try that was refused before the first success was sent is no replay of it."""
    made = tape.generate(key="k", status=404)
    answer = made.envelope
    tape.again(made, status=408, answer=None)
    tape.again(made, body=json.dumps(body_of(made), indent=1).encode(), status=404)
    tape.again(made, status=202, answer=answer)


@CASES.held("idempotency.replay-starts-nothing")
def makes_nothing_more(tape: Tape) -> None:
    """After a replay there is one container, which is as it was."""
    made = tape.generate(key="k")
    tape.read(made)
    tape.again(made)
    tape.read(made)
    tape.page(container(made, "completed"), container(somebody_elses(), "queued"))


@CASES.violated("idempotency.replay-starts-nothing")
def makes_another_container_behind_it(tape: Tape) -> None:
    """After a replay a second container carries the hook."""
    made = tape.generate(key="k")
    tape.again(made)
    tape.page(container(replace(made, container="cnt_hidden"), "queued"), container(made, "queued"))


@CASES.violated("idempotency.replay-starts-nothing")
def touches_its_container(tape: Tape) -> None:
    """A replay moves the container's updatedAt."""
    made = tape.generate(key="k")
    tape.read(made)
    tape.again(made)
    tape.read(made, "completed", {"updatedAt": "2026-04-18T12:09:00.000Z"})


@CASES.silent("idempotency.replay-starts-nothing")
def may_have_made_another_before(tape: Tape) -> None:
    """A lost call with the same hook may have made a container of its own."""
    made = tape.generate(key="k")
    tape.call("generateContent", {"projectId": OPEN}, body=body_of(made), lost=True)
    tape.again(made)
    lost = container(replace(made, container="cnt_lost"), "queued")
    tape.page(lost, container(made, "queued", {"brief": {}}))


def inheriting(clone: Made, made: Made) -> Made:
    """A clone as it shows what it was cloned from."""
    return replace(clone, brief=made.brief)


@CASES.held("idempotency.replay-starts-nothing")
def is_cloned_with_its_hook(tape: Tape) -> None:
    """A clone may inherit the hook of the container in its path."""
    made = tape.generate(key="k")
    clone = tape.clone(made)
    tape.again(made)
    tape.page(container(inheriting(clone, made), "queued"), container(made, "completed"))


@CASES.held("idempotency.replay-starts-nothing")
def may_have_been_cloned(tape: Tape) -> None:
    """A clone whose answer was lost may inherit the hook, too."""
    made = tape.generate(key="k")
    clone = tape.clone(made, lost=True)
    tape.again(made)
    tape.page(container(inheriting(clone, made), "queued"), container(made, "completed"))


@CASES.silent("idempotency.replay-starts-nothing")
def has_a_hook_that_others_write_too(tape: Tape) -> None:
    """A hook without the run's marker may be anybody's."""
    made = tape.generate({"hook": "Evenings are yours again"}, key="k")
    tape.again(made)
    theirs = container(replace(made, container="cnt_theirs"), "queued")
    tape.page(theirs, container(made, "queued"))


@CASES.held("idempotency.replay-starts-nothing")
def is_rendered_again_meanwhile(tape: Tape) -> None:
    """A container that others write to meanwhile may change."""
    made = tape.generate(key="k")
    tape.read(made)
    tape.regenerate(made, lost=True)
    tape.again(made)
    tape.read(made, "completed", {"updatedAt": "2026-04-18T12:09:00.000Z"})


@CASES.held("idempotency.conflict")
def is_a_conflict(tape: Tape) -> None:
    """Another body under the same key is a conflict."""
    conflicts(tape, tape.generate(key="k"))


@CASES.held("idempotency.conflict")
def is_a_conflict_or_invalid(tape: Tape) -> None:
    """A body that is different and invalid may be refused for either."""
    made = tape.generate(key="k")
    conflicts(tape, made, body={"brief": {}}, status=422, code="VALIDATION")
    conflicts(tape, made, body={"brief": {}})


@CASES.violated("idempotency.conflict")
def is_answered_with_the_first_job(tape: Tape) -> None:
    """Another body under the same key is answered with the first job."""
    made = tape.generate(key="k")
    conflicts(tape, made, status=202, answer=made.envelope)


@CASES.violated("idempotency.conflict")
def starts_a_job_for_another_body(tape: Tape) -> None:
    """Another body under the same key starts a job."""
    made = tape.generate(key="k")
    starts_another(tape, made, body=OTHER_BODY)


@CASES.violated("idempotency.conflict")
def is_a_conflict_of_states(tape: Tape) -> None:
    """A conflict of keys has the code of a conflict of states."""
    conflicts(tape, tape.generate(key="k"), code="CONFLICT")


@CASES.violated("idempotency.conflict")
def is_invalid_for_no_reason(tape: Tape) -> None:
    """A valid body under a used key is refused as invalid."""
    conflicts(tape, tape.generate(key="k"), status=422, code="VALIDATION")


@CASES.silent("idempotency.conflict", "idempotency.replay", "idempotency.equal-json")
def leaves_the_default_out(tape: Tape) -> None:
    """Whether a default that is filled in makes another body is not promised."""
    made = tape.generate(key="k")
    starts_another(tape, made, body={"format": "auto", **body_of(made)})
    spare = tape.generate(key="s")
    conflicts(tape, spare, body={"format": "auto", **body_of(spare)})


@CASES.silent("idempotency.conflict", "idempotency.conflict-starts-nothing")
def is_another_body_for_a_busy_server(tape: Tape) -> None:
    """Rate limited, failed, lost or at the same time, another body is not judged."""
    made = tape.generate(key="k", took=3)
    conflicts(tape, made, status=202, answer=made.envelope | {"jobId": "j"}, at=0.5, lost=True)
    tape.wait(3)
    conflicts(tape, made, status=429, code="RATE_LIMITED")
    conflicts(tape, made, status=503, code="KILL_SWITCH")


@CASES.held("idempotency.conflict")
def is_no_json(tape: Tape) -> None:
    """What is no JSON may be refused with 400 or 422, whatever its key."""
    made = tape.generate(key="k")
    conflicts(tape, made, body=b"{", status=422, code="VALIDATION")
    conflicts(tape, made, body=b"{", status=400, code="VALIDATION")


@CASES.silent("idempotency.conflict")
def is_not_sent_as_json(tape: Tape) -> None:
    """A body of another media type may be refused for that, whatever its key."""
    made = tape.generate(key="k")
    plain = {"content-type": "text/plain"}
    conflicts(tape, made, sends=plain, status=415, code="UNSUPPORTED_MEDIA_TYPE")


@CASES.held("idempotency.conflict-starts-nothing")
def leaves_the_first_as_it_is(tape: Tape) -> None:
    """After a conflict there is one container, which is as it was."""
    made = tape.generate(key="k")
    tape.read(made)
    conflicts(tape, made)
    tape.read(made)
    tape.page(container(made, "completed"))


@CASES.violated("idempotency.conflict-starts-nothing")
def starts_anyway(tape: Tape) -> None:
    """After a conflict a container carries the refused hook."""
    made = tape.generate(key="k")
    conflicts(tape, made)
    hidden = replace(made, container="cnt_hidden", brief=OTHER_BODY["brief"])
    tape.page(container(hidden, "queued"), container(made, "queued"))


@CASES.violated(
    "idempotency.conflict-starts-nothing", also=["lifecycle.canceled", "idempotency.conflict"]
)
def cancels_the_first(tape: Tape) -> None:
    """A refusal under a used key, as a conflict of states, cancels the first job for no cause."""
    made = tape.generate(key="k")
    conflicts(tape, made, code="CONFLICT")
    tape.poll(made, "canceled")
    tape.read(made, "canceled")


@CASES.violated("idempotency.conflict-starts-nothing", also=["generate.brief"])
def edits_the_first(tape: Tape) -> None:
    """After a conflict the first container has the refused brief."""
    made = tape.generate(key="k")
    tape.read(made)
    conflicts(tape, made)
    tape.read(made, "completed", {"brief": OTHER_BODY["brief"]})


@CASES.silent("idempotency.conflict-starts-nothing")
def is_not_looked_at(tape: Tape) -> None:
    """Without a look at what followed, or with one that overlaps, nothing is known."""
    made = tape.generate(key="k")
    tape.read(made, "queued")
    conflicts(tape, made, took=5)
    tape.read(made, "completed")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of replays and conflicts gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
