"""What got no answer of the API, counted: for the report's section on infrastructure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.history.infrastructure import is_lost

__all__ = ["Loss", "Losses"]

APART: Final = 5.0
"""Seconds without a loss after which another piece begins."""
PIECES: Final = 4
SILENT: Final = 4
"""Losses after which an operation that was never answered is named."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Exchanges that were lost in the same way; times are in seconds since the run began."""

    what: str
    exchanges: Sequence[Exchange]
    times: Sequence[float]

    def __str__(self) -> str:
        """Such as `12 × 503 page at +3.0–5.9 s`."""
        pieces = _pieces(self.times)
        shown = [f"+{a:.1f}" if b - a < 0.1 else f"+{a:.1f}–{b:.1f}" for a, b in pieces[:PIECES]]
        more = f" and {len(pieces) - PIECES} times more" if len(pieces) > PIECES else ""
        odd = ", all on invalid requests" if self.invalid else ""
        return f"{len(self.times):,} × {self.what} at {', '.join(shown)} s{more}{odd}"

    @property
    def invalid(self) -> bool:
        """Whether several were lost, and all of these were made to be refused."""
        return len(self.exchanges) > 1 and all(
            each.intent.startswith("negative") for each in self.exchanges
        )

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON values."""
        operations = Counter(each.operation or "" for each in self.exchanges)
        return {
            "what": self.what,
            "count": len(self.times),
            "pieces": [[round(time, 3) for time in piece] for piece in _pieces(self.times)],
            "operations": dict(operations),
            "all_invalid": self.invalid,
        }


@dataclass(frozen=True, slots=True)
class Losses:
    """What a history shows of the way to the API.

    `silent` are the operations that the API has never answered, while it answered others.
    """

    total: int
    kinds: Sequence[Loss]
    silent: Sequence[str]

    @classmethod
    def of(cls, history: Iterable[Exchange]) -> Losses:
        """The losses of *history*, the most frequent first."""
        exchanges = list(history)
        began = min((each.sent for each in exchanges), default=0.0)
        kinds: dict[str, list[Exchange]] = {}
        for exchange in exchanges:
            if is_lost(exchange):
                kinds.setdefault(_what(exchange), []).append(exchange)
        found = [
            Loss(what, lost, sorted(each.sent - began for each in lost))
            for what, lost in kinds.items()
        ]
        found.sort(key=lambda loss: -len(loss.times))
        return cls(len(exchanges), found, list(_silent(exchanges)))

    @property
    def count(self) -> int:
        """How many exchanges were lost."""
        return sum(len(each.times) for each in self.kinds)

    def lines(self) -> Iterator[str]:
        """It in sentences for people; none where nothing was lost."""
        if self.kinds:
            said = ", ".join(map(str, self.kinds))
            exchanges = f"{self.count:,} of {self.total:,} exchanges"
            yield f"infrastructure: {exchanges} got no answer of the API: {said}"
        for name in self.silent:
            yield f"{name} was never answered by the API: what it promises is not judged"

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON values."""
        return {
            "lost": self.count,
            "exchanges": self.total,
            "kinds": [each.to_json() for each in self.kinds],
            "never_answered": list(self.silent),
        }


def _what(exchange: Exchange) -> str:
    if exchange.gateway_status is not None:
        return f"{exchange.gateway_status} page"
    failure = exchange.failure or ""
    if failure.startswith("Connect"):
        return "no connection"
    late = "within" in failure or "Timeout" in failure or "TIMED" in failure
    return "no answer in time" if late else "connection broken off"


def _silent(history: Iterable[Exchange]) -> Iterator[str]:
    lost, answered = Counter[str](), set()
    for exchange in history:
        if exchange.answered:
            answered.add(exchange.operation)
        elif is_lost(exchange) and exchange.operation:
            lost[exchange.operation] += 1
    if answered:
        yield from (name for name, n in lost.items() if n >= SILENT and name not in answered)


def _pieces(times: Sequence[float]) -> list[tuple[float, float]]:
    """Runs of times without a long pause in them, as their first and last."""
    breaks = [at for at, (one, two) in enumerate(pairwise(times), 1) if two - one > APART]
    bounds = [0, *breaks, len(times)]
    return [(times[a], times[b - 1]) for a, b in pairwise(bounds)] if times else []
