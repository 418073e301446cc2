"""A history, put in order for judging: who saw what, when, of which resource.

All that an invariant may rest on. Two exchanges are ordered only where one was answered before
the other was sent; a request without an answer may have been carried out at any time after it
was sent.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import inf
from typing import Any, TypeVar

from layers_contract.contract import Contract, Starts
from layers_contract.document import Operation, Response, pointer
from layers_contract.history import NOT_JSON, Exchange, History

__all__ = ["Container", "Expectations", "Facts", "Job", "KeyedCall", "Render", "Seen", "Started"]

Json = Any
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the run may expect of the server's clock and pace. Seconds.

    `render` is how long a render may take before it counts as stuck, None where nobody knows.
    `marker` stands in every hook that this run sends, and in no other; None where nobody knows.
    `foreign` are projects that belong to somebody else. `window` is how long a key is remembered
    where that is less than the document says.
    """

    render: float | None = None
    clock_skew: float = 5.0
    marker: str | None = None
    foreign: frozenset[str] = frozenset()
    window: float = inf


@dataclass(frozen=True, slots=True)
class Seen:
    """A resource as one answer showed it."""

    exchange: Exchange
    id: str
    data: Mapping[str, Json]
    state: str

    @property
    def sent(self) -> float:
        """When it was asked for."""
        return self.exchange.sent

    @property
    def received(self) -> float:
        """When it was known."""
        return self.exchange.received or inf


@dataclass(frozen=True, slots=True)
class Started:
    """An answer that names the job of a render that was started."""

    exchange: Exchange
    operation: str
    starts: Starts
    job: str
    container: str
    envelope: Mapping[str, Json]
    key: str | None


@dataclass(slots=True)
class Render:
    """One run of the machine: it began somewhere between `earliest` and `latest`."""

    job: str
    container: str
    first: Started
    earliest: float
    latest: float


@dataclass(slots=True)
class Job:
    """A job, as its polls showed it."""

    id: str
    polls: list[Seen] = field(default_factory=list)
    progress: list[Seen] = field(default_factory=list)
    render: Render | None = None
    cancels: list[Exchange] = field(default_factory=list)

    @property
    def views(self) -> list[Seen]:
        """What either endpoint showed, in the order of asking."""
        return sorted((*self.polls, *self.progress), key=_by_sent)


@dataclass(slots=True)
class Container:
    """A container, as reads and lists showed it, with its renders in order."""

    id: str
    reads: list[Seen] = field(default_factory=list)
    listed: list[Seen] = field(default_factory=list)
    renders: list[Render] = field(default_factory=list)
    created: Started | None = None
    writes: list[Exchange] = field(default_factory=list)
    unsure: float = inf

    def render_of(self, seen: Seen) -> Render | None:
        """The render that *seen* must belong to, or None where it may be one of two."""
        if seen.received > self.unsure:
            return None
        for number, render in enumerate(self.renders, 1):
            begun = seen.sent >= render.latest
            over = any(seen.received > after.earliest for after in self.renders[number:][:1])
            if begun and not over:
                return None if self._tied(render) else render
        return None

    def _tied(self, render: Render) -> bool:
        """Whether another render may have been asked for before or after it, nobody knows."""
        return any(
            each is not render and each.earliest < render.latest and render.earliest < each.latest
            for each in self.renders
        )

    def last_read_before(self, exchange: Exchange) -> Seen | None:
        """The newest read that was answered before *exchange* was sent."""
        before = (seen for seen in self.reads if seen.received <= exchange.sent)
        return max(before, key=_by_sent, default=None)

    def around(self, exchange: Exchange) -> tuple[Seen, Seen] | None:
        """The reads next to *exchange*, where no other write may have been at work between them."""
        last = self.last_read_before(exchange)
        after = (seen for seen in self.reads if seen.sent >= received(exchange))
        following = min(after, key=_by_sent, default=None)
        if last is None or following is None:
            return None
        quiet = self.untouched(last.sent, following.received, but=exchange)
        return (last, following) if quiet else None

    def untouched(self, start: float, end: float, but: Exchange | None = None) -> bool:
        """Whether no write on this container, *but* one, may have been at work in that time."""
        others = (write for write in self.writes if write is not but)
        return not any(write.sent < end and received(write) > start for write in others)


@dataclass(slots=True)
class KeyedCall:
    """All exchanges that used one idempotency key in its scope."""

    key: str
    operation: Operation
    exchanges: list[Exchange] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)


