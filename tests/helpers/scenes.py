"""Beginnings of hand-made histories that the tests of several groups share."""

from __future__ import annotations

from typing import Any

from tests.helpers.histories import GATED, MARKER, Made, Tape

PENDING = {"approvalStatus": "pending"}


def waiting(tape: Tape) -> Made:
    """A completed container that waits for its review, in a project that was asked about it."""
    tape.policy()
    made = tape.generate(project=GATED)
    tape.read(made, show=PENDING)
    return made


def ended(tape: Tape, state: str = "completed", **fields: Any) -> Made:
    """A container that was read after its end."""
    made = tape.generate(**fields)
    tape.read(made, state)
    return made


def starts_another(tape: Tape, made: Made, **call: Any) -> None:
    """The call once more, answered with a render of its own."""
    names = {"jobId": "job_new", "containerId": "cnt_new"}
    tape.again(made, answer=made.envelope | names, **call)


OTHER_BODY = {"brief": {"hook": f"Mornings [{MARKER}]"}}


def conflicts(tape: Tape, made: Made, **call: Any) -> None:
    """Another body under the key that made something; a conflict unless told otherwise."""
    shape = {"body": OTHER_BODY, "status": 409, "code": "IDEMPOTENCY_CONFLICT"}
    tape.again(made, **(shape | call))


def body_of(made: Made) -> Any:
    """What a call asked for."""
    return made.exchange.request_json


def usually_twenty_seconds(tape: Tape) -> None:
    """Three renders of this run that took 20 seconds each."""
    usual = [tape.generate(project=GATED) for _ in range(3)]
    tape.wait(20)
    for state in ("running", "completed"):
        for made in usual:
            tape.poll(made, state)
