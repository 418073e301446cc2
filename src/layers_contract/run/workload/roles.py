"""Which operations play which part, read from the document's extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from layers_contract.spec.contract import Contract, Lifecycle, MissingPartError
from layers_contract.spec.document import Operation

__all__ = ["NoPart", "Roles"]

DOES: Final[Mapping[str, str]] = {
    "generate": "creates a container",
    "regenerate": "renders a container again",
    "clone": "makes a container of another one",
    "approve": "approves",
    "reject": "rejects",
    "cancel": "cancels a job",
    "archive": "archives a project",
    "read": "reads a container",
    "progress": "polls a container",
    "job": "reads a job",
    "sign": "reads an asset",
    "list": "lists containers",
    "policy": "reads a project's policy",
    "update_policy": "changes a project's policy",
}
"""Each part, and what an operation that plays it does."""
VITAL: Final = ("generate", "read", "job")
"""The parts without which no render can be made and followed."""


class NoPart(LookupError):  # noqa: N818 - the document is free to have no such operation
    """No operation of the document plays a part."""


class _First:
    """The first operation that plays a part."""

    def __set_name__(self, _owner: type[Roles], name: str) -> None:
        self._part = name

    def __get__(self, roles: Roles, _owner: type[Roles]) -> str:
        for name in roles.parts[self._part]:
            return name
        raise NoPart(f"no operation {DOES[self._part]}")


@dataclass(frozen=True)
class Roles:
    """The operationIds by what they are for: as many as there are of each, or none.

    An attribute gives the first one, and raises `NoPart` where there is none. `formats` is what a
    creative can be, without the one that leaves it to the server.
    """

    parts: Mapping[str, tuple[str, ...]]
    formats: tuple[str, ...] = ()

    generate = _First()
    regenerate = _First()
    clone = _First()
    approve = _First()
    reject = _First()
    cancel = _First()
    archive = _First()
    read = _First()
    progress = _First()
    job = _First()
    sign = _First()
    list = _First()
    policy = _First()
    update_policy = _First()

    @classmethod
    def of(cls, contract: Contract) -> Roles:
        """The roles in *contract*; none where no container's render mirrors a job."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(DOES, ())
        if contract.renders:
            found |= {part: tuple(names) for part, names in _parts(contract)}
        formats = [name for each in found["generate"][:1] for name in _formats(contract, each)]
        return cls(found, tuple(formats))

    @property
    def renders(self) -> bool:
        """Whether the document has all that it takes to make a render and to follow it."""
        return self.lacks(*VITAL) is None

    def lacks(self, *parts: str) -> str | None:
        """What no operation does of what *parts* are for; None where each part is played."""
        lost = (part for part in parts if not self.parts[part])
        return next((f"no operation {DOES[part]}" for part in lost), None)

    def format(self, number: int) -> str | None:
        """One of the formats, counted in a circle; None where there is none."""
        return self.formats[number % len(self.formats)] if self.formats else None

    def some(self, *parts: str) -> tuple[str, ...]:
        """The first operation of each of *parts* that is played."""
        return tuple(self.parts[part][0] for part in parts if self.parts[part])

    @property
    def first(self) -> frozenset[str]:
        """The operations that the parts are played by: the first one of each."""
        return frozenset(self.some(*self.parts))


def _parts(contract: Contract) -> Iterator[tuple[str, Iterable[str]]]:
    operations, starts, render = contract.operations, contract.starts, contract.render
    gated = [each for each in contract.lifecycles.values() if each.gate]

    def of(names: Iterable[str], resource: str) -> list[str]:
        return [name for name in names if _takes(operations[name], resource)]

    new = [name for name, each in starts.items() if each.new_container]
    same = [name for name, each in starts.items() if each.container == "same"]
    ends = sorted(_ending_by(render), key=[*operations].index)
    yield "generate", of(new, "project")
    yield "clone", of(new, "container")
    yield "regenerate", [name for name in same if not starts[name].when]
    yield "reject", [name for name in same if starts[name].when]
    yield "approve", [name for each in gated for name in _deciding(each) if name not in starts]
    yield "cancel", of(ends, "job")
    yield "archive", of(ends, "project")
    yield "read", _readers(contract, "container")
    yield "job", _readers(contract, "job")
    yield "sign", _readers(contract, "container", "asset")
    yield "progress", of(contract.polls, "container")
    yield "list", of(contract.lists, "project")
    policies = [each.gate.operation for each in gated if each.gate] or _readers(contract, "project")
    yield "policy", policies
    switches = all(isinstance(v, bool) for each in gated if each.gate for v in each.gate.values)
    changing = [name for each in policies[:1] for name in _changing(contract, each)]
    yield "update_policy", changing if switches else []


def _ending_by(render: Lifecycle) -> frozenset[str]:
    ending = next((s for s, how in render.endings.items() if how == "cancel"), None)
    return render.causes(ending) if ending else frozenset()


def _deciding(review: Lifecycle) -> list[str]:
    return sorted({name for step in review.transitions if step.origins for name in step.by})


def _readers(contract: Contract, *resources: str) -> list[str]:
    try:
        return [contract.reader(*resources).id]
    except MissingPartError:
        return []


def _changing(contract: Contract, policy: str) -> list[str]:
    path = contract.operations[policy].path
    return [o.id for o in contract.operations.values() if o.path == path and o.method != "GET"]


def _formats(contract: Contract, generate: str) -> Iterator[str]:
    resolve = contract.document.resolve
    body = resolve(contract.operations[generate].body) or {}
    asked = resolve(body.get("properties", {}).get("format", {}))
    for part in (asked, *map(resolve, asked.get("allOf", ()))):
        yield from (name for name in part.get("enum", ()) if name != asked.get("default"))


def _takes(operation: Operation, resource: str) -> bool:
    return any(p.resource == resource for p in operation.path_parameters)
