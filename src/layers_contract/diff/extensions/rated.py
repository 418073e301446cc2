"""The differ of each extension, and what is said where none has words.

An extension that no differ knows, or that has not its documented shape, may mean anything: that it
differs is breaking. One whose values differ while its differ finds nothing is told as wording, so
that no change goes untold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from layers_contract.diff.extensions import (
    errors,
    idempotency,
    lifecycles,
    marks,
    pagination,
    promises,
    rates,
    runs,
    sources,
)
from layers_contract.diff.extensions.pair import Pair, Spot, is_shaped
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.nodes import to_pointer

Differ = Callable[[Pair], Iterator[Change]]

DIFFERS: Final[Mapping[str, Differ]] = {
    "x-lifecycles": lifecycles.between,
    "x-idempotency": idempotency.rule_for_keys,
    "x-idempotent": idempotency.marks,
    "x-starts": runs.starts,
    "x-polling": runs.polling,
    "x-pagination": pagination.pagination,
    "x-rate-limits": rates.rate_limits,
    "x-rate-class": rates.rate_classes,
    "x-error-codes": errors.error_codes,
    "x-promises": promises.promises,
    "x-resource": promises.resources,
    "x-open-enum": marks.open_enums,
    "x-marker": marks.unseen("x-marker"),
    "x-sample": marks.unseen("x-sample"),
    "x-source": sources.sources,
}
"""What compares each extension of `openapi/extensions.md`."""

_NAMED: Final = frozenset({"x-lifecycles", "x-promises"})
"""Their parts go by names that are unique in the document, wherever they stand."""


def between(old: Atlas, new: Atlas) -> Iterator[Change]:
    """What the extensions of *new* say otherwise than those of *old*."""
    pair = Pair(old, new)
    for name in (*DIFFERS, *sorted(_names(pair) - set(DIFFERS))):
        told = list(DIFFERS[name](pair)) if name in DIFFERS else []
        yield from told
        yield from _untold(pair, name, told)


def _names(pair: Pair) -> set[str]:
    return {
        str(key)
        for atlas in (pair.old, pair.new)
        for node in atlas.api.nodes
        if isinstance(node.value, dict)
        for key in node.value
        if str(key).startswith("x-")
    }


def _untold(pair: Pair, name: str, told: list[Change]) -> Iterator[Change]:
    places = {change.where for change in told}
    for spot in pair.spots(name):
        if pair.renamed_in(spot.old) == spot.new:
            continue
        if name not in DIFFERS or not is_shaped(spot, name):
            yield _unknown(spot, name)
        elif to_pointer(spot.at) not in places and not (name in _NAMED and told):
            what = f"`{name}` of {_subject(spot)} is written differently and means the same."
            yield spot.change("wording", "extension-rewritten", what)


def _unknown(spot: Spot, name: str) -> Change:
    known = name in DIFFERS
    return spot.change(
        "breaking",
        "extension-misshapen" if known else "extension-unknown",
        f"`{name}` of {_subject(spot)} has changed in a way that is not documented.",
        "Ask what it means for you.",
    )


def _subject(spot: Spot) -> str:
    if spot.kind == "operation" and spot.operations:
        return spot.operations[0]
    return str(spot.at[-1]) if spot.at else "the document"
