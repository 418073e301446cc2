"""The types of resources that a document has: their schemas, ids, relations and examples."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from layers_contract.mock.errors import MockError
from layers_contract.mock.forms import Form, Forms
from layers_contract.spec.contract import Contract, Lifecycle
from layers_contract.spec.document import Operation, View, pointer

__all__ = ["Kind", "Kinds", "Shown"]

Json = Any
_OWN: Final = ("type", "id")
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*[_-]")


@dataclass(frozen=True)
class Shown:
    """A schema that shows a resource: where in it the id and the ids of related ones are."""

    name: str
    form: Form
    resource: Mapping[str, str]
    nested: tuple[View, ...]

    @property
    def relations(self) -> Mapping[str, str]:
        """The pointers to the ids of related resources, by their type."""
        return {kind: at for kind, at in self.resource.items() if kind not in _OWN}


@dataclass
class Kind:
    """A type of resource. `examples` are its objects in the document, with their schema's name.

    `made` says whether operations make it, `inside` names the type that it is a part of, if it is
    one. `listed_by` are the members that lists are filtered and ordered by.
    """

    type: str
    lifecycles: tuple[Lifecycle, ...]
    shown: dict[str, Shown] = field(default_factory=dict)
    examples: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    made: bool = False
    inside: str | None = None
    listed_by: set[str] = field(default_factory=set)

    @property
    def aspect(self) -> bool:
        """Whether it has the id of something else: it tells of that, and is nothing of its own."""
        return all(each.resource["id"] in each.relations.values() for each in self.shown.values())

    @cached_property
    def created_like(self) -> frozenset[str]:
        """The date-times that tell when it began: those that no example has after another."""
        names = [n for s in self.shown.values() for n, m in s.form.members.items() if m.is_moment]
        names = list(dict.fromkeys(names))
        later = {
            name
            for _, example in self.examples
            for name in names
            if any(_later(example.get(name), example.get(other)) for other in names)
        }
        first = [name for name in names if name not in later]
        sure = [n for n in first if any(_required(s.form, n) for s in self.shown.values())]
        return frozenset((sure or first)[:1] if self.made else ())

    @property
    def relations(self) -> tuple[str, ...]:
        """The types that its schemas refer to."""
        return tuple(dict.fromkeys(t for each in self.shown.values() for t in each.relations))

    @property
    def members(self) -> frozenset[str]:
        """The names of all members that any of its schemas has."""
        return frozenset(name for each in self.shown.values() for name in each.form.names)


class Kinds:
    """Every type of resource of a document."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.forms = Forms(contract.document)
        self.all: dict[str, Kind] = {
            name: Kind(name, resource.lifecycles) for name, resource in contract.resources.items()
        }
        self._read_schemas()
        self._read_examples()
        self._read_roles()

    def _read_schemas(self) -> None:
        for name, node in (
            self.contract.document.raw.get("components", {}).get("schemas", {}).items()
        ):
            resource = node.get("x-resource")
            if isinstance(resource, dict):
                views = self.contract.document._views(node, ())  # noqa: SLF001 - the same package
                nested = tuple(view for view in views if view.at)
                form = self.forms.of(node)
                self.all[resource["type"]].shown[name] = Shown(name, form, resource, nested)

    def _read_examples(self) -> None:
        schemas = self.contract.document.raw.get("components", {}).get("schemas", {})
        for kind in self.all.values():
            for name in kind.shown:
                self._add_examples(View((), name, kind.shown[name].resource),
                                   schemas[name].get("examples", ()))  # fmt: skip
        for operation in self.contract.operations.values():
            for response in operation.responses.values():
                for view in response.views:
                    self._add_examples(view, response.examples.values())
            for parameter in operation.path_parameters:
                if parameter.resource in self.all and parameter.example is not None:
                    _add(self.all[parameter.resource].ids, str(parameter.example))

    def _add_examples(self, view: View, values: Any) -> None:
        kind = self.all[view.resource["type"]]
        for value in values:
            for found in view.find(value):
                kind.examples.append((view.schema, found))
                shown = pointer(found, view.resource["id"])
                if isinstance(shown, str | int) and not isinstance(shown, bool):
                    _add(kind.ids, str(shown))

    def _read_roles(self) -> None:
        for name, kind in self.all.items():
            created = self.contract.resources[name].creators and not kind.aspect
            kind.made = bool(created) or any(
                self.started(operation) == name for operation in self.contract.starts
            )
        for name, kind in self.all.items():
            holders = [
                other.type
                for other in self.all.values()
                for shown in other.shown.values()
                for view in shown.nested
                if view.resource["type"] == name and other.type != name
            ]
            if not kind.made and not kind.lifecycles and holders and not self._stands_alone(name):
                kind.inside = next((h for h in holders if self.all[h].made), holders[0])

        for name, page in self.contract.lists.items():
            fields = [*page.filters.values(), *(bound.field for bound in page.ranges.values())]
            fields += [page.order_by] if page.order_by else []
            for view in self.contract.shown(self.contract.operations[name]):
                listed = self.all[view.resource["type"]].listed_by
                listed |= {at.split("/")[1] for at in fields} if view.at[-1:] == ("*",) else set()

    def _stands_alone(self, name: str) -> bool:
        """Whether a path starts with the id of such a resource."""
        return any(
            operation.path_parameters and operation.path_parameters[0].resource == name
            for operation in self.contract.operations.values()
        )

    def started(self, operation: str) -> str | None:
        """The type of the job that *operation* starts."""
        starts = self.contract.starts.get(operation)
        if starts is None:
            return None
        at = tuple(starts.job.split("/")[1:])
        for view in self.contract.shown(self.contract.operations[operation]):
            if view.at == at:
                return str(view.resource["type"])
        return None

    @cached_property
    def world(self) -> tuple[str, ...]:
        """The types that nothing makes and that paths name: some of them exist from the start."""
        named = dict.fromkeys(
            parameter.resource
            for operation in self.contract.operations.values()
            for parameter in operation.path_parameters
            if parameter.resource in self.all
        )
        return tuple(n for n in named if n and not self.all[n].made and not self.all[n].inside)

    def resource_of(self, operation: Operation) -> str | None:
        """The type of what the last id in the path names."""
        types = [p.resource for p in operation.path_parameters if p.resource in self.all]
        return types[-1] if types else None

    def root(self, operation: Operation) -> Shown | None:
        """What the operation's successful responses are as a whole, where that is a resource."""
        for view in self.contract.shown(operation):
            if not view.at:
                return self.all[view.resource["type"]].shown.get(view.schema)
        return None

    def id_maker(self, kind: str) -> Callable[[int], str]:
        """How ids of a type are made of a number.

        Raises:
            MockError: No id that the mock can make fits the type's schemas.
        """
        fits = list(self._id_checks(kind))
        for spell in self._spellings(kind):
            if all(check(spell(number)) for check in fits for number in (1 << 127, 987654321)):
                return spell
        shown = next(iter(self.all[kind].shown.values()))
        where = f"#/components/schemas/{shown.name}{shown.resource['id']}"
        raise MockError(f"{where}: no id that fits it can be made; give an example of one")

    def _id_checks(self, kind: str) -> Iterator[Callable[[str], bool]]:
        for shown in self.all[kind].shown.values():
            node = self.id_node(shown)
            if node is not None:
                yield _Check(self.contract, node)

    def id_node(self, shown: Shown) -> Mapping[str, Json] | None:
        """The schema of the id."""
        node: Mapping[str, Json] | None = shown.form.node
        for part in shown.resource["id"].split("/")[1:]:
            member = self.forms.of(node).members.get(part)
            node = member.node if member else None
        return node

    def _spellings(self, kind: str) -> Iterator[Callable[[int], str]]:
        nodes = [self.forms.plain(self.id_node(each)) for each in self.all[kind].shown.values()]
        texts = [*self.all[kind].ids, *(str(e.get("pattern", "")).lstrip("^") for e in nodes)]
        texts += [str(each) for node in nodes for each in node.get("examples", ())]
        prefixes = dict.fromkeys(found.group() for t in texts if (found := _PREFIX.match(t)))
        if any(_is_uuid(each) for each in self.all[kind].ids):
            yield _uuid
        for prefix in prefixes:
            yield lambda number, prefix=prefix: prefix + _text(number)  # type: ignore[misc]
            yield lambda number, prefix=prefix: prefix + _text(number).lower()  # type: ignore[misc]
            yield lambda number, prefix=prefix: prefix + _uuid(number)  # type: ignore[misc]
            yield lambda number, prefix=prefix: f"{prefix}{number % 10**12}"  # type: ignore[misc]
        yield _text
        yield _uuid
        yield lambda number: _text(number).lower()
        yield lambda number: f"{number:032x}"
        for length in (26, 24, 20, 16, 12, 10, 8):
            for spell in (_text, lambda number: f"{number:032x}"):
                for prefix in ("", *prefixes):
                    yield lambda n, p=prefix, s=spell, k=length: p + s(n)[-k:]  # type: ignore[misc]
        yield lambda number: str(number % (1 << 31))


class _Check:
    """Whether a text fits a schema, also where that asks for a number."""

    def __init__(self, contract: Contract, node: Mapping[str, Json]) -> None:
        import jsonschema_rs  # noqa: PLC0415 - needed at the start only

        schema = {**contract.document.raw, **node}
        self._validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def __call__(self, text: str) -> bool:
        return self._validator.is_valid(text) or (
            text.isdecimal() and self._validator.is_valid(int(text))
        )


_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _text(number: int) -> str:
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number & ((1 << 128) - 1), version=4))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _add(known: list[str], value: str) -> None:
    if value not in known:
        known.append(value)


def _later(one: Json, other: Json) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one > other


def _required(form: Form, name: str) -> bool:
    return name in form.members and form.members[name].required
