"""How lists come page by page.

Pages where there were none, or none any more, are breaking: a client that does not follow cursors
sees a part and takes it for the whole. So is each part of a page that is elsewhere, another order,
and a filter that is gone. A new filter and an order that is newly promised are additions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from layers_contract.diff.extensions.pair import Pair, Spot
from layers_contract.diff.model import Change

Json = Any
Raw = Mapping[str, Json]

_PARTS: Final = {
    "items": ("The items of a page of {name} are now at {new}, not at {old}.", "Read them there."),
    "next": ("The next cursor of {name} is now at {new}, not at {old}.", "Read it there."),
    "cursor": ("{name} now takes the cursor in {new}, not in {old}.", "Send it there."),
    "limit": ("{name} now takes a page's size in {new}, not in {old}.", "Send it there."),
}


def pagination(pair: Pair) -> Iterator[Change]:
    """How `x-pagination` differs."""
    for spot in pair.shaped("x-pagination"):
        (name,) = spot.operations or ("",)
        if spot.new is None:
            what = f"{name} no longer comes page by page."
            todo = "Do not follow a cursor; expect everything at once."
            yield spot.change("breaking", "pagination-removed", what, todo)
        elif spot.old is None:
            what = f"{name} now comes page by page."
            todo = (
                f"Give each `{spot.new['next']}` back in `{spot.new['cursor']}` until it is null."
            )
            yield spot.change("breaking", "pagination-added", what, todo)
        else:
            yield from _parts(spot, name, spot.old, spot.new)
            yield from _order(spot, name, spot.old.get("order"), spot.new.get("order"))
            yield from _filters(
                spot, name, spot.old.get("filters", {}), spot.new.get("filters", {})
            )
            subject = f"How {name} comes page by page"
            yield from spot.trust(subject, spot.old["source"], spot.new["source"])


def _parts(spot: Spot, name: str, old: Raw, new: Raw) -> Iterator[Change]:
    for part, (sentence, todo) in _PARTS.items():
        if old[part] != new[part]:
            told = {"old": _at(old[part]), "new": _at(new[part])}
            what = sentence.format(name=name, **told)
            yield spot.change("breaking", f"pagination-{part}-changed", what, todo)


def _order(spot: Spot, name: str, old: Raw | None, new: Raw | None) -> Iterator[Change]:
    if old == new:
        return
    if new is None:
        what, todo = f"{name} no longer promises an order.", "Put the items in order yourself."
        yield spot.change("breaking", "pagination-order-removed", what, todo)
        return
    told = f"by {_at(new['by'])}, {new['direction']}"
    if old is None:
        what = f"{name} now promises its order: {told}."
        yield spot.change("addition", "pagination-order-added", what)
    else:
        what, todo = f"{name} now comes in another order: {told}.", "Expect this order."
        yield spot.change("breaking", "pagination-order-changed", what, todo)


def _filters(spot: Spot, name: str, old: Raw, new: Raw) -> Iterator[Change]:
    for each in old:
        if each not in new:
            what = f"`{each}` of {name} no longer filters."
            yield spot.change("breaking", "pagination-filter-removed", what, "Filter yourself.")
    for each, field in new.items():
        if each not in old:
            what = f"{name} can now be filtered by {_field(field)}, with `{each}`."
            yield spot.change("addition", "pagination-filter-added", what)
        elif old[each] != field:
            what = f"`{each}` of {name} now filters by {_field(field)}, not by {_field(old[each])}."
            todo = "Ask for values of that field."
            yield spot.change("breaking", "pagination-filter-changed", what, todo)


def _field(filtered: str | Raw) -> str:
    """What a filter looks at; a bound says which side it is on."""
    if isinstance(filtered, str):
        return _at(filtered)
    return f"the {'least' if filtered['is'] == 'at-least' else 'greatest'} {_at(filtered['field'])}"


def _at(place: str) -> str:
    return f"`{place}`" if place else "the top"