class Facts:
    """What a history shows."""

    def __init__(
        self, contract: Contract, history: History, expectations: Expectations | None = None
    ) -> None:
        self.contract = contract
        self.history = history
        self.expect = expectations or Expectations()
        self.jobs: dict[str, Job] = {}
        self.containers: dict[str, Container] = {}
        self.starts: list[Started] = []
        self.keyed: dict[tuple[str, str, str, str], KeyedCall] = {}
        self.answers: dict[str, list[Exchange]] = defaultdict(list)
        self._read()

    @property
    def own(self) -> Iterator[Container]:
        """The containers that this run is known to have made."""
        return (each for each in self.containers.values() if each.created)

    def operation(self, exchange: Exchange) -> Operation | None:
        """The operation that *exchange* called."""
        return self.contract.operations.get(exchange.operation or "")

    def response(self, exchange: Exchange) -> Response | None:
        """What the document says of *exchange*'s answer."""
        operation = self.operation(exchange)
        if operation is None or exchange.status is None:
            return None
        return operation.response(exchange.status)

    def job_of(self, exchange: Exchange) -> Job | None:
        """The job that *exchange*'s path names."""
        return self.jobs.get(exchange.path_params.get(self.job_parameter, ""))

    def container_of(self, exchange: Exchange) -> Container | None:
        """The container that *exchange*'s path names."""
        return self.containers.get(exchange.path_params.get(self.container_parameter, ""))

    @cached_property
    def job_parameter(self) -> str:
        """The path parameter that names a job."""
        return self._parameter_of("job")

    @cached_property
    def container_parameter(self) -> str:
        """The path parameter that names a container."""
        return self._parameter_of("container")

    @cached_property
    def project_parameter(self) -> str:
        """The path parameter that names a project."""
        return self._parameter_of("project")

    def _parameter_of(self, resource: str) -> str:
        return next(
            p.name
            for operation in self.contract.operations.values()
            for p in operation.path_parameters
            if p.resource == resource
        )

    def repeats(self, exchange: Exchange) -> bool:
        """Whether *exchange* used a key that an earlier call may have used."""
        key = exchange.request_headers.get(self.contract.idempotency.header.lower(), "")
        scope = (exchange.credential, exchange.operation or "", exchange.path, key)
        tries = self.keyed[scope].exchanges if scope in self.keyed else ()
        return any(e.sent < exchange.sent and not refused(e) for e in tries)

    def with_hook(self, hook: str) -> list[Container]:
        """The containers that were seen with *hook* in their brief."""
        return self._by_hook.get(hook, [])

    @cached_property
    def _by_hook(self) -> dict[str, list[Container]]:
        found: dict[str, list[Container]] = defaultdict(list)
        for container in self.containers.values():
            views = (*container.reads, *container.listed)
            for hook in {h for v in views if isinstance(h := pointer(v.data, "/brief/hook"), str)}:
                found[hook].append(container)
        return found

    # Reading the history.

    def _read(self) -> None:
        for exchange in sorted(self.history, key=lambda e: e.sent):
            operation = self.operation(exchange)
            if operation is None:
                continue
            self.answers[operation.id].append(exchange)
            self._read_write(operation, exchange)
            self._read_key(operation, exchange)
            self._read_start(operation, exchange)
            self._read_views(operation, exchange)
        self._order_renders()

    def _read_write(self, operation: Operation, exchange: Exchange) -> None:
        container = exchange.path_params.get(self.container_parameter)
        if container and operation.method != "GET":
            self._container(container).writes.append(exchange)
        if operation.id in self.cancelers and (job := exchange.path_params.get(self.job_parameter)):
            self._job(job).cancels.append(exchange)

    @cached_property
    def cancelers(self) -> frozenset[str]:
        """The operations on a job that end it."""
        render = self.contract.render
        return frozenset(
            name
            for name in render.causes(render.ending("cancel"))
            if any(p.resource == "job" for p in self.contract.operations[name].path_parameters)
        )

    def _read_key(self, operation: Operation, exchange: Exchange) -> None:
        key = exchange.request_headers.get(self.contract.idempotency.header.lower())
        if key is not None and operation.id in self.contract.idempotent:
            self._keyed(operation, exchange, key).exchanges.append(exchange)

    def _keyed(self, operation: Operation, exchange: Exchange, key: str) -> KeyedCall:
        scope = (exchange.credential, operation.id, exchange.path, key)
        return self.keyed.setdefault(scope, KeyedCall(key, operation))

    def _read_start(self, operation: Operation, exchange: Exchange) -> None:
        starts = self.contract.starts.get(operation.id)
        if starts is None or not self._may_have_started(starts, exchange):
            return
        envelope = pointer(exchange.json, starts.job) if succeeded(exchange) else None
        names = envelope if isinstance(envelope, dict) else {}
        spec = self.contract.document.schema(self.contract.job.schema)["x-resource"]
        job, container = pointer(names, spec["id"]), pointer(names, spec["container"])
        if isinstance(job, str) and not isinstance(container, str) and not starts.new_container:
            container = exchange.path_params.get(self.container_parameter)
        if isinstance(job, str) and isinstance(container, str):
            key = exchange.request_headers.get(self.contract.idempotency.header.lower())
            started = Started(exchange, operation.id, starts, job, container, names, key)
            self._started(started)
            if key is not None and operation.id in self.contract.idempotent:
                self._keyed(operation, exchange, key).started.append(started)
        elif not starts.new_container and not refused(exchange):
            each = self._container(exchange.path_params.get(self.container_parameter, ""))
            each.unsure = min(each.unsure, exchange.sent)

    def _may_have_started(self, starts: Starts, exchange: Exchange) -> bool:
        return starts.when is None or pointer(exchange.request_json, starts.when) is True

    def _started(self, started: Started) -> None:
        self.starts.append(started)
        exchange = started.exchange
        job = self._job(started.job)
        container = self._container(started.container)
        if started.starts.new_container and container.created is None:
            container.created = started
        if job.render is None:
            render = Render(
                started.job, started.container, started, exchange.sent, received(exchange)
            )
            job.render = render
            container.renders.append(render)
        job.render.latest = min(job.render.latest, received(exchange))

    def _order_renders(self) -> None:
        for call in self.keyed.values():
            self._widen(call)
        for container in self.containers.values():
            container.renders.sort(key=lambda render: render.earliest)

    def _widen(self, call: KeyedCall) -> None:
        """A render may have begun with an earlier try of its call that was not answered."""
        for started in call.started:
            render = self.jobs[started.job].render
            if render:
                tries = [each.sent for each in call.exchanges if busy(each)]
                render.earliest = min([render.earliest, *tries])

    def _read_views(self, operation: Operation, exchange: Exchange) -> None:
        response = self.response(exchange)
        if response is None or exchange.json is NOT_JSON or operation.id in self.contract.starts:
            return
        for view in response.views:
            for data in view.find(exchange.json):
                self._see(operation, exchange, view.resource, data)

    def _see(
        self,
        operation: Operation,
        exchange: Exchange,
        resource: Mapping[str, str],
        data: Mapping[str, Json],
    ) -> None:
        name = pointer(data, resource["id"])
        if not isinstance(name, str) or resource["type"] not in ("job", "container"):
            return
        lifecycle = self.contract.job if resource["type"] == "job" else self.contract.render
        seen = Seen(exchange, name, data, str(pointer(data, lifecycle.field)))
        if resource["type"] == "container":
            listed = operation.id in self.contract.lists
            each = self._container(name)
            (each.listed if listed else each.reads).append(seen)
        elif self.container_parameter in exchange.path_params:
            self._job(name).progress.append(seen)
        else:
            self._job(name).polls.append(seen)

    def _job(self, name: str) -> Job:
        return self.jobs.setdefault(name, Job(name))

    def _container(self, name: str) -> Container:
        return self.containers.setdefault(name, Container(name))


