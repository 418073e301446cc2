"""When a wait for a job goes on, and how it ends. One pure function; the handles sleep and poll.

Three clocks are kept apart. A *timeout* bounds one exchange. *Retries* repeat one exchange that
failed. *Waiting* asks again and again how the job stands, until it has ended or the time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from .call import Operation
from .errors import JobCanceledError, JobError, JobFailedError, WaitTimeoutError
from .model import Model

__all__ = [
    "DEFAULT_WAIT",
    "Ended",
    "Flow",
    "Outcome",
    "Schedule",
    "Sleep",
    "is_over",
    "job_error",
    "look",
    "next_step",
]

DEFAULT_WAIT: Final = 600.0
"""Seconds that a wait takes at most unless the caller says otherwise."""

JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")

Outcome = Literal["success", "failure", "cancel", "timeout"]


class Schedule(NamedTuple):
    """How long to wait before each poll, in seconds; from `x-polling`."""

    initial: float
    factor: float
    maximum: float
    jitter: float


class Flow(NamedTuple, Generic[JobT, ResultT]):
    """How a kind of job is followed; all of it stands in the document."""

    job: type[JobT]
    id: str
    state: str
    endings: Mapping[str, Literal["success", "failure", "cancel"]]
    """The states that end a job, and how. Any other one, known or not, means that it goes on."""
    schedule: Schedule
    poll: Operation
    cancel: Operation | None = None
    validator: tuple[str, str] | None = None
    """The header that asks only for what has changed, and the one that gives its value."""
    result: Operation | None = None
    result_id: tuple[tuple[str, ...], ...] = ()
    """Where, in a job, the id that `result` takes may be."""
    decode: Callable[[Any], ResultT] | None = None
    """Makes what the job has made of the answer to `result`."""


class Sleep(NamedTuple):
    """Wait *seconds*, then poll."""

    seconds: float


class Ended(NamedTuple):
    """The wait is over."""

    outcome: Outcome


def next_step(
    flow: Flow[Any, Any],
    state: str,
    polls: int,
    *,
    elapsed: float,
    timeout: float | None,
    retry_after: float | None,
    chance: float,
) -> Sleep | Ended:
    """What to do next with a job in *state* after *polls* polls and *elapsed* seconds.

    The first poll comes at once. Before each later one the pause is what the server asked for, or
    what the schedule says; it is cut short where the time ends, for a last look.
    """
    if state in flow.endings:
        return Ended(flow.endings[state])
    if is_over(timeout, elapsed):
        return Ended("timeout")
    pause = 0.0 if polls == 0 else _pause(flow.schedule, polls - 1, chance)
    if polls and retry_after is not None:
        pause = retry_after
    return Sleep(pause if timeout is None else min(pause, timeout - elapsed))


def is_over(timeout: float | None, elapsed: float) -> bool:
    """Whether the time of a wait is over."""
    return timeout is not None and elapsed >= timeout


def _pause(schedule: Schedule, done: int, chance: float) -> float:
    try:
        grown = schedule.initial * schedule.factor**done
    except OverflowError:
        grown = schedule.maximum
    return min(grown, schedule.maximum) + chance * schedule.jitter


def job_error(flow: Flow[Any, Any], outcome: Outcome, job: Model) -> JobError:
    """The error for a wait that ended without success."""
    name = f"job {getattr(job, flow.id)}"
    if outcome == "timeout":
        state = getattr(job, flow.state)
        return WaitTimeoutError(f"{name} is still {state}; the wait for it is over", job=job)
    if outcome == "cancel":
        return JobCanceledError(f"{name} was canceled", job=job)
    error = getattr(job, "error", None)
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    why = ": ".join(str(each) for each in (code, message) if each)
    return JobFailedError(f"{name} failed" + (f": {why}" if why else ""), job=job, code=code)


def look(job: Model, places: Sequence[Sequence[str]]) -> str | None:
    """The first id found in *job* at one of *places*, which are paths of attributes."""
    for path in places:
        found: Any = job
        for step in path:
            found = getattr(found, step, None)
        if isinstance(found, str) and found:
            return found
    return None
