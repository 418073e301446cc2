"""A history, put in order for judging: who saw what, when, of which resource.

All that an invariant may rest on. Two exchanges are ordered only where one was answered before
the other was sent; a request without an answer may have been carried out at any time after it
was sent.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache, partial, wraps
from itertools import pairwise
from math import inf
from operator import attrgetter
from typing import Any, Final, TypeVar, TypeVarTuple

from layers_contract.history.exchanges import NOT_JSON, Exchange, History
from layers_contract.history.infrastructure import set_apart
from layers_contract.judge.timeline import Timeline, Work
from layers_contract.spec.contract import Contract, Starts
from layers_contract.spec.document import Operation, Response, View, pointer

__all__ = [
    "Container",
    "Expectations",
    "Facts",
    "Job",
    "KeyedCall",
    "Render",
    "Seen",
    "Started",
    "indexed",
    "nobodys",
    "remembered",
    "undisturbed",
]

Json = Any
T = TypeVar("T")
Of = TypeVarTuple("Of")


_OTHERWISE = str.maketrans("0123456789abcdefABCDEF", "9876543210badcfeBADCFE")


def nobodys(name: str) -> str:
    """An id like *name* that stands for nothing: its last characters are others of their kind.

    A prefix such as `job_` stays.
    """
    prefix, mark, rest = name.rpartition("_")
    return prefix + mark + rest[:-12] + rest[-12:].translate(_OTHERWISE)


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the run may expect of the server's clock and pace. Seconds.

    `render` is how long a render may take before it counts as stuck, None where nobody knows.
    `marker` stands in every hook that this run sends, and in no other; None where nobody knows.
    `foreign` are projects that belong to somebody else. `window` is how long a key is remembered
    where that is less than the document says. Reads may show the state of up to `read_lag` ago, and
    lists that of up to `list_lag` ago. `alone` is False where others may have acted on the same
    containers without a trace, as with recorded traffic. `limited` are the scopes that the limited
    key has.
    """

    render: float | None = None
    clock_skew: float = 5.0
    marker: str | None = None
    foreign: frozenset[str] = frozenset()
    window: float = inf
    read_lag: float = 0.0
    list_lag: float = 0.0
    alone: bool = True
    limited: frozenset[str] = frozenset()


class Seen:
    """A resource as one answer showed it: asked for when it was `sent`, known when `received`."""

    __slots__ = ("data", "exchange", "id", "received", "sent", "state")

    def __init__(
        self,
        exchange: Exchange,
        id: str,  # noqa: A002 - the field's name
        data: Mapping[str, Json],
        state: str,
    ) -> None:
        self.exchange = exchange
        self.id = id
        self.data = data
        self.state = state
        self.sent = exchange.sent
        self.received = exchange.received or inf


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


@dataclass(slots=True, eq=False)
class Render:
    """One run of the machine: it began somewhere between `earliest` and `latest`."""

    job: str
    container: str
    first: Started
    earliest: float
    latest: float


@dataclass(eq=False)
class Job:
    """A job, as its polls showed it."""

    id: str
    polls: list[Seen] = field(default_factory=list)
    progress: list[Seen] = field(default_factory=list)
    render: Render | None = None
    cancels: list[Exchange] = field(default_factory=list)

    @cached_property
    def first_cancel(self) -> float:
        """When the first cancel that may have been taken was sent; never, where there is none."""
        return min((each.sent for each in self.cancels if not each.refused), default=inf)

    @cached_property
    def views(self) -> list[Seen]:
        """What either endpoint showed, in the order of asking."""
        return sorted((*self.polls, *self.progress), key=by_sent)

    @cached_property
    def line(self) -> Timeline[Seen]:
        """The views, by time."""
        return Timeline(self.views, _by_received)


