"""What a schema asks for: its members, what an empty or a filled one looks like, samples."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from layers_contract.spec.document import Document

__all__ = ["MISSING", "Form", "Forms", "Member"]

Json = Any
MISSING: Final = object()
"""In place of a value: the member is not there."""
_DEEPEST: Final = 12
"""How deep a sample goes: a schema may refer to itself."""


@dataclass(frozen=True)
class Member:
    """A property of a schema: its schema as it is written, and what that says."""

    name: str
    node: Mapping[str, Json]
    schema: Mapping[str, Json]
    nullable: bool
    required: bool

    @property
    def is_moment(self) -> bool:
        """Whether it holds a date-time."""
        return self.schema.get("format") == "date-time"

    @property
    def type(self) -> str | None:
        """The type of its values, null aside."""
        return _type(self.schema)

    @property
    def empty(self) -> Json:
        """The value that says nothing; `MISSING` where it has to be left out."""
        if self.nullable:
            return None
        if self.type == "array" and not self.schema.get("minItems"):
            return []
        if self.type == "object" and not self.schema.get("required") and not self.required:
            return MISSING
        if self.type == "string" and self.required and not self.schema.get("minLength"):
            return ""
        return {} if self.type == "object" and not self.schema.get("required") else MISSING


@dataclass(frozen=True)
class Form:
    """An object's schema, with what stands behind `$ref` and `allOf` laid together."""

    node: Mapping[str, Json]
    members: Mapping[str, Member]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its members."""
        return frozenset(self.members)


class Forms:
    """The schemas of a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._forms: dict[int, Form] = {}

    def of(self, node: Mapping[str, Json] | None) -> Form:
        """The form of a schema; it is kept as long as the document is."""
        node = node or {}
        if id(node) not in self._forms:
            self._forms[id(node)] = self._form(node)
        return self._forms[id(node)]

    def _form(self, node: Mapping[str, Json]) -> Form:
        nodes: dict[str, Mapping[str, Json]] = {}
        required: set[str] = set()
        for part in self._parts(node):
            required |= set(part.get("required", ()))
            for name, each in part.get("properties", {}).items():
                nodes.setdefault(name, each)
        members = {n: self.member(n, each, required=n in required) for n, each in nodes.items()}
        return Form(node, members)

    def member(self, name: str, node: Mapping[str, Json], *, required: bool) -> Member:
        """A property of that name with this schema."""
        schema = self.plain(node)
        return Member(name, node, schema, self._nullable(node), required)

    def plain(self, node: Mapping[str, Json] | None) -> Mapping[str, Json]:
        """A schema with `$ref`, `allOf` and a choice with null put aside."""
        found = self._document.resolve(node or {})
        parts = list(self._parts(found))
        merged: dict[str, Json] = {}
        for part in parts:
            for keyword, value in part.items():
                if keyword == "properties" and keyword in merged:
                    merged[keyword] = {**value, **merged[keyword]}
                elif keyword == "required" and keyword in merged:
                    merged[keyword] = [*merged[keyword], *value]
                else:
                    merged.setdefault(keyword, value)
        return merged

    def _parts(self, node: Mapping[str, Json], depth: int = 0) -> Iterator[Mapping[str, Json]]:
        node = self._document.resolve(node)
        if not isinstance(node, dict) or depth > _DEEPEST:
            return
        yield node
        for part in node.get("allOf", ()):
            yield from self._parts(part, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            branches = [self._document.resolve(each) for each in node.get(keyword, ())]
            meant = [each for each in branches if each.get("type") != "null"]
            if meant:
                yield from self._parts(meant[0], depth + 1)

    def _nullable(self, node: Mapping[str, Json], depth: int = 0) -> bool:
        node = self._document.resolve(node)
        said = node.get("type")
        if said == "null" or (isinstance(said, list) and "null" in said):
            return True
        if None in node.get("enum", ()) or node.get("const", 0) is None:
            return True
        branches = (*node.get("anyOf", ()), *node.get("oneOf", ()))
        return depth < _DEEPEST and any(self._nullable(each, depth + 1) for each in branches)

    def at(self, node: Mapping[str, Json] | None, pointer: str) -> Member | None:
        """The property that *pointer* leads to in a value of the schema."""
        member: Member | None = None
        for name in pointer.split("/")[1:]:
            member = self.of(node).members.get(name)
            if member is None:
                return None
            node = member.node
        return member

    def sample(self, node: Mapping[str, Json] | None, depth: int = 0) -> Json:
        """A value of the schema: an example of it where it has one."""
        schema = self.plain(node)
        for keyword in ("examples", "enum"):
            found = [each for each in schema.get(keyword, ()) if each is not None]
            if found:
                return copy.deepcopy(found[0])
        for keyword in ("example", "const", "default"):
            if schema.get(keyword) is not None:
                return copy.deepcopy(schema[keyword])
        if _type(schema) == "object":
            form = self.of(node)
            coded = "x-error-codes" in schema
            return {
                m.name: self.sample(m.node, depth + 1)
                for m in form.members.values()
                if (m.required or (coded and m.name == "code")) and depth < _DEEPEST
            }
        if _type(schema) == "array":
            count = max(int(schema.get("minItems", 0)), 1 if depth < 2 else 0)
            return [self.sample(schema.get("items"), depth + 1) for _ in range(count)]
        return _scalar(schema)


def _type(schema: Mapping[str, Json]) -> str | None:
    said = schema.get("type")
    if isinstance(said, list):
        said = next((each for each in said if each != "null"), None)
    if said is None:
        said = "object" if "properties" in schema else "array" if "items" in schema else None
    return said


def _scalar(schema: Mapping[str, Json]) -> Json:
    kind = _type(schema)
    if kind in ("integer", "number"):
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        most = schema.get("maximum", schema.get("exclusiveMaximum", least + 1))
        return least if "minimum" in schema else min(max(0, least + 1), most)
    if kind == "boolean":
        return False
    known = _FORMATS.get(str(schema.get("format")))
    text = known or "text"
    return (text * -(-int(schema.get("minLength", 0)) // len(text)) or text)[
        : int(schema.get("maxLength", 1 << 20))
    ]


_FORMATS: Final[Mapping[str, str]] = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "uuid": "6f1c0a52-0c35-4c0b-8f5e-2f9f0c8a1f11",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "email": "somebody@example.com",
    "duration": "PT1M",
}
