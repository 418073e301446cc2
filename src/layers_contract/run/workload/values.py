"""Values that a schema allows, as Hypothesis strategies.

What has examples is one of them: of a string that names something a server must know, no other
value is sure to be valid. What a draw gets wrong (`not`, `if`), the document's validator finds.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any, Final

from hypothesis import strategies as st

from layers_contract.run.workload.schemas import DEEPEST, choices, flat, members, needed
from layers_contract.spec.document import Document

__all__ = ["values"]

Json = Any
Drawn = st.SearchStrategy[Json]
SHORT, LONG = 24, 200
"""Characters of a text of free length, and the most of one that may be longer."""
WIDTH: Final = 100
"""How far a number goes that has no limit."""
MOST_ITEMS: Final = 3

_WORDS = st.lists(
    st.sampled_from(("rain", "on", "the", "roof", "tonight", "more", "and", "evenings")),
    min_size=1,
    max_size=5,
).map(" ".join)
_LETTERS = st.text(alphabet=string.ascii_lowercase + "äß夜🌙", min_size=3, max_size=12)
_DAYS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategies take naive ends
FORMATS: Final[Mapping[str, Drawn]] = {
    "uuid": st.uuids(version=4).map(str),
    "date-time": _DAYS.map(lambda day: day.isoformat(timespec="seconds").replace("+00:00", "Z")),
    "date": _DAYS.map(lambda day: day.date().isoformat()),
    "time": st.just("12:00:00Z"),
    "duration": st.sampled_from(("PT1H", "P1D", "PT30S")),
    "email": st.sampled_from(("someone@example.com", "a.b+c@example.org")),
    "uri": st.sampled_from(("https://example.com/", "https://example.com/a?b=c")),
    "uri-reference": st.just("/a/b"),
    "hostname": st.just("example.com"),
    "ipv4": st.just("192.0.2.1"),
    "ipv6": st.just("2001:db8::1"),
}


def values(document: Document, schema: Mapping[str, Json], full: bool | None = None) -> Drawn:
    """Values of a flat *schema*: with all optional members, with none, or with some (None)."""
    return _values(document, schema, full, 0)


def _values(document: Document, schema: Mapping[str, Json], full: bool | None, depth: int) -> Drawn:
    fixed = [schema["const"]] if "const" in schema else schema.get("enum")
    if fixed:
        return st.sampled_from([each for each in fixed if each is not None] or [None])
    alike = list(choices(document, schema))
    if len(alike) > 1:
        alike = [each for each in alike if each.get("type") != "null"] or alike
        return st.one_of([_values(document, each, full, depth) for each in alike])
    kind = _kind(schema)
    if kind == "object":
        return _objects(document, schema, full, depth)
    if schema.get("examples") and not schema.get("x-marker"):
        return st.sampled_from([*schema["examples"]])
    return _arrays(document, schema, full, depth) if kind == "array" else _plain(kind, schema)


def _kind(schema: Mapping[str, Json]) -> str:
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else [each for each in kinds if each != "null"]
    if kinds:
        return str(kinds[0])
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _plain(kind: str, schema: Mapping[str, Json]) -> Drawn:
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "number"):
        return _numbers(kind, schema)
    return st.none() if kind == "null" else _strings(schema)


def _objects(
    document: Document, schema: Mapping[str, Json], full: bool | None, depth: int
) -> Drawn:
    known, always = members(document, schema), needed(document, schema)
    drawn = {
        n: _values(document, e, full, depth + 1)
        for n, e in known.items()
        if _near(n, always, depth)
    }
    required = {name: each for name, each in drawn.items() if name in always}
    optional = {name: each for name, each in drawn.items() if name not in always}
    if full is None:
        return st.fixed_dictionaries(required, optional=optional)
    return st.fixed_dictionaries({**required, **optional} if full else required)


def _near(name: str, always: frozenset[str], depth: int) -> bool:
    return name in always or depth < DEEPEST


def _arrays(document: Document, schema: Mapping[str, Json], full: bool | None, depth: int) -> Drawn:
    least = schema.get("minItems", 0)
    most = max(min(schema.get("maxItems", MOST_ITEMS), max(MOST_ITEMS, least)), least)
    items = flat(document, schema.get("items", {}))
    return st.lists(
        _values(document, items, full, depth + 1),
        min_size=max(least, 1 if full and most else 0),
        max_size=most,
        unique_by=repr if schema.get("uniqueItems") else None,
    )


def _numbers(kind: str, schema: Mapping[str, Json]) -> Drawn:
    """Whole numbers as a rule: what a limit leaves out is not between them."""
    step = schema.get("multipleOf", 1 if kind == "integer" else None)
    low, high = _limits(schema)
    if step is None and ceil(low) > floor(high):
        return st.just((low + high) / 2)
    step = step or 1
    first, last = ceil(low / step), floor(high / step)
    if first > last:
        return st.just(low)
    counts = st.one_of(st.just(first), st.just(last), st.integers(first, last))
    return counts.map(lambda count: count * step)


def _limits(schema: Mapping[str, Json]) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = max(schema["exclusiveMinimum"] + 1, low if low is not None else float("-inf"))
    if "exclusiveMaximum" in schema:
        high = min(schema["exclusiveMaximum"] - 1, high if high is not None else float("inf"))
    if low is None:
        low = 0 if high is None or high >= 0 else high - WIDTH
    return low, low + WIDTH if high is None else high


def _strings(schema: Mapping[str, Json]) -> Drawn:
    if "pattern" in schema:
        found = st.from_regex(
            schema["pattern"], alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])
        )
        return found.filter(lambda text: _long_enough(schema, text))
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", LONG), LONG)
    kinds = [_WORDS, _LETTERS]
    if most >= SHORT:
        kinds.append(_WORDS.map(lambda words: words.ljust(most, "x")))
    return st.one_of(kinds).map(lambda text: text.ljust(least, "x")[: max(most, least)])


def _long_enough(schema: Mapping[str, Json], text: str) -> bool:
    return bool(schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", LONG))