@dataclass(eq=False)
class Container:
    """A container, as reads and lists showed it, with its renders in order."""

    id: str
    reads: list[Seen] = field(default_factory=list)
    listed: list[Seen] = field(default_factory=list)
    renders: list[Render] = field(default_factory=list)
    created: Started | None = None
    writes: list[Exchange] = field(default_factory=list)
    unsure: float = inf
    shared: bool = False

    @property
    def project(self) -> str | None:
        """The project that the answer to its call names, in lower case."""
        home = pointer(self.created.envelope, "/projectId") if self.created else None
        return home.lower() if isinstance(home, str) else None

    def render_of(self, seen: Seen) -> Render | None:
        """The render that *seen* must belong to, or None where it may be one of two."""
        if seen.received > self.unsure:
            return None
        next_begins = bisect_left(self._begun, seen.received)
        for number in range(max(next_begins - 1, 0), len(self.renders)):
            render = self.renders[number]
            if seen.sent >= render.latest:
                return None if render in self._tied else render
            if seen.sent < render.earliest:
                return None
        return None

    @cached_property
    def _tied(self) -> frozenset[Render]:
        """The renders that may have been asked for before another one, or after it."""
        tied: set[Render] = set()
        longest = self.renders[0] if self.renders else None
        for one, other in pairwise(self.renders):
            if longest is None or one.latest > longest.latest:
                longest = one
            if other.earliest < longest.latest:
                tied |= {longest, other}
            if other.earliest < one.latest:
                tied.add(one)
        return frozenset(tied)

    def reads_of(self, render: Render) -> Sequence[Seen]:
        """The reads that must belong to *render*."""
        return self._reads_by_render.get(render, ())

    def line_of(self, render: Render) -> Timeline[Seen]:
        """The reads that must belong to *render*, by time."""
        if render not in self._lines:
            self._lines[render] = Timeline(self.reads_of(render), _by_received)
        return self._lines[render]

    def last_read_before(self, exchange: Exchange) -> Seen | None:
        """The newest read that was answered before *exchange* was sent."""
        return self.line.newest(exchange.sent)

    def around(self, exchange: Exchange) -> tuple[Seen, Seen] | None:
        """The reads next to *exchange*, where no other write may have been at work between them."""
        last, following = self.last_read_before(exchange), self.line.after(exchange.received_at)
        if last is None or following is None:
            return None
        quiet = self.untouched(last.sent, following.received, but=exchange)
        return (last, following) if quiet else None

    def untouched(self, start: float, end: float, but: Exchange | None = None) -> bool:
        """Whether no write on this container, *but* one, may have been at work in that time."""
        return not self.shared and not self._work.at(start, end, but)

    def next_write(self, exchange: Exchange) -> float:
        """When the first other write was sent that was not over before *exchange* was sent."""
        other = self._work.first(exchange.sent, but=exchange)
        return -inf if self.shared else inf if other is None else other.sent

    @cached_property
    def line(self) -> Timeline[Seen]:
        """The reads, by time."""
        return Timeline(self.reads, _by_received)

    @cached_property
    def _work(self) -> Work[Exchange]:
        return Work(self.writes, by_received_at)

    @cached_property
    def _begun(self) -> list[float]:
        return [render.earliest for render in self.renders]

    @cached_property
    def _lines(self) -> dict[Render, Timeline[Seen]]:
        return {}

    @cached_property
    def _reads_by_render(self) -> dict[Render | None, list[Seen]]:
        found: dict[Render | None, list[Seen]] = defaultdict(list)
        for seen in self.reads:
            found[self.render_of(seen)].append(seen)
        return found


@dataclass(eq=False)
class KeyedCall:
    """All exchanges that used one idempotency key in its scope."""

    key: str
    operation: Operation
    exchanges: list[Exchange] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)

    @cached_property
    def begun(self) -> float:
        """When the first use that may have had an effect was sent; never, where there is none."""
        return min((each.sent for each in self.exchanges if not each.refused), default=inf)


@dataclass(frozen=True, slots=True)
class _Look:
    """A resource in an answer: where its id and its state are, and which of its lists it joins."""

    view: View
    id: str
    state: str
    joins: str


