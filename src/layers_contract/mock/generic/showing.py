"""What a response shows of a resource: made from its row, its state and the document's examples."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from layers_contract.mock.clock import Clock
from layers_contract.mock.forms import MISSING, Form, Member
from layers_contract.mock.generic.kinds import Kind, Kinds, Shown
from layers_contract.mock.generic.rows import Row, RowStore
from layers_contract.mock.options import MockOptions
from layers_contract.mock.serving import Serving
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.spec.contract import Lifecycle
from layers_contract.spec.document import pointer

__all__ = ["Showing", "place", "substituted"]

Json = Any
SHARES = (("number", 1), ("number", 100), ("integer", 100))
"""The type and the maximum of a member that tells how much is done; its minimum is 0."""


class Showing(Serving):
    """Rows as the document's schemas have them."""

    store: RowStore

    def __init__(
        self, options: MockOptions, clock: Clock, store: RowStore, words: Vocabulary
    ) -> None:
        super().__init__(options, clock, store, words)
        self.kinds = Kinds(self.contract)
        self._spell = {
            name: self.kinds.id_maker(name)
            for name, each in self.kinds.all.items()
            if not each.aspect
        }

    def new_id(self, kind: str) -> str:
        """A fresh id of a resource of that type."""
        return self._spell[kind](self.fresh())

    def state(self, row: Row, cycle: Lifecycle, now: float) -> str:
        """The state of *row* that is shown at *now*."""
        return row.state(cycle.name, now) or cycle.initial[0]

    def states(self, row: Row, now: float) -> dict[str, str]:
        """The states of all lifecycles of *row*, by the pointer to where they are shown."""
        cycles = self.kinds.all[row.type].lifecycles
        return {each.field: self.state(row, each, now) for each in cycles}

    def view(
        self, row: Row, shown: Shown, now: float, examples: Iterable[Json] = ()
    ) -> dict[str, Json]:
        """*row* as the schema of *shown* has it; *examples* come before the schema's own."""
        kind, states = self.kinds.all[row.type], self.states(row, now)
        example, fits = self._example(kind, shown, states, examples)
        example = substituted(example, self.real_ids(row))
        found: dict[str, Json] = {}
        for member in shown.form.members.values():
            usual = example.get(member.name, MISSING)
            if not (fits or member.required):
                usual = MISSING
            value = self._value(row, kind, member, usual)
            if value is not MISSING:
                found[member.name] = value
        self._put_ids(row, shown, found)
        for at, state in states.items():
            if at.split("/")[1] in shown.form.names:
                place(found, at, state)
        self._put_nested(row, shown, found, now)
        self.put_fields(row, kind, shown.form, states, found)
        return found

    def _example(
        self, kind: Kind, shown: Shown, states: Mapping[str, str], more: Iterable[Json]
    ) -> tuple[Mapping[str, Json], bool]:
        """The example nearest to *states*, and whether it is of just these."""
        # What is inside a resource is the same in whatever operation shows it.
        more = () if shown.nested else more
        own = [each for name, each in kind.examples if name == shown.name]
        others = [each for name, each in kind.examples if name != shown.name]
        ends = {each.field for each in kind.lifecycles if each.endings}
        weights = {at: 2 if at in ends else 1 for at in states}
        best: Mapping[str, Json] = {}
        most = -1
        for each in [*(e for e in more if isinstance(e, dict)), *own, *others]:
            agree = sum(weights[at] for at, state in states.items() if pointer(each, at) == state)
            if agree > most:
                best, most = each, agree
        needed = ends or set(states)
        return best, bool(best) and all(pointer(best, at) == states[at] for at in needed)

    def _value(self, row: Row, kind: Kind, member: Member, usual: Json) -> Json:
        """What *row* shows in *member*; `MISSING` where it shows nothing there."""
        if member.name in row.data:
            return row.data[member.name]
        if member.is_moment:
            return self._moment(row, kind, member, usual)
        for value in row.data.values():
            if isinstance(value, dict) and member.name in value:
                return value[member.name]
        if member.name in self.askable.get(kind.type, frozenset()):
            # It could have been said and was not.
            if member.nullable or not member.required:
                return None if member.nullable else MISSING
        elif usual is not MISSING:
            done = self.done(row, member)
            return copy.deepcopy(usual) if done is None else done
        wanted = member.required or member.name in kind.listed_by
        return self.kinds.forms.sample(member.node) if wanted else MISSING

    def done(self, row: Row, member: Member) -> float | None:
        """How much of the run of *row* is done, where *member* can only be a share of it."""
        low, high = member.schema.get("minimum"), member.schema.get("maximum")
        if low != 0 or (member.type, high) not in SHARES:
            return None
        for cycle in self.kinds.all[row.type].lifecycles:
            track = row.tracks.get(cycle.name) if cycle.endings else None
            if track and (whole := track[-1][0] - row.created):
                share = min(max((self.clock.now() - row.created) / whole, 0.0), 1.0)
                return int(share * 100) / (100 if high == 1 else 1)
        return None

    @property
    def askable(self) -> Mapping[str, frozenset[str]]:
        """The members of each type that the requests that make it can set."""
        raise NotImplementedError

    def _moment(self, row: Row, kind: Kind, member: Member, usual: Json) -> Json:
        if member.name in kind.created_like:
            return self.stamp(row.created)
        if usual is None or (usual is MISSING and not member.required):
            return None if member.nullable else MISSING
        return self.stamp(row.changed(self.clock.now()))

    def real_ids(self, row: Row) -> dict[str, str]:
        """The ids of the document's examples, each with the one that stands for it here."""
        kinds = self.kinds.all
        real = {
            example: ids[0]
            for name, ids in row.parents.items()
            if ids and name in kinds
            for example in kinds[name].ids
        }
        return real | dict.fromkeys(kinds[row.type].ids, row.id)

    def _put_ids(self, row: Row, shown: Shown, found: dict[str, Json]) -> None:
        for name, at in shown.relations.items():
            if at.split("/")[1] in shown.form.names and row.parents.get(name):
                self._put_related(shown, found, at, row.parents[name])
        place(found, shown.resource["id"], self.typed_id(row, shown))

    def _put_related(self, shown: Shown, found: dict[str, Json], at: str, ids: list[str]) -> None:
        first, *rest = at.split("/")[1:]
        member = shown.form.members[first]
        if member.type == "array" and rest:
            inner = "/".join(rest[1:])
            found[first] = [_wrapped(each, inner) for each in ids]
        else:
            if rest and not isinstance(found.get(first), dict):
                found[first] = self.kinds.forms.sample(member.node)
            place(found, at, int(ids[0]) if member.type == "integer" else ids[0])

    def typed_id(self, row: Row, shown: Shown) -> Json:
        """The id as the schema wants it: a text, or a number."""
        node = self.kinds.forms.plain(self.kinds.id_node(shown))
        return int(row.id) if node.get("type") == "integer" and row.id.isdecimal() else row.id

    def put_fields(
        self, row: Row, kind: Kind, form: Form, states: Mapping[str, str], found: dict[str, Json]
    ) -> None:
        """Make fields empty or filled, as the states demand it."""
        self._put_later(kind, form, states, found)
        for cycle in kind.lifecycles:
            for rule in cycle.fields:
                if states[cycle.field] in rule.states and not rule.holds(found):
                    member = self.kinds.forms.at(form.node, rule.field)
                    if member and rule.empty:
                        place(found, rule.field, member.empty)
                    elif member:
                        place(found, rule.field, self.filling(row, kind, member, rule.field))

    def _put_later(
        self, kind: Kind, form: Form, states: Mapping[str, str], found: dict[str, Json]
    ) -> None:
        """Leave out what is filled in other states alone: nothing says that it is there yet."""
        for cycle in kind.lifecycles:
            for rule in cycle.fields:
                member = self.kinds.forms.at(form.node, rule.field)
                if not rule.empty and states[cycle.field] not in rule.states and member:
                    empty = member.empty
                    if empty is not MISSING or not member.required:
                        place(found, rule.field, empty)

    def filling(self, row: Row, kind: Kind, member: Member, at: str) -> Json:
        """Something for a field that has to be filled."""
        if member.is_moment:
            return self.stamp(row.changed(self.clock.now()))
        for _, example in kind.examples:
            if value := pointer(example, at):
                return self._renamed(row, value)
        return self._renamed(row, self.kinds.forms.sample(member.node) or "text")

    def _renamed(self, row: Row, value: Json) -> Json:
        return substituted(copy.deepcopy(value), self.real_ids(row))

    def _put_nested(self, row: Row, shown: Shown, found: dict[str, Json], now: float) -> None:
        """Give each resource inside *found* its own id, or show it as it stands."""
        counts: dict[str, int] = {}
        for view in shown.nested:
            kind = self.kinds.all[view.resource["type"]]
            inner = kind.shown.get(view.schema)
            for each in view.find(found):
                if inner is None:
                    continue
                if kind.made or kind.type in self.kinds.world:
                    self._refresh(row, kind, inner, each, now)
                else:
                    number = counts.get(kind.type, 0)
                    counts[kind.type] = number + 1
                    self._name(row, kind, inner, each, number)

    def _refresh(
        self, row: Row, kind: Kind, shown: Shown, each: dict[str, Json], now: float
    ) -> None:
        related = self.related(row, kind.type)
        if related is not None and kind.type != row.type:
            each.clear()
            each.update(self.flat(related, shown, now))

    def flat(self, row: Row, shown: Shown, now: float) -> dict[str, Json]:
        """*row* without the resources inside it, which may hold it in turn."""
        bare = Shown(shown.name, shown.form, shown.resource, ())
        return self.view(row, bare, now)

    def related(self, row: Row, kind: str) -> Row | None:
        """The resource of type *kind* that *row* belongs to, or that its run is about."""
        for each in row.parents.get(kind, ()):
            if found := self.store.row(kind, each):
                return found
        return next((each for each in self.of_run(row) if each.type == kind), None)

    def of_run(self, row: Row) -> Iterator[Row]:
        """The other rows that take part in the run of *row*."""
        others = self.store.of_run(row.run) if row.run else ()
        return (each for each in others if (each.type, each.id) != (row.type, row.id))

    def _name(self, row: Row, kind: Kind, shown: Shown, each: dict[str, Json], number: int) -> None:
        """Give a resource inside another an id that is the same wherever the run shows it."""
        text = f"{row.run or row.id} {kind.type} {number}"
        digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        name = self._spell[kind.type](digest)
        known = pointer(each, shown.resource["id"])
        changed = substituted(each, {str(known): name} if known else {})
        each.update(changed)
        place(each, shown.resource["id"], name)

    def moment(self, text: Json) -> float | None:
        """A date-time of a request in seconds since the epoch."""
        try:
            found = datetime.fromisoformat(str(text))
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def place(value: dict[str, Json], at: str, new: Json) -> None:
    """Put *new* where the JSON Pointer *at* leads in *value*; `MISSING` removes what is there."""
    *way, last = at.split("/")[1:]
    for part in way:
        inner = value.get(part)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            inner = inner[0]
        if not isinstance(inner, dict):
            if new is MISSING:
                return
            inner = value[part] = {}
        value = inner
    if new is MISSING:
        value.pop(last, None)
    else:
        value[last] = new


def substituted(value: Json, real: Mapping[str, str]) -> Json:
    """*value* with each id of *real* replaced, also inside longer texts."""
    if isinstance(value, dict):
        return {name: substituted(each, real) for name, each in value.items()}
    if isinstance(value, list):
        return [substituted(each, real) for each in value]
    if isinstance(value, str):
        for example, here in real.items():
            if value == example:
                return here
            if len(example) > 3 and example in value:
                value = value.replace(example, here)
    return value


def _wrapped(value: Json, at: str) -> Json:
    """*value* as the member that *at* names of an object; itself where *at* is empty."""
    for part in reversed(at.split("/") if at else []):
        value = {part: value}
    return value
