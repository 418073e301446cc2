"""What the pages say of operations, polling, lists and limits, read from the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from layers_contract.publish.portal import reference
from layers_contract.publish.portal.words import lasting
from layers_contract.spec.contract import Contract, seconds
from layers_contract.spec.document import Document, Operation

__all__ = [
    "Group",
    "Limits",
    "Listing",
    "Poll",
    "Row",
    "groups",
    "limits",
    "lists",
    "polls",
    "started",
]


@dataclass(frozen=True, slots=True)
class Row:
    """An operation in the overview."""

    operation: Operation
    link: str
    badges: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> str:
        """The operation's, or its id."""
        return str(self.operation.raw.get("summary", self.operation.id))


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a tag."""

    name: str
    description: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """Which operation to poll, how long to wait before each call, and how to ask for news alone.

    Without a schedule in the document there are no `waits`. `pace` is the first wait and the last.
    """

    operation: Operation
    waits: tuple[str, ...]
    pace: tuple[str, str]
    factor: float
    maximum: str
    jitter: str
    validator: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Listing:
    """How an operation lists. Each fact is a name and a value."""

    operation: Operation
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls there may be in a window: a row for each tier, a column for each class."""

    window: str
    exceeded: Mapping[str, Any]
    class_header: str | None
    classes: tuple[tuple[str, tuple[str, ...]], ...]
    tiers: tuple[tuple[str, tuple[int | None, ...]], ...]


def groups(document: Document) -> list[Group]:
    """The operations by their first tag, in the order of the tags."""
    told = {each["name"]: each.get("description", "") for each in document.raw.get("tags", ())}
    what = started(Contract(document))
    rows: dict[str, list[Row]] = {name: [] for name in told}
    for operation in document.operations.values():
        tag = next(iter(operation.raw.get("tags", ())), "other")
        rows.setdefault(tag, []).append(_row(operation, what))
    return [Group(tag, told.get(tag, ""), tuple(each)) for tag, each in rows.items() if each]


def _row(operation: Operation, what: str) -> Row:
    return Row(operation, reference.link(operation), tuple(_badges(operation, what)))


def started(contract: Contract) -> str:
    """What an operation starts: named after the lifecycle of what it fills, else of the job."""
    found = contract.lifecycles.values()
    mirroring = [each.name for each in found if each.mirror]
    running = [each.name for each in found if each.endings]
    return next(iter([*mirroring, *running]), "run")


def _badges(operation: Operation, what: str) -> Iterator[tuple[str, str]]:
    """A kind for the style, and words."""
    raw = operation.raw
    if "x-idempotent" in raw:
        yield "same", "idempotent"
    if starts := raw.get("x-starts"):
        yield "starts", f"{'may start' if 'when' in starts else 'starts'} a {what}"
    if "x-polling" in raw:
        yield "poll", "to poll"
    if "x-pagination" in raw:
        yield "poll", "paginated"
    if rate := raw.get("x-rate-class"):
        yield "rate", rate
    for scope in operation.scopes:
        yield "rate", scope


_SHOWN_WAITS: Final = 9


def polls(document: Document) -> list[Poll]:
    """The operations to poll; those that can ask for news alone come first."""
    found = [_poll(each) for each in document.operations.values() if "x-polling" in each.raw]
    return sorted(found, key=lambda poll: poll.validator is None)


def _poll(operation: Operation) -> Poll:
    raw = operation.raw["x-polling"]
    schedule = raw.get("schedule")
    if schedule is None:
        return Poll(operation, (), ("", ""), 1, "", "", raw.get("validator"))
    return Poll(
        operation,
        tuple(_waits(schedule)),
        (lasting(schedule["initial"]), lasting(schedule["maximum"])),
        schedule["factor"],
        lasting(schedule["maximum"]),
        lasting(schedule["jitter"]),
        raw.get("validator"),
    )


def _waits(schedule: Mapping[str, Any]) -> Iterator[str]:
    """The first waits, up to the longest."""
    wait, longest = seconds(schedule["initial"]), seconds(schedule["maximum"])
    for _ in range(_SHOWN_WAITS):
        yield f"{round(min(wait, longest), 1):g}"
        if wait >= longest:
            return
        wait *= schedule["factor"]


def lists(document: Document) -> list[Listing]:
    """The operations that list."""
    found = (each for each in document.operations.values() if "x-pagination" in each.raw)
    return [Listing(each, tuple(_list_facts(document, each))) for each in found]


def _list_facts(document: Document, operation: Operation) -> Iterator[tuple[str, str]]:
    raw = operation.raw["x-pagination"]
    yield "Next page", f"give `{raw['next'][1:]}` back as `{raw['cursor']}`, until it is null"
    if limit := operation.parameter(raw.get("limit", "")):
        yield "Page size", _size(raw["limit"], document.resolve(limit.schema))
    if order := raw.get("order"):
        yield "Order", f"by `{order['by'][1:]}`, {order['direction']}"
    if filters := raw.get("filters"):
        yield "Filters", ", ".join(f"`{name}`{_bound(each)}" for name, each in filters.items())


def _bound(filtered: str | Mapping[str, str]) -> str:
    """What a filter that bounds a field asks of it."""
    if isinstance(filtered, str):
        return ""
    return f" (`{filtered['field'][1:]}` {filtered['is'].replace('-', ' ')})"


def _size(name: str, schema: Mapping[str, Any]) -> str:
    known = [
        f"{word} {schema[key]:,}"
        for key, word in (("default", "default"), ("maximum", "at most"))
        if key in schema
    ]
    return f"`{name}`" + (f": {', '.join(known)}" if known else "")


def limits(document: Document) -> Limits | None:
    """The rate limits, if there are any."""
    raw = document.raw.get("x-rate-limits")
    if not raw:
        return None
    classes = dict.fromkeys(name for tier in raw["tiers"].values() for name in tier)
    counted = {
        name: tuple(i for i, o in document.operations.items() if o.raw.get("x-rate-class") == name)
        for name in classes
    }
    return Limits(
        window=lasting(raw["window"]),
        exceeded=raw["exceeded"],
        class_header=raw.get("class-header"),
        classes=tuple(counted.items()),
        tiers=tuple((n, tuple(t.get(c) for c in classes)) for n, t in raw["tiers"].items()),
    )
