"""When a wait for a job goes on, and how it ends. All decisions; the handles sleep and poll.

Three clocks are kept apart. A *timeout* bounds one exchange. *Retries* repeat one exchange that
failed. *Waiting* asks again and again how the job stands, until it has ended or the time is over.
A poll that fails for a moment ends no wait: the next one may succeed, and the job goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

import httpx

from .call import CallOptions, Operation, TimeoutTypes
from .errors import (
    APIConnectionError,
    APIStatusError,
    JobCanceledError,
    JobError,
    JobFailedError,
    LayersError,
    ResponseDecodeError,
    WaitTimeoutError,
)
from .model import Model
from .retry import RETRIED, read_retry_after

__all__ = [
    "DEFAULT_SILENCE",
    "DEFAULT_WAIT",
    "Ended",
    "Flow",
    "Outcome",
    "Queue",
    "Schedule",
    "Sleep",
    "Wait",
    "job_error",
    "look",
    "next_step",
    "passes",
    "shortened",
]

DEFAULT_WAIT: Final = 600.0
"""Seconds that a wait takes at most unless the caller says otherwise."""
DEFAULT_SILENCE: Final = 600.0
"""Seconds without any response about the job after which a wait without a timeout ends."""
NEWBORN: Final = 10.0
"""Seconds after the 202 for which a job that is not found is waited for."""
LEAST_PAUSE: Final = 0.25
"""Seconds between two polls at the least, whatever the server says or the caller asks for."""
LAST_LOOK: Final = 1.0
"""Seconds that the poll at the very end of a wait may take."""
UNREADABLE: Final = 3
"""Responses in a row that nobody can read after which a wait ends: they are no blip."""
NOT_FOUND: Final = 404

JobT = TypeVar("JobT", bound=Model)
ResultT = TypeVar("ResultT")

Outcome = Literal["success", "failure", "cancel", "timeout", "silence"]


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
    rate: float = 0.0
    """Seconds between two polls that the documented rate limit asks for; 0 where there is none."""
    cancel: Operation | None = None
    validator: tuple[str, str] | None = None
    """The header that asks only for what has changed, and the one that gives its value."""
    result: Operation | None = None
    result_id: tuple[tuple[str | int, ...], ...] = ()
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
    interval: float | None = None,
) -> Sleep | Ended:
    """What to do next with a job in *state* after *polls* polls and *elapsed* seconds.

    The first poll comes at once, however short the time. Before each later one the pause is what
    the server asked for, else *interval*, else what the schedule says; it is cut short where the
    time ends, for a last look.
    """
    if state in flow.endings:
        return Ended(flow.endings[state])
    if not polls:
        return Sleep(0.0)
    if timeout is not None and elapsed >= timeout:
        return Ended("timeout")
    if retry_after is not None:
        pause = max(retry_after, LEAST_PAUSE)
    elif interval is not None:
        pause = max(interval, LEAST_PAUSE)
    else:
        pause = _pause(flow.schedule, polls - 1, chance)
    return Sleep(pause if timeout is None else min(pause, timeout - elapsed))


def _pause(schedule: Schedule, done: int, chance: float) -> float:
    try:
        grown = schedule.initial * schedule.factor**done
    except OverflowError:
        grown = schedule.maximum
    return min(grown, schedule.maximum) + chance * schedule.jitter


class Wait:
    """One wait: what was polled so far, what failed, and what to do next.

    *timeout* bounds the wait, *silence* the time without a response where there is no timeout, both
    in seconds; *interval* replaces the schedule. *newborn*: the job has just been accepted.
    """

    def __init__(
        self,
        flow: Flow[Any, Any],
        now: float,
        *,
        timeout: float | None,
        silence: float | None = DEFAULT_SILENCE,
        interval: float | None = None,
        newborn: bool = False,
    ) -> None:
        self._flow, self._timeout, self._interval = flow, timeout, interval
        self._silence = silence if timeout is None else None
        self._started = self._heard = now
        self._newborn = newborn
        self._polls = self._failures = self._unreadable = 0
        self._retry_after: float | None = None
        self.last_error: LayersError | None = None

    def step(self, state: str, now: float, chance: float) -> Sleep | Ended:
        """What to do next with a job in *state*."""
        step = next_step(
            self._flow,
            state,
            self._polls,
            elapsed=now - self._started,
            timeout=self._timeout,
            retry_after=self._retry_after,
            chance=chance,
            interval=self._interval,
        )
        if self._silence is None or isinstance(step, Ended):
            return step
        left = self._heard + self._silence - now
        return Sleep(min(step.seconds, left)) if left > 0 else Ended("silence")

    def pause(self, now: float) -> float | None:
        """Seconds until what has failed is tried again; None where no time is left for it."""
        left = self._timeout and self._started + self._timeout - now
        if self._silence is not None:
            left = self._heard + self._silence - now
        pause = self._retry_after or LEAST_PAUSE
        return pause if left is None or pause <= left else None

    def is_over(self, now: float) -> bool:
        """Whether the time of the wait is over, and there was a look."""
        over = self._timeout is not None and now - self._started >= self._timeout
        return over and self._polls > 0

    def options(self, now: float, phase: TimeoutTypes) -> CallOptions:
        """Options that keep one poll within what is left; a wait repeats it by itself."""
        if self._timeout is None:
            return CallOptions(max_retries=0)
        left = max(self._timeout - (now - self._started), LAST_LOOK)
        return CallOptions(timeout=shortened(phase, left), max_retries=0)

    def heard(self, now: float, retry_after: float | None) -> None:
        """A poll was answered."""
        self._polls += 1
        self._heard, self._retry_after = now, retry_after
        self._failures = self._unreadable = 0
        self.last_error = None

    def bears(self, error: LayersError, now: float) -> bool:
        """Whether the wait goes on after a poll that failed with *error*: a moment may mend it."""
        if not self._passes(error, now):
            return False
        self._polls += 1
        self._failures += 1
        self.last_error = error
        asked = _retry_after(error)
        if asked is None:
            asked = min(LEAST_PAUSE * 2.0 ** min(self._failures, 10), self._flow.schedule.maximum)
        self._retry_after = asked
        return True

    def _passes(self, error: LayersError, now: float) -> bool:
        if isinstance(error, ResponseDecodeError):
            self._unreadable += 1
            return self._unreadable < UNREADABLE
        if isinstance(error, APIStatusError):
            early = self._newborn and now - self._started < NEWBORN
            return passes(error) or (error.status == NOT_FOUND and early)
        return passes(error)


def passes(error: LayersError) -> bool:
    """Whether a moment may mend *error*."""
    if isinstance(error, APIStatusError):
        return error.status in RETRIED
    return isinstance(error, APIConnectionError)


def _retry_after(error: LayersError) -> float | None:
    response = getattr(error, "response", None)
    return read_retry_after(response.headers) if response is not None else None


def shortened(phase: TimeoutTypes, left: float) -> httpx.Timeout:
    """*phase* with no step of an exchange longer than *left* seconds."""
    phases = httpx.Timeout(phase).as_dict().items()
    return httpx.Timeout(
        **{name: left if seconds is None else min(left, seconds) for name, seconds in phases}
    )


class Queue:
    """Many waits with one pace: which job to poll next, and when.

    Polls come one after the other, *rate* seconds apart at the least. When the server says that
    they are too many, all of them wait.
    """

    def __init__(self, count: int, rate: float, now: float) -> None:
        self._rate = rate if count > 1 else 0.0
        self._due = [(now, number) for number in range(count)]
        heapify(self._due)
        self._free = now

    def next(self) -> tuple[int, float]:
        """The number of the job that is due next, and when its poll may be sent."""
        due, number = heappop(self._due)
        return number, max(due, self._free)

    def wait(self, now: float) -> float:
        """Seconds until something may be sent."""
        return max(self._free - now, 0.0)

    def put(self, number: int, due: float) -> None:
        """Poll job *number* again at *due*, or later."""
        heappush(self._due, (due, number))

    def polled(self, now: float, error: LayersError | None = None) -> None:
        """A poll was sent, and what came of it."""
        asked = _retry_after(error) if error else None
        self._free = now + max(self._rate, asked or 0.0)

    def __bool__(self) -> bool:
        return bool(self._due)


def job_error(flow: Flow[Any, Any], outcome: Outcome, job: Model) -> JobError:
    """The error for a wait that ended without success."""
    name = f"job {getattr(job, flow.id)}"
    if outcome == "timeout":
        state = getattr(job, flow.state)
        return WaitTimeoutError(f"{name} is still {state}; the wait for it is over", job=job)
    if outcome == "silence":
        return WaitTimeoutError(f"nothing was heard of {name} for too long", job=job)
    if outcome == "cancel":
        return JobCanceledError(f"{name} was canceled", job=job)
    error = getattr(job, "error", None)
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    why = ": ".join(str(each) for each in (code, message) if each)
    return JobFailedError(f"{name} failed" + (f": {why}" if why else ""), job=job, code=code)


def look(job: Model, places: Sequence[Sequence[str | int]]) -> str | None:
    """The first id found in *job* at one of *places*: paths of attributes and list indexes."""
    for path in places:
        found: Any = job
        for step in path:
            found = _part(found, step)
        if isinstance(found, str) and found:
            return found
    return None


def _part(value: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return getattr(value, step, None)
    try:
        return value[step]
    except (IndexError, KeyError, TypeError):
        return None
