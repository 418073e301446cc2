"""Calls with one key that overlap or are not heard, judged on hand-made histories."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import (
    FOREIGN,
    GATED,
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

CASES = Cases()
REFUSED: Any = {"status": 409, "code": "IDEMPOTENCY_CONFLICT"}
OTHER_BODY = {"brief": {"hook": f"Mornings [{MARKER}]"}}
DAY = 86_400.0


def contradicts(tape: Tape, made: Made, **call: Any) -> None:
    """Another body under the key of a call that takes five seconds, a moment after it."""
    tape.again(made, **{"body": OTHER_BODY, "at": 0.1, **call})


@CASES.held("idempotency.race")
def is_won_by_one_body(tape: Tape) -> None:
    """Of two bodies the first starts a job, the other is a conflict."""
    made = tape.generate(key="k", took=5)
    contradicts(tape, made, **REFUSED)


@CASES.held("idempotency.race")
def is_won_by_the_later_body(tape: Tape) -> None:
    """The call that was sent later may win."""
    made = tape.generate(key="k", took=5, **REFUSED)
    contradicts(tape, made, status=202, answer=made.envelope)


def names(number: int) -> dict[str, str]:
    """The ids that a second start would give out."""
    return {"jobId": f"job_new{number}", "containerId": f"cnt_new{number}"}


@CASES.violated("idempotency.race")
def starts_both_bodies(tape: Tape) -> None:
    """Two bodies that arrive together start a job each."""
    made = tape.generate(key="k", took=5)
    contradicts(tape, made, answer=made.envelope | names(1))


@CASES.violated("idempotency.race")
def renders_both_patches(tape: Tape) -> None:
    """Two patches that arrive together under one key start a job each."""
    made = tape.generate()
    tape.read(made)
    again = tape.regenerate(made, {"language": "fr"}, key="k", took=5)
    other = {"patch": {"language": "de"}}
    tape.again(again, body=other, at=3.0, answer=again.envelope | {"jobId": "job_new"})


@CASES.held("idempotency.race")
def is_answered_with_the_job_of_the_other_body(tape: Tape) -> None:
    """Two bodies that are answered with one job have started one."""
    made = tape.generate(key="k", took=5)
    contradicts(tape, made, answer=made.envelope)


@CASES.silent("idempotency.race", also=["schema.body"])
def is_answered_with_nobody_knows_what(tape: Tape) -> None:
    """A success that names no job may name the other's."""
    made = tape.generate(key="k", took=5)
    contradicts(tape, made, status=202, answer={})


@CASES.silent("idempotency.race")
def is_no_race_of_bodies(tape: Tape) -> None:
    """One body, one after the other, two keys, two paths, two callers: none is a race."""
    made = tape.generate(key="k", took=5)
    tape.again(made, at=0.1)
    tape.again(made, body=OTHER_BODY, at=0.1, key="l", answer=made.envelope | names(1))
    tape.generate(OTHER_BODY["brief"], at=0.1, key="k", project=GATED)
    tape.generate(OTHER_BODY["brief"], at=0.1, key="k", credential="other", project=FOREIGN)
    tape.wait(5)
    tape.again(made, body=OTHER_BODY, **REFUSED)


@CASES.silent("idempotency.race")
def is_raced_by_what_was_not_served(tape: Tape) -> None:
    """A body that the server did not get to, or that was lost, has lost no race."""
    made = tape.generate(key="k", took=5)
    contradicts(tape, made, status=429)
    contradicts(tape, made, status=503)
    contradicts(tape, made, lost=True)


@CASES.silent("idempotency.race")
def is_refused_whatever_its_body(tape: Tape) -> None:
    """Where both bodies are refused none has won."""
    made = tape.generate(key="k", took=5, status=404)
    contradicts(tape, made, status=404)


@CASES.silent("idempotency.race")
def leaves_a_default_out_at_once(tape: Tape) -> None:
    """Whether a default that is filled in makes another body is not promised."""
    made = tape.generate(key="k", took=5)
    body = {"format": "auto", **made.exchange.request_json}
    tape.again(made, body=body, at=0.1, **REFUSED)


