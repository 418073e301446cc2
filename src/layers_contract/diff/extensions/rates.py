"""How many calls a key may make.

A limit is lower where fewer calls fit into a window, or into an hour: that is breaking, and
anything else that differs is an addition. Limits where there were none are breaking; so are limits
that are no longer promised, for nobody knows then how much is allowed. An operation that is counted
on another class is rated by the limits of the two classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.diff.extensions.pair import Pair, Spot, span
from layers_contract.diff.model import NOTHING, Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.contract import seconds

Json = Any
Raw = Mapping[str, Json]


def rate_limits(pair: Pair) -> Iterator[Change]:
    """How `x-rate-limits` differs."""
    for spot in pair.shaped("x-rate-limits"):
        if spot.new is None:
            what, todo = "Rate limits are no longer promised.", "Heed each 429."
            yield spot.change("breaking", "rate-limits-removed", what, todo)
        elif spot.old is None:
            todo = "Stay within them, and wait when you are told to."
            yield spot.change("breaking", "rate-limits-added", "Calls are now limited.", todo)
        else:
            yield from _tiers(pair, spot, spot.old, spot.new)
            yield from _exceeded(spot, spot.old["exceeded"], spot.new["exceeded"])
            yield from _class_header(spot, *(x.get("class-header") for x in (spot.old, spot.new)))


def _tiers(pair: Pair, spot: Spot, old: Raw, new: Raw) -> Iterator[Change]:
    for tier, classes in new["tiers"].items():
        if tier not in old["tiers"]:
            yield spot.change("addition", "rate-tier-added", f"There is a new tier, `{tier}`.")
            continue
        for each, calls in classes.items():
            yield from _limit(pair, spot, (tier, each), old, calls)
    for tier, classes in old["tiers"].items():
        if tier not in new["tiers"]:
            what, todo = f"The tier `{tier}` is gone.", "Ask which tier your key has now."
            yield spot.change("breaking", "rate-tier-removed", what, todo)
            continue
        for each in classes:
            if each not in new["tiers"][tier]:
                operations = _counted(pair.new, each)
                what = f"The class `{each}` of the tier `{tier}` is gone."
                todo = "Look up the class that your calls are counted on."
                yield spot.change("breaking", "rate-class-gone", what, todo, operations)


def _limit(
    pair: Pair, spot: Spot, named: tuple[str, str], old: Raw, calls: int
) -> Iterator[Change]:
    tier, each = named
    operations = _counted(pair.new, each)
    before = old["tiers"][tier].get(each)
    now = f"{calls:,} in {span(spot.new['window'])}"
    if before is None:
        what = f"The tier `{tier}` now has the class `{each}`, with {now}."
        yield spot.change("addition", "rate-class-new", what, operations=operations)
        return
    earlier = f"{before:,} in {span(old['window'])}"
    what = f"Calls of the class `{each}` in the tier `{tier}` are now limited to {now},"
    what += f" not {earlier}."
    if _is_less((calls, spot.new["window"]), (before, old["window"])):
        todo = f"Make no more than {now}."
        yield spot.change("breaking", "rate-limit-lower", what, todo, operations)
    elif now != earlier:
        yield spot.change("addition", "rate-limit-higher", what, NOTHING, operations)


def _is_less(now: tuple[int, str], before: tuple[int, str]) -> bool:
    """Whether fewer calls fit into a window, or into the same time."""
    rate, earlier = (calls / max(seconds(window), 1e-9) for calls, window in (now, before))
    return now[0] < before[0] or rate < earlier


def _exceeded(spot: Spot, old: Raw, new: Raw) -> Iterator[Change]:
    if any(old[key] != new[key] for key in ("status", "code", "header")):
        what = f"A call too many is now answered with {new['status']} {new['code']};"
        what += f" `{new['header']}` tells how long to wait."
        yield spot.change("breaking", "rate-answer-changed", what, "Expect that answer.")
    yield from spot.trust("How a call too many is answered", old["source"], new["source"])


def _class_header(spot: Spot, old: str | None, new: str | None) -> Iterator[Change]:
    if old == new:
        return
    if new is None:
        what, todo = f"`{old}` no longer tells the class of a call.", "Do not rely on it."
        yield spot.change("breaking", "rate-class-header-removed", what, todo)
    elif old is None:
        what = f"`{new}` now tells the class that a call was counted on."
        yield spot.change("addition", "rate-class-header-added", what)
    else:
        what = f"The class of a call is now told by `{new}`, not by `{old}`."
        yield spot.change("breaking", "rate-class-header-changed", what, f"Read `{new}`.")


def rate_classes(pair: Pair) -> Iterator[Change]:
    """Which operations are counted on another class."""
    for spot in pair.shaped("x-rate-class"):
        (name,) = spot.operations or ("",)
        if spot.old == spot.new:
            continue
        if spot.new is None:
            what = f"{name} is no longer counted on `{spot.old}`."
            yield spot.change("addition", "rate-class-removed", what)
        elif spot.old is None:
            what, todo = f"{name} is now counted on `{spot.new}`.", "Stay within its limit."
            yield spot.change("breaking", "rate-class-added", what, todo)
        else:
            yield _other_class(pair, spot, name)


def _other_class(pair: Pair, spot: Spot, name: str) -> Change:
    old, new = (atlas.raw.get("x-rate-limits") for atlas in (pair.old, pair.new))
    what = f"{name} is now counted on `{spot.new}`, not on `{spot.old}`."
    if _allows_less(old, spot.old, new, spot.new):
        todo = f"Stay within the limit of `{spot.new}`, which is lower."
        return spot.change("breaking", "rate-class-lower", what, todo)
    return spot.change("addition", "rate-class-higher", what)


def _allows_less(old: Json, before: str, new: Json, now: str) -> bool:
    """Whether any tier allows less; also where nobody can tell."""
    try:
        return any(
            _is_less((tier[now], new["window"]), (old["tiers"][name][before], old["window"]))
            for name, tier in new["tiers"].items()
            if name in old["tiers"]
        )
    except (KeyError, TypeError, AttributeError):
        return True


def _counted(atlas: Atlas, name: str) -> tuple[str, ...]:
    calls = atlas.calls.items()
    return atlas.listed({each for each, call in calls if call.value.get("x-rate-class") == name})
