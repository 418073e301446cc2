"""What the OpenAPI part of two documents says differently.

Redocly finds the differences; what is made of them here is for partners. One change of a shared
component is one change, with every operation that it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from layers_contract.diff import phrases, redocly, scopes, sentences, sites, untold, verdicts
from layers_contract.diff.extensions.pair import Pair
from layers_contract.diff.model import RATINGS, Change
from layers_contract.diff.places import Atlas
from layers_contract.diff.redocly import Difference
from layers_contract.spec.nodes import Path, to_pointer

Json = Any


def between(older: dict[str, Json], newer: dict[str, Json]) -> list[Change]:
    """The changes from *older* to *newer*, without our extensions.

    Raises:
        MissingToolError: Redocly is not installed.
        RefusedError: Redocly cannot read a document.
    """
    old, new = (Atlas(redocly.plain(raw)) for raw in (older, newer))
    for each in (old, new):
        scopes.without(each.raw)
    found = redocly.differences(old.raw, new.raw) if old.raw != new.raw else []
    told = _grouped(_changes(found, old, new), new)
    pair = Pair(Atlas(older), Atlas(newer))
    beside = [each for name in _BESIDE for each in _aside(pair, name)]
    return [*told, *untold.changes(old, new, told), *beside, *scopes.changes(pair)]


_BESIDE: Final = {"examples": redocly.EXAMPLES, "links": ("links",)}
"""What is not given to Redocly, for it looks at half of it: people alone depend on that."""


def _changes(found: list[Difference], old: Atlas, new: Atlas) -> Iterator[Change]:
    rated = {(each.way, each.type) for each in found if each.rule}
    demanded = {field for each in found for field in _demanded(each)}
    replaced = [each.way for each in found if _is_field_renamed(each)]
    for each in found:
        told = not each.rule and (each.way, each.type) in rated and each.type.startswith("Security")
        if told or _is_path_renamed(each) or (each.kind == "added" and each.way in demanded):
            continue
        if any(each.way[: len(way)] == way for way in replaced if not _is_field_renamed(each)):
            continue
        where = sites.site(each, old, new)
        atlas, other = (old, new) if each.kind == "removed" else (new, old)
        yield _change(each, where, atlas, other)


def _demanded(found: Difference) -> Iterator[Path]:
    """The fields that a request must have now: that one of them is new is said with it."""
    if found.rule == "required-properties-added":
        gained = set(found.new or ()) - set(found.old or ())
        yield from ((*found.way, "properties", str(name)) for name in gained)


def _is_field_renamed(found: Difference) -> bool:
    """Whether one field is there in place of another: what the new one holds is new as a whole."""
    return (
        found.property == "key" and found.kind == "modified" and found.way[-2:-1] == ("properties",)
    )


def _is_path_renamed(found: Difference) -> bool:
    """Whether a parameter of a path has another name, which is told where it stands."""
    return found.type == "PathItem" and found.property == "key" and not found.rule


def _change(each: Difference, where: sites.Site, atlas: Atlas, other: Atlas) -> Change:
    at = where.at
    ways = atlas.ways(at) or other.ways(at)
    rating, rule = verdicts.rated(each, at, ways)
    operations = atlas.reached(at) or other.reached(at)
    subject = phrases.called(atlas if atlas.api.lookup(at[:3]) is not None else other, at)
    if where.swapped and ways == {"request"} and _is_wider(atlas, at, where.swapped[0]):
        rating, rule, what = (
            "addition",
            "request-widened",
            sentences.wider(subject, where.swapped[0]),
        )
    elif where.swapped:
        rule, what = "reference-changed", sentences.swapped(subject, *where.swapped)
    else:
        keyword = at[-1] if at and subject == phrases.called(atlas, at[:-1]) else ""
        what = sentences.what(each, rule, sentences.Told(subject, _whole(atlas, at), keyword))
    todo = sentences.todo(each, rating, rule, ways)
    return Change(rating, operations, to_pointer(at), what, todo, rule)


def _is_wider(atlas: Atlas, at: Path, before: str) -> bool:
    """Whether what stands at *at* is what it was, or something else."""
    branches = atlas.api.resolve(atlas.api.lookup(at)).get("anyOf", ())
    return any(str(each.get("$ref", "")).endswith(f"/{before}") for each in branches)


def _whole(atlas: Atlas, at: Path) -> str:
    """What the place *at* is part of."""
    shorter = at[:-2] if len(at) > 3 else at[:-1]
    return phrases.called(atlas, shorter)


def _grouped(changes: Iterable[Change], atlas: Atlas) -> list[Change]:
    """Those that say one thing as one: with all operations, and the worst of their ratings."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.rule, change.what)
        first = found.setdefault(key, change)
        operations = atlas.listed({*first.operations, *change.operations})
        rating = min(first.rating, change.rating, key=RATINGS.index)
        worst = first if rating == first.rating else change
        found[key] = replace(worst, operations=operations)
    return list(found.values())


def _aside(pair: Pair, name: str) -> Iterator[Change]:
    """One change for all that differs of what is compared here."""
    spots = [spot for keyword in _BESIDE[name] for spot in pair.spots(keyword)]
    if differ := [s for s in spots if s.old != s.new and s.kind != "components"]:
        operations = pair.new.listed({name for spot in differ for name in spot.operations})
        what = f"{name.capitalize()} have changed."
        yield differ[0].change("wording", f"{name}-changed", what, operations=operations)