class Facts:
    """What a history shows."""

    def __init__(
        self, contract: Contract, history: History, expectations: Expectations | None = None
    ) -> None:
        self.contract = contract
        self._operations = contract.operations
        self.history = history
        self.expect = expectations or Expectations()
        self.jobs: dict[str, Job] = {}
        self.containers: dict[str, Container] = {}
        self.starts: list[Started] = []
        self.keyed: dict[tuple[str, str, str, str], KeyedCall] = {}
        self.answers: dict[str, list[Exchange]] = defaultdict(list)
        self._responses: dict[tuple[str | None, int | None], Response | None] = {}
        self._looks: dict[tuple[str | None, int | None], list[_Look]] = {}
        self.kept: dict[object, Any] = {}
        with undisturbed():
            self._read()

    @cached_property
    def own(self) -> Sequence[Container]:
        """The containers that this run is known to have made."""
        return [each for each in self.containers.values() if each.created]

    def operation(self, exchange: Exchange) -> Operation | None:
        """The operation that *exchange* called."""
        return self._operations.get(exchange.operation or "")

    def response(self, exchange: Exchange) -> Response | None:
        """What the document says of *exchange*'s answer."""
        try:
            return self._responses[exchange.operation, exchange.status]
        except KeyError:
            operation, status = self.operation(exchange), exchange.status
            known = None if operation is None or status is None else operation.response(status)
            self._responses[exchange.operation, exchange.status] = known
            return known

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
        """The first path parameter that names a resource of that type; nothing without one."""
        names = (
            p.name
            for operation in self.contract.operations.values()
            for p in operation.path_parameters
            if p.resource == resource
        )
        return next(names, "")

    def starts_render(self, exchange: Exchange) -> bool:
        """Whether *exchange* asked for a render."""
        starts = self.contract.starts.get(exchange.operation or "")
        return starts is not None and starts.asked(exchange.request_json)

    def reads_beside(self, job: Job) -> Sequence[Seen]:
        """The reads of the container of *job* that belong to its render."""
        home = self.containers.get(job.render.container) if job.render else None
        return home.reads_of(job.render) if home and job.render else ()

    def repeats(self, exchange: Exchange) -> bool:
        """Whether *exchange* used a key that an earlier call may have used."""
        key = exchange.request_headers.get(self.key_header, "")
        scope = (exchange.credential, exchange.operation or "", exchange.path, key)
        return scope in self.keyed and self.keyed[scope].begun < exchange.sent

    # Reading the history.

    def _read(self) -> None:
        self.history.parse()
        readers: dict[str | None, Sequence[Callable[[Exchange], None]]] = {}
        for exchange in sorted(self.history, key=by_sent):
            set_apart(self.contract, exchange)
            if exchange.operation not in readers:
                readers[exchange.operation] = self._readers(self.operation(exchange))
            for read in readers[exchange.operation]:
                read(exchange)
        self._order_renders()
        self._doubt_others()

    def _readers(self, operation: Operation | None) -> Sequence[Callable[[Exchange], None]]:
        """What the calls of *operation* are read for."""
        if operation is None:
            return ()
        starts = operation.id in self.contract.starts
        keyed = operation.id in self.contract.idempotent
        if not self.contract.renders:
            return (
                self.answers[operation.id].append,
                *([partial(self._read_key, operation)] if keyed else ()),
            )
        return (
            self.answers[operation.id].append,
            *([self._read_write] if operation.method != "GET" else ()),
            *([self._read_cancel] if operation.id in self.cancelers else ()),
            *([partial(self._read_key, operation)] if keyed else ()),
            partial(self._read_start if starts else self._read_views, operation),
        )

    def _read_write(self, exchange: Exchange) -> None:
        if container := exchange.path_params.get(self.container_parameter):
            self._container(container).writes.append(exchange)

    def _read_cancel(self, exchange: Exchange) -> None:
        if job := exchange.path_params.get(self.job_parameter):
            self._job(job).cancels.append(exchange)

    @cached_property
    def cancelers(self) -> frozenset[str]:
        """The operations on a job that end it."""
        render = self.contract.render
        if "cancel" not in render.endings.values():
            return frozenset()
        return frozenset(
            name
            for name in render.causes(render.ending("cancel")) & self.contract.operations.keys()
            if any(p.resource == "job" for p in self.contract.operations[name].path_parameters)
        )

    def _read_key(self, operation: Operation, exchange: Exchange) -> None:
        key = exchange.request_headers.get(self.key_header)
        if key is not None:
            self._keyed(operation, exchange, key).exchanges.append(exchange)

    @cached_property
    def key_header(self) -> str:
        """The header that carries the idempotency key; nothing where there is no such key."""
        return self.contract.key_header

    def _keyed(self, operation: Operation, exchange: Exchange, key: str) -> KeyedCall:
        scope = (exchange.credential, operation.id, exchange.path, key)
        return self.keyed.setdefault(scope, KeyedCall(key, operation))

    def _read_start(self, operation: Operation, exchange: Exchange) -> None:
        starts = self.contract.starts.get(operation.id)
        if starts is None or not starts.asked(exchange.request_json):
            return
        envelope = pointer(exchange.json, starts.job) if exchange.succeeded else None
        names = envelope if isinstance(envelope, dict) else {}
        spec = self.contract.document.schema(self.contract.job.schema)["x-resource"]
        job, containers = pointer(names, spec["id"]), strings(names, spec["container"])
        if not containers and not starts.new_container:
            containers = [*filter(None, [exchange.path_params.get(self.container_parameter)])]
        key = exchange.request_headers.get(self.key_header)
        for container in containers if isinstance(job, str) else ():
            started = Started(exchange, operation.id, starts, str(job), container, names, key)
            self._started(started)
            if key is not None and operation.id in self.contract.idempotent:
                self._keyed(operation, exchange, key).started.append(started)
        if isinstance(job, str) and containers:
            return
        if not starts.new_container and not exchange.refused:
            each = self._container(exchange.path_params.get(self.container_parameter, ""))
            each.unsure = min(each.unsure, exchange.sent)

    def _started(self, started: Started) -> None:
        self.starts.append(started)
        exchange = started.exchange
        job = self._job(started.job)
        container = self._container(started.container)
        if started.starts.new_container and container.created is None:
            container.created = started
        if job.render is None:
            render = Render(
                started.job, started.container, started, exchange.sent, exchange.received_at
            )
            job.render = render
            container.renders.append(render)
        elif started.exchange is job.render.first.exchange:
            container.renders.append(replace(job.render, container=started.container))
        job.render.latest = min(job.render.latest, exchange.received_at)

    def _order_renders(self) -> None:
        for call in self.keyed.values():
            self._widen(call)
        for container in self.containers.values():
            container.renders.sort(key=lambda render: render.earliest)

    def _widen(self, call: KeyedCall) -> None:
        """A render may have begun with an earlier try of its call that was not answered."""
        tries = [e.sent for e in call.exchanges if not (e.succeeded or e.refused)]
        first = min(tries, default=inf)
        for started in call.started:
            if render := self.jobs[started.job].render:
                render.earliest = min(render.earliest, first)

    def _doubt_others(self) -> None:
        """A job that nobody here has started makes its container unsure, from when it may be."""
        for job in list(self.jobs.values()):
            if job.render is None and job.views:
                for name, known in self.homes(job).items():
                    container = self._container(name)
                    container.unsure = min(container.unsure, self.last_ours(container, known))

    def homes(self, job: Job) -> dict[str, float]:
        """The containers that *job* was seen to belong to, and when that was known."""
        field = self.contract.document.schema(self.contract.job.schema)["x-resource"]["container"]
        homes: dict[str, float] = {}
        for seen in job.views:
            path = seen.exchange.path_params.get(self.container_parameter)
            for name in strings(seen.data, field) or filter(None, [path]):
                homes.setdefault(name, seen.received)
        return homes

    def last_ours(self, container: Container, before: float) -> float:
        """When the newest job of *container* was last certain to be one that was started here."""
        begun = (each.earliest for each in container.renders)
        shown = (seen.sent for each in container.renders for seen in self.jobs[each.job].progress)
        return max((at for at in (*begun, *shown) if at < before), default=-inf)

    def _read_views(self, operation: Operation, exchange: Exchange) -> None:
        if exchange.json is NOT_JSON:
            return
        for look in self._shown(operation, exchange):
            for data in look.view.find(exchange.json):
                name = pointer(data, look.id)
                if isinstance(name, str):
                    seen = Seen(exchange, name, data, str(pointer(data, look.state)))
                    self._alike(look, name).append(seen)

    def _shown(self, operation: Operation, exchange: Exchange) -> Sequence[_Look]:
        """The jobs and containers in an answer."""
        key = exchange.operation, exchange.status
        if key not in self._looks:
            response = self.response(exchange)
            fields = {"job": self.contract.job.field, "container": self.contract.render.field}
            self._looks[key] = [
                _Look(view, view.resource["id"], fields[kind], self._joined(operation, kind))
                for view in (response.views if response else ())
                if (kind := view.resource["type"]) in fields
            ]
        return self._looks[key]

    def _joined(self, operation: Operation, kind: str) -> str:
        """The list that a view of a job or a container joins, if *operation* gives it."""
        if kind == "container":
            return "listed" if operation.id in self.contract.lists else "reads"
        names = {each.name for each in operation.path_parameters}
        return "progress" if self.container_parameter in names else "polls"

    def _alike(self, look: _Look, name: str) -> list[Seen]:
        """The views of the resource of that name that *look* adds to."""
        if look.joins == "reads":
            return self._container(name).reads
        if look.joins == "listed":
            return self._container(name).listed
        job = self._job(name)
        return job.progress if look.joins == "progress" else job.polls

    def _job(self, name: str) -> Job:
        found = self.jobs.get(name)
        if found is None:
            found = self.jobs[name] = Job(name)
        return found

    def _container(self, name: str) -> Container:
        found = self.containers.get(name)
        if found is None:
            shared = not self.expect.alone
            found = self.containers[name] = Container(
                name, unsure=-inf if shared else inf, shared=shared
            )
        return found


