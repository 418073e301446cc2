"""Bodies of requests, made from the document alone: valid ones, invalid ones, and near misses.

A body is drawn once a run, with places kept free for the run's mark and for the target's samples;
each call fills them in anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.schemas import flat, members, needed
from layers_contract.run.workload.strategies import drawn
from layers_contract.run.workload.values import values
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation
from layers_contract.target import Target

__all__ = ["Bodies"]

Json = Any
DRAWN: Final = 10
"""Bodies that are drawn for an operation, beside the document's examples."""
MOST_OTHERS: Final = 6
NO_SAMPLE: Final = object()


@dataclass(frozen=True, slots=True)
class _Marked:
    """A text that takes the run's mark; `longest` is the most characters that it may have."""

    text: str
    longest: float

    def with_mark(self, mark: str) -> str:
        """The text with the mark behind it, cut before it where both are too long."""
        room = self.longest - len(mark) - 1
        if room < 1:
            return mark if len(mark) <= self.longest else self.text
        return f"{self.text[: int(min(room, len(self.text)))]} {mark}"


@dataclass(frozen=True, slots=True)
class _Sampled:
    """A value that only the target file knows."""

    name: str


@dataclass
class Bodies:
    """The bodies of a run, by operation; the same ones for the same *seed*."""

    contract: Contract
    target: Target
    seed: int = 0
    _decks: dict[str, Sequence[Json]] = field(default_factory=dict)
    _schemas: dict[str, Mapping[str, Json]] = field(default_factory=dict)

    def valid(self, operation: str, number: int, mark: str) -> Json:
        """A body that the operation takes, the one that is *number* in its turn.

        `NO_BODY` where it takes none, or where nothing is known that it would take.
        """
        deck = self._deck(operation)
        if not deck:
            return NO_BODY
        return self._filled(operation, deck[number % len(deck)], mark)

    def known(self, operation: str, body: Json) -> Json:
        """*body* without the members that the document does not know there."""
        spec = self.contract.operations[operation]
        return self._known(self.schema(spec), body) if spec.body is not None else body

    def _known(self, schema: Mapping[str, Json], value: Json) -> Json:
        if not isinstance(value, dict) or not schema.get("properties"):
            return value
        inside = schema["properties"]
        return {
            name: self._known(flat(self.contract.document, inside[name]), each)
            for name, each in value.items()
            if name in inside
        }

    def schema(self, spec: Operation) -> Mapping[str, Json]:
        """The schema of an operation's body, flat."""
        if spec.id not in self._schemas:
            self._schemas[spec.id] = flat(self.contract.document, spec.body)
        return self._schemas[spec.id]

    def lacks(self, operation: str) -> str | None:
        """Why no valid body can be made, if none can."""
        spec = self.contract.operations[operation]
        if spec.body is None or self._deck(operation):
            return None
        wanted = sorted({n for n in _sampled_always(self.contract, spec) if not self._sample(n)})
        if wanted:
            return f"the target file gives no [samples] {wanted[0]}"
        return f"no valid body of {operation} was found; give it an example in the document"

    def is_valid(self, operation: str, body: Json) -> bool:
        """Whether the document allows *body* there."""
        spec = self.contract.operations[operation]
        if body is NO_BODY:
            return not spec.body_required
        if spec.body is None:
            return False
        return not self.contract.document.problems(_base(spec), body)

    def invalid(self, operation: str, mark: str) -> list[Json]:
        """Bodies that the document does not allow, from the least wrong to no object at all."""
        valid = self.valid(operation, 0, mark)
        if valid is NO_BODY:
            return []
        found = [*_without_one(valid), *_of_another_type(valid), []]
        return [each for each in found if not self.is_valid(operation, each)]

    def others(self, operation: str, body: Json) -> list[Json]:
        """Valid bodies that differ from *body* in one place each; a few."""
        if body is NO_BODY:
            return []
        schema = self.schema(self.contract.operations[operation])
        found = [
            each
            for each in self._changed(schema, body)
            if self.is_valid(operation, each) and each != body
        ]
        return found[:MOST_OTHERS]

    def marked(self, operation: str, body: Json, mark: str) -> Json:
        """*body* with the run's mark, where the document has a place for it and still allows it."""
        schema = self.schema(self.contract.operations[operation])
        found = self._with(self._sown(schema, body), mark)
        return found if self.is_valid(operation, found) else body

    def _deck(self, operation: str) -> Sequence[Json]:
        if operation not in self._decks:
            self._decks[operation] = list(self._made(operation))
        return self._decks[operation]

    def _made(self, operation: str) -> Iterator[Json]:
        """Templates of bodies that are valid once they are filled; each only once."""
        spec = self.contract.operations[operation]
        schema = self.schema(spec)
        seen = set()
        for each in self._candidates(spec, schema) if spec.body is not None else ():
            template = self._sown(schema, each)
            sample = self._filled(operation, template, "[mark]")
            text = json.dumps(sample, sort_keys=True, default=repr)
            if sample is not NO_SAMPLE and text not in seen and self.is_valid(operation, sample):
                seen.add(text)
                yield template

    def _candidates(self, spec: Operation, schema: Mapping[str, Json]) -> Iterator[Json]:
        yield from spec.body_examples.values()
        yield from schema.get("examples", ())
        document = self.contract.document
        whole = [values(document, schema, full) for full in (False, True)]
        some = [values(document, schema)] * (DRAWN - 2)
        yield from drawn(st.tuples(*whole, *some), self.seed)

    def _sown(self, schema: Mapping[str, Json], value: Json) -> Json:
        """*value* with its places for marks and samples kept free."""
        if "x-sample" in schema:
            return _Sampled(schema["x-sample"])
        if schema.get("x-marker") and isinstance(value, str):
            return _Marked(value, schema.get("maxLength", float("inf")))
        document = self.contract.document
        if isinstance(value, list):
            items = flat(document, schema.get("items", {}))
            return [self._sown(items, each) for each in value]
        if not isinstance(value, dict):
            return value
        known = members(document, schema)
        for name in needed(document, schema) - set(value):
            if known[name].get("x-marker"):
                value = {**value, name: ""}
        return {name: self._sown(known.get(name, {}), each) for name, each in value.items()}

    def _filled(self, operation: str, template: Json, mark: str) -> Json:
        found = self._with(template, mark)
        if found is NO_SAMPLE or self.is_valid(operation, found):
            return found
        return self._with(template, "")

    def _with(self, template: Json, mark: str) -> Json:
        """*template* as JSON; `NO_SAMPLE` where it cannot be."""
        if isinstance(template, _Marked):
            return template.with_mark(mark).strip() if mark else template.text
        if isinstance(template, _Sampled):
            return self._sample(template.name) or NO_SAMPLE
        if isinstance(template, list):
            found = [self._with(each, mark) for each in template]
            lost = any(each is NO_SAMPLE for each in found)
            return NO_SAMPLE if lost else found
        if isinstance(template, dict):
            inside = {name: self._with(each, mark) for name, each in template.items()}
            return {name: each for name, each in inside.items() if each is not NO_SAMPLE}
        return template

    def _sample(self, name: str) -> Json:
        return self.target.samples.get(name)

    def _changed(self, schema: Mapping[str, Json], value: Json) -> Iterator[Json]:
        """*value* with one leaf changed; what a server must know is left as it is."""
        if "x-sample" in schema or "const" in schema:
            return
        if isinstance(value, dict):
            yield from self._changed_members(schema, value)
        elif isinstance(value, list):
            if value and value[::-1] != value:
                yield value[::-1]
            if value:
                yield [*value, value[-1]]
        elif schema.get("enum"):
            yield from (each for each in schema["enum"] if each != value)
        elif isinstance(value, bool):
            yield not value
        elif isinstance(value, int | float):
            yield from (value + 1, value - 1)
        elif isinstance(value, str) and not schema.get("examples"):
            yield from (f"{value}e", value.swapcase(), value.replace(" ", "  ", 1))

    def _changed_members(
        self, schema: Mapping[str, Json], value: dict[str, Json]
    ) -> Iterator[Json]:
        known = members(self.contract.document, schema)
        always = needed(self.contract.document, schema)
        changes = {n: list(self._changed(known.get(n, {}), each)) for n, each in value.items()}
        for turn in range(max(map(len, changes.values()), default=0)):
            for name, found in changes.items():
                if turn < len(found):
                    yield {**value, name: found[turn]}
        for name in value:
            if name not in always:
                yield {n: each for n, each in value.items() if n != name}


def _base(spec: Operation) -> tuple[str | int, ...]:
    return spec.body_base


def _sampled_always(contract: Contract, spec: Operation) -> Iterator[str]:
    schema = flat(contract.document, spec.body)
    known = members(contract.document, schema)
    for name in needed(contract.document, schema):
        if "x-sample" in known[name]:
            yield known[name]["x-sample"]


def _without_one(value: Json) -> Iterator[Json]:
    """*value* without one of its members, at any depth."""
    if isinstance(value, dict):
        for name, each in value.items():
            for smaller in _without_one(each):
                yield {**value, name: smaller}
        yield from ({n: e for n, e in value.items() if n != name} for name in value)


def _of_another_type(value: Json) -> Iterator[Json]:
    """*value* with one of its members of a type that it must not have."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield {**value, name: [[]] if not isinstance(each, list) else {"no": "list"}}
