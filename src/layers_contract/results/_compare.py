"""Two results side by side: what a run says that an earlier one, or another server's, did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from layers_contract.results._read import Promise, Result

__all__ = ["KINDS", "Change", "Comparison", "compare"]

KINDS: Final = {
    "newly_violated": "Newly violated",
    "other_cause": "Still violated, in another way",
    "no_longer_judged": "No longer judged",
    "mended": "Mended",
    "newly_judged": "Newly judged",
    "newly_known": "Violated, and now known",
    "still_violated": "Still violated",
}
"""The kinds of change, the most urgent first, as a reader sees them."""

BROKEN: Final = ("violated", "known")


@dataclass(frozen=True, slots=True)
class Change:
    """A promise on which two results differ, or which both see violated.

    Either side is None where a result does not have the promise at all. `causes` are those that
    only the second one shows.
    """

    kind: str
    before: Promise | None
    after: Promise | None
    causes: tuple[str, ...] = ()

    @property
    def promise(self) -> Promise:
        """The promise, as the newer result that has it says it."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change has a side
        return found

    @property
    def proof(self) -> Promise:
        """The side that proves what is said: the one on which the promise is violated."""
        sides = [each for each in (self.after, self.before) if each and each.verdict in BROKEN]
        return sides[0] if sides else self.promise


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two results, the most urgent first; `same` counts the others."""

    before: Result
    after: Result
    changes: tuple[Change, ...]
    same: int

    def of(self, kind: str) -> list[Change]:
        """The changes of one kind."""
        return [each for each in self.changes if each.kind == kind]


def compare(before: Result, after: Result) -> Comparison:
    """What *after* says of each promise that *before* did not."""
    names = list(dict.fromkeys([*after.promises, *before.promises]))
    changes = [
        change
        for name in names
        for change in _changes(before.promises.get(name), after.promises.get(name))
    ]
    order = list(KINDS)
    ordered = sorted(changes, key=lambda each: order.index(each.kind))
    return Comparison(before, after, tuple(ordered), len(names) - len(changes))


def _changes(before: Promise | None, after: Promise | None) -> Iterator[Change]:
    """The one change of a promise, if there is any."""
    was = before.verdict if before else "not_judged"
    now = after.verdict if after else "not_judged"
    old = {each.cause for each in before.causes} if before else set()
    new = tuple(e.cause for e in after.causes if e.cause not in old) if after else ()
    if now == "violated":
        fresh = new if was in BROKEN else ()
        still = "other_cause" if fresh else "still_violated"
        yield Change(still if was == "violated" else "newly_violated", before, after, new)
    elif now == "known" and was != "known":
        yield Change("newly_known", before, after, new)
    elif now == "held" and was in BROKEN:
        yield Change("mended", before, after)
    elif now == "held" and was == "not_judged":
        yield Change("newly_judged", before, after)
    elif now == "not_judged" and was != "not_judged":
        yield Change("no_longer_judged", before, after)