def _by_sent(seen: Seen) -> float:
    return seen.sent


def received(exchange: Exchange) -> float:
    """When *exchange* was answered; never, where it was not."""
    return inf if exchange.received is None else exchange.received


def overlap(one: Exchange, other: Exchange) -> bool:
    """Whether neither was answered before the other was sent."""
    return one.sent < received(other) and other.sent < received(one)


def succeeded(exchange: Exchange) -> bool:
    """Whether the answer is a success."""
    return exchange.status is not None and 200 <= exchange.status < 300


def refused(exchange: Exchange) -> bool:
    """Whether the answer says that nothing was done."""
    return exchange.status is not None and 300 <= exchange.status < 500


def busy(exchange: Exchange) -> bool:
    """Whether the server did not get to the request: rate limited, unavailable, no answer."""
    return exchange.status is None or exchange.status == 429 or exchange.status >= 500


def earlier(views: Iterable[Seen], state: Callable[[Seen], T]) -> Iterator[tuple[Seen, list[Seen]]]:
    """Each view with those that were answered before it was sent, one for each *state*."""
    by_sent = sorted(views, key=_by_sent)
    by_received = sorted(by_sent, key=lambda seen: seen.received)
    before: dict[T, Seen] = {}
    done = 0
    for seen in by_sent:
        while done < len(by_received) and by_received[done].received <= seen.sent:
            before[state(by_received[done])] = by_received[done]
            done += 1
        yield seen, [each for each in before.values() if each is not seen]


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def precision(*timestamps: Json) -> float:
    """Seconds by which timestamps of one moment may differ, where some show more digits."""
    digits = {_digits(each) for each in timestamps if isinstance(each, str)}
    return 10.0 ** -min(digits) if len(digits) > 1 else 0.0


def _digits(timestamp: str) -> int:
    found = _MOMENT.fullmatch(timestamp)
    return len((found[1] or ".")[1:]) if found else 0


def moment(value: Json) -> float | None:
    """A timestamp as seconds since the epoch, or None where it is none."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None