@CASES.silent("idempotency.race")
def comes_when_the_window_ends(tape: Tape) -> None:
    """The first body may be replayed just before its window ends, another one start just after."""
    made = tape.generate(key="k")
    tape.wait(DAY - 2)
    tape.again(made, at=DAY - 0.5, took=2)
    tape.again(made, body=OTHER_BODY, at=DAY, took=2, answer=made.envelope | names(1))


def retried(tape: Tape, lost: Made, **call: Any) -> Made:
    """The retry of a call that was lost; answered with its job."""
    return replace(lost, exchange=tape.again(lost, **{"status": 202, **call}))


@CASES.held("idempotency.lost-answer")
def is_one_job_for_all_that(tape: Tape) -> None:
    """The retry is answered with the job, and the list shows one container."""
    made = retried(tape, tape.generate(key="k", lost=True))
    tape.page(container(made, "queued"), container(somebody_elses(), "queued"))


@CASES.held("idempotency.lost-answer")
def is_in_flight_for_a_moment(tape: Tape) -> None:
    """While the first call goes on its retry may be refused, in whatever words."""
    lost = tape.generate(key="k", lost=True)
    tape.again(lost, **REFUSED)
    tape.again(lost, status=409, code="CONFLICT")
    retried(tape, lost)


@CASES.violated("idempotency.lost-answer")
def has_made_two_containers(tape: Tape) -> None:
    """The retry names one container, and another one has its hook."""
    made = retried(tape, tape.generate(key="k", lost=True))
    hidden = replace(made, container="cnt_hidden")
    tape.page(container(made, "queued"), container(hidden, "queued"))


@CASES.violated("idempotency.lost-answer")
def has_made_two_that_are_found_by_a_read(tape: Tape) -> None:
    """The container of the lost call may be found by whatever look at it."""
    lost = tape.generate(key="k", lost=True)
    retried(tape, lost, answer=lost.envelope | names(1))
    tape.read(lost, "queued")


@CASES.violated("idempotency.lost-answer")
def blocks_its_key(tape: Tape) -> None:
    """A retry is a conflict long after the first call was cut off."""
    lost = tape.generate(key="k", lost=True)
    tape.wait(60)
    tape.again(lost, **REFUSED)


@CASES.silent("idempotency.lost-answer", also=["errors.no-server-error"])
def is_in_flight_anew(tape: Tape) -> None:
    """A retry may be in flight itself, and one that came to a gateway's end, too."""
    lost = tape.generate(key="k", lost=True)
    tape.wait(40)
    tape.again(lost, lost=True)
    tape.again(lost, **REFUSED)
    tape.wait(40)
    tape.again(lost, status=504, code="GATEWAY_TIMEOUT", took=30)
    tape.wait(31)
    tape.again(lost, **REFUSED)


@CASES.held("idempotency.lost-answer")
def is_in_flight_beside_its_retry(tape: Tape) -> None:
    """Of two retries at one time one may be told that the other is in flight."""
    lost = tape.generate(key="k", lost=True)
    tape.again(lost, at=60, took=5, status=202)
    tape.again(lost, at=61, **REFUSED)


@CASES.silent("idempotency.lost-answer")
def is_refused_for_another_reason(tape: Tape) -> None:
    """A retry that was not found, invalid, rate limited or lost says nothing."""
    lost = tape.generate(key="k", lost=True)
    tape.wait(60)
    for status in (404, 409, 422, 429, 503):
        tape.again(lost, status=status)
    tape.again(lost, lost=True)


@CASES.silent("idempotency.lost-answer")
def is_another_call_under_its_key(tape: Tape) -> None:
    """Where the key was used with another body, in whatever way, nobody knows which one counts."""
    lost = tape.generate(key="k", lost=True)
    tape.wait(60)
    tape.again(lost, body={"format": "auto", **lost.exchange.request_json}, **REFUSED)
    other = tape.call("generateContent", {"projectId": OPEN}, body=b"{", key="l", lost=True)
    tape.wait(60)
    tape.call("generateContent", {"projectId": OPEN}, body=b"[", key="l", **REFUSED)
    assert other.failure


