"""How far a key reaches, judged on hand-made histories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers.histories import FOREIGN, GATED, Case, Cases, Made, Tape, found, stamp, wanted
from tests.helpers.scenes import body_of, conflicts, ended, starts_another

CASES = Cases()
DAY = 86_400.0


@CASES.held("idempotency.no-key")
def is_two_jobs(tape: Tape) -> None:
    """Two calls without a key are two jobs, also with one body."""
    made = tape.generate()
    starts_another(tape, made)


@CASES.violated("idempotency.no-key")
def is_one_job(tape: Tape) -> None:
    """Two calls without a key, and with one body, are one job."""
    tape.again(tape.generate())


@CASES.silent("idempotency.no-key")
def is_one_call_without_a_key(tape: Tape) -> None:
    """One call without a key, and refused or lost ones, are compared with nothing."""
    made = tape.generate()
    tape.again(made, lost=True)
    tape.again(made, status=429)
    tape.again(made, key="k", answer=made.envelope | {"jobId": "job_2", "containerId": "cnt_2"})


@CASES.silent("idempotency.other-key")
def is_sent_elsewhere(tape: Tape) -> None:
    """The same key for another project, or another operation, is not promised anything."""
    made = tape.generate(key="k")
    tape.call(
        "generateContent",
        {"projectId": GATED},
        status=202,
        answer=made.envelope,
        body=body_of(made),
        key="k",
    )


@CASES.held("idempotency.other-key")
def is_two_jobs_under_two_keys(tape: Tape) -> None:
    """Two keys with one body are two jobs."""
    made = tape.generate(key="k")
    starts_another(tape, made, key="l")


@CASES.violated("idempotency.other-key")
def is_one_job_under_two_keys(tape: Tape) -> None:
    """Keys that differ in case are answered with one job."""
    tape.again(tape.generate(key="k"), key="K")


@CASES.silent("idempotency.other-key")
def is_one_key(tape: Tape) -> None:
    """One key, however often, is no other key."""
    made = tape.generate(key="k")
    tape.again(made)
    tape.again(made, status=503, key="l")


@CASES.held("idempotency.invalid-keeps-key")
def is_valid_the_second_time(tape: Tape) -> None:
    """A key that came with an invalid request first still starts a job."""
    tape.generate(body={"brief": {}}, key="k", status=422)
    tape.generate(key="k")


@CASES.violated("idempotency.invalid-keeps-key")
def has_burnt_its_key(tape: Tape) -> None:
    """A key that came with an invalid request first is a conflict."""
    tape.generate(body={"brief": {}}, key="k", status=422)
    tape.generate(key="k", status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("idempotency.invalid-keeps-key")
def is_refused_for_a_reason_of_its_own(tape: Tape) -> None:
    """A refusal of a request that looks valid to us, or a busy server, says nothing."""
    tape.generate(key="k", status=422)
    tape.generate(key="k", status=409, code="IDEMPOTENCY_CONFLICT")
    tape.generate(body={"brief": {}}, key="l", status=422)
    tape.generate(key="l", status=429)


@CASES.silent("idempotency.invalid-keeps-key")
def may_have_been_used_in_between(tape: Tape) -> None:
    """A lost call after the invalid one may have used the key."""
    tape.generate(body={"brief": {}}, key="k", status=422)
    tape.generate(key="k", lost=True)
    tape.generate(key="k", status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.held("idempotency.equal-json")
def is_the_same_json(tape: Tape) -> None:
    """Order and white space make no other body."""
    made = tape.generate({"language": "de"}, key="k")
    turned = {"brief": dict(reversed(body_of(made)["brief"].items()))}
    tape.again(made, body=json.dumps(turned, indent=2).encode())


@CASES.violated("idempotency.equal-json")
def is_compared_by_the_byte(tape: Tape) -> None:
    """The same JSON with other white space is a conflict."""
    made = tape.generate(key="k")
    spaced = json.dumps(body_of(made), indent=2).encode()
    tape.again(made, body=spaced, status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("idempotency.equal-json")
def is_sent_in_flight_in_another_order(tape: Tape) -> None:
    """A call that overlaps the first may be told that it is in flight, whatever its order."""
    made = tape.generate(key="k", took=5)
    tape.again(made, body=json.dumps(body_of(made), indent=2).encode(), status=409)


@CASES.held("idempotency.credential-scope")
def is_another_key_with_another_credential(tape: Tape) -> None:
    """Another organization's key of the same name is answered by itself."""
    made = tape.generate(key="k")
    tape.generate(key="k", credential="other", project=GATED)
    tape.again(made, credential="other", status=404)


@CASES.violated("idempotency.credential-scope", also=["auth.tenancy", "idempotency.other-key"])
def is_answered_with_ours(tape: Tape) -> None:
    """Another organization is answered with our job, which it should not know of at all."""
    tape.again(tape.generate(key="k"), credential="other")


@CASES.violated("idempotency.credential-scope")
def is_in_conflict_with_ours(tape: Tape) -> None:
    """Another organization's first call in its own project is in conflict with our key."""
    tape.generate(key="k")
    tape.generate(
        key="k", credential="other", project=GATED, status=409, code="IDEMPOTENCY_CONFLICT"
    )


@CASES.silent("idempotency.credential-scope")
def is_not_known_to_be_ours(tape: Tape) -> None:
    """A key that we used later, at the same time or in vain is not ours."""
    tape.generate(key="k", credential="other", project=GATED)
    tape.generate(key="k", took=5)
    tape.generate(key="l", lost=True)
    tape.generate(
        key="l", credential="other", project=GATED, status=409, code="IDEMPOTENCY_CONFLICT"
    )


@CASES.held("idempotency.credential-scope")
def is_in_conflict_with_its_own(tape: Tape) -> None:
    """Another organization may be in conflict with its own use of the key."""
    tape.generate(key="k")
    theirs = tape.generate(key="k", credential="other", project=GATED)
    conflicts(tape, theirs, credential="other")


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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of keys gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