def indexed(make: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """A function of facts whose result is kept with them: an index that is made once."""

    @wraps(make)
    def kept(facts: Facts) -> T:
        try:
            found: T = facts.kept[make]
        except KeyError:
            found = facts.kept[make] = make(facts)
        return found

    return kept


def remembered(find: Callable[[Facts, *Of], T]) -> Callable[[Facts, *Of], T]:
    """A function of facts and of what can be hashed, whose results are kept with the facts."""

    @wraps(find)
    def kept(facts: Facts, *of: *Of) -> T:
        try:
            found: T = facts.kept[find, of]
        except KeyError:
            found = facts.kept[find, of] = find(facts, *of)
        return found

    return kept


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for garbage meanwhile: what judging makes stays, and looking at it takes time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


by_received_at: Final = attrgetter("received_at")
"""When an exchange was answered, for ordering; never, where it was not."""
by_sent: Final = attrgetter("sent")
"""When it was asked for, for ordering."""
_by_received: Final = attrgetter("received")


def overlap(one: Exchange, other: Exchange) -> bool:
    """Whether neither was answered before the other was sent."""
    return one.sent < other.received_at and other.sent < one.received_at


MOST: Final = 20
"""With how many others one thing is held against: what was seen long ago, was judged long ago."""


def earlier(views: Iterable[Seen], state: Callable[[Seen], T]) -> Iterator[tuple[Seen, list[Seen]]]:
    """Each view with those that were answered before it was sent, one for each *state*.

    Of very many states only the latest are held against a view.
    """
    asked = sorted(views, key=by_sent)
    known = sorted(asked, key=_by_received)
    before: dict[T, Seen] = {}
    done, count = 0, len(known)
    for seen in asked:
        while done < count and known[done].received <= seen.sent:
            before[state(known[done])] = known[done]
            if len(before) > MOST:
                del before[next(iter(before))]
            done += 1
        yield seen, [each for each in before.values() if each is not seen]


TIMESTAMPS: Final = 1 << 17
"""How many are remembered: check after check comes by all of them, so that fewer help none."""


def strings(value: Json, path: str) -> list[str]:
    """The strings that a pointer leads to, in every item of a list where a part of it is `*`."""
    found = values(value, path) if "*" in path else [pointer(value, path)]
    return [each for each in found if isinstance(each, str)]


def values(value: Json, path: str) -> list[Json]:
    """What a pointer leads to, every item where a part of it is `*`; nothing where it is not."""
    found = [value]
    for part in path.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        found = [child for each in found for child in _children(each, name)]
    return found


def _children(value: Json, name: str) -> Iterable[Json]:
    if isinstance(value, dict):
        return [value[name]] if name in value else ()
    if not isinstance(value, list):
        return ()
    if name == "*":
        return value
    return value[int(name) : int(name) + 1] if name.isdecimal() else ()


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def precision(*timestamps: Json) -> float:
    """Seconds by which timestamps of one moment may differ, where some show more digits."""
    digits = {_digits(each) for each in timestamps if isinstance(each, str)}
    return 10.0 ** -min(digits) if len(digits) > 1 else 0.0


@lru_cache(maxsize=TIMESTAMPS)
def _digits(timestamp: str) -> int:
    found = _MOMENT.fullmatch(timestamp)
    return len((found[1] or ".")[1:]) if found else 0


def moment(value: Json) -> float | None:
    """A timestamp as seconds since the epoch, or None where it is none."""
    return _moment(value) if isinstance(value, str) else None


@lru_cache(maxsize=TIMESTAMPS)
def _moment(value: str) -> float | None:
    if not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def http_date(value: str) -> float | None:
    """A `Date` or `Retry-After` as seconds since the epoch, or None where it is no date."""
    try:
        found: datetime = parsedate_to_datetime(value)
        return found.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