@CASES.held("idempotency.lost-answer")
def is_a_new_key_by_the_next_day(tape: Tape) -> None:
    """After its window the key starts another container, as it should."""
    made = retried(tape, tape.generate(key="k", lost=True))
    tape.wait(DAY)
    tape.again(made, answer=made.envelope | names(1))
    other = replace(made, container="cnt_new1")
    tape.page(container(made, "completed"), container(other, "queued"))


@CASES.silent("idempotency.lost-answer")
def is_lost_on_the_next_day(tape: Tape) -> None:
    """A call that is lost after the window may have started a container of its own."""
    made = tape.generate(key="k")
    tape.wait(DAY)
    tape.again(made, lost=True)
    other = replace(made, container="cnt_new1")
    tape.page(container(made, "completed"), container(other, "queued"))


@CASES.held("idempotency.lost-answer")
def is_one_of_two_that_were_lost(tape: Tape) -> None:
    """Another lost call with the same hook may have made the other container."""
    lost = tape.generate(key="k", lost=True)
    tape.call("generateContent", {"projectId": OPEN}, body=lost.exchange.request_json, lost=True)
    made = retried(tape, lost)
    tape.page(container(replace(made, container="cnt_2"), "queued"), container(made, "queued"))


@CASES.held("idempotency.lost-answer")
def is_sent_under_two_keys(tape: Tape) -> None:
    """One body under two keys is two containers."""
    made = retried(tape, tape.generate(key="k", lost=True))
    tape.again(made, key="l", answer=made.envelope | names(1))
    other = replace(made, container="cnt_new1")
    tape.page(container(other, "queued"), container(made, "queued"))


@CASES.held("idempotency.lost-answer", also=["errors.no-server-error"])
def is_broken_in_between(tape: Tape) -> None:
    """What a server leaves behind that breaks down over a retry is another matter."""
    lost = tape.generate(key="k", lost=True)
    tape.again(lost, status=500)
    made = retried(tape, lost)
    hidden = replace(made, container="cnt_hidden")
    tape.page(container(hidden, "queued"), container(made, "queued"))


@CASES.held("idempotency.lost-answer")
def is_cloned_after_its_retry(tape: Tape) -> None:
    """A clone may inherit the hook, and so may one whose answer was lost."""
    made = retried(tape, tape.generate(key="k", lost=True))
    clones = [tape.clone(made), tape.clone(made, lost=True)]
    copies = [container(replace(clone, brief=made.brief), "queued") for clone in clones]
    tape.page(*reversed(copies), container(made, "queued"))


@CASES.silent("idempotency.lost-answer")
def is_never_retried(tape: Tape) -> None:
    """What a lost call made is made, whoever looks."""
    lost = tape.generate(key="k", lost=True)
    tape.page(container(lost, "queued"))


@CASES.held("idempotency.lost-answer")
def has_a_hook_like_others(tape: Tape) -> None:
    """A hook without the run's marker may be anybody's."""
    made = retried(tape, tape.generate({"hook": "Evenings are yours again"}, key="k", lost=True))
    theirs = container(replace(made, container="cnt_theirs"), "queued")
    tape.page(theirs, container(made, "queued"))


@CASES.held("idempotency.lost-answer")
def is_recorded_elsewhere(tape: Tape) -> None:
    """In a recording nobody knows which hooks are whose."""
    tape.expect = replace(tape.expect, marker=None)
    made = retried(tape, tape.generate(key="k", lost=True))
    tape.page(container(replace(made, container="cnt_2"), "queued"), container(made, "queued"))


@CASES.held("idempotency.lost-answer")
def is_lost_with_a_patch(tape: Tape) -> None:
    """A lost call for a new render and its retry leave the hook with one container."""
    made = tape.generate()
    tape.read(made)
    lost = tape.regenerate(made, {"hook": f"Later [{MARKER}]"}, key="k", lost=True)
    again = retried(tape, lost)
    tape.page(container(again, "queued"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of races gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
