"""The known error codes.

The list is open: a code more is an addition, for a client must survive codes that it does not know.
A code that is gone, or comes with another status, is breaking: somebody branches on it. One that
comes with fewer of its statuses than before is an addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.diff.extensions.pair import Pair, Spot
from layers_contract.diff.model import Change, Rating
from layers_contract.diff.places import Atlas
from layers_contract.spec.contract import statuses

Json = Any


def error_codes(pair: Pair) -> Iterator[Change]:
    """How `x-error-codes` differs; a code reaches the operations that document its status."""
    for spot in pair.shaped("x-error-codes"):
        old, new = spot.old or {}, spot.new or {}
        for code, each in new.items():
            now, operations = statuses(each["status"]), _answering(pair.new, each)
            if code not in old:
                what = f"A {_or(now)} may now carry the code {code}."
                yield spot.change("addition", "error-code-added", what, operations=operations)
                continue
            yield from _elsewhere(pair, spot, code)
            sources = (old[code]["source"], each["source"])
            yield from spot.trust(f"The code {code}", *sources, operations)
        for code, each in old.items():
            if code not in new:
                what = f"The code {code} is no longer documented."
                todo = f"Do not branch on {code}; go by the status."
                operations = _answering(pair.old, each)
                yield spot.change("breaking", "error-code-removed", what, todo, operations)


def _elsewhere(pair: Pair, spot: Spot, code: str) -> Iterator[Change]:
    """Whether a code comes with other statuses than it did."""
    before, now = (statuses(each[code]["status"]) for each in (spot.old, spot.new))
    if before == now:
        return
    reached = {*_answering(pair.new, spot.new[code]), *_answering(pair.old, spot.old[code])}
    operations = pair.new.listed(reached)
    if set(now) <= set(before):
        fewer = set(now) < set(before)
        what = f"{code} {'no longer' if fewer else 'still'} comes with {_or(before)}"
        what += f", but with {_or(now)} alone." if fewer else f"; the usual one is {now[0]}."
        rating: Rating = "addition" if fewer else "wording"
        yield spot.change(rating, "error-code-status-narrowed", what, operations=operations)
        return
    what = f"{code} now comes with {_or(now)}, not with {_or(before)}."
    todo = f"Expect {code} with {_or(now)}."
    yield spot.change("breaking", "error-code-status-changed", what, todo, operations)


def _answering(atlas: Atlas, code: Mapping[str, Json]) -> tuple[str, ...]:
    wanted = {str(each) for each in statuses(code["status"])}
    calls = atlas.calls.items()
    return tuple(name for name, call in calls if wanted & atlas.api.responses(call).keys())


def _or(listed: tuple[int, ...]) -> str:
    return " or ".join(map(str, listed))
