"""The other half of the proof: what keeps the contract in its own way raises no alarm."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from layers_contract.mock import TASTES
from layers_contract.proof._pool import spread
from layers_contract.proof._trial import simulated
from layers_contract.spec.files import SHIPPED, DocumentFiles

__all__ = [
    "SAMPLE",
    "Order",
    "Tasting",
    "pairs",
    "sample",
    "seeds",
    "singles",
    "taste",
    "tastings",
    "to_json",
]

SAMPLE: Final = 60
"""How many pairs of tastes are tried where nobody says how many."""

SEEDS: Final = 1000
"""How many seeds the tastings share out among themselves."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to judge: a sound mock with these tastes, by the workload of this seed."""

    tastes: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Tasting:
    """What a run said of a sound mock. `alarms` are promises, or runs that broke off, with why.

    A strict run's complaints count, but for those that the tastes are known to go against.
    """

    tastes: tuple[str, ...]
    seed: int
    alarms: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def name(self) -> str:
        """The tastes, for people."""
        return " + ".join(self.tastes) or f"seed {self.seed}"


def singles(names: Iterable[str] = ()) -> list[Order]:
    """Each taste alone."""
    return [_order(name) for name in (names or TASTES)]


def pairs(names: Sequence[str] = ()) -> list[Order]:
    """Every two tastes, or those of which one is among *names*."""
    chosen = set(names or TASTES)
    return [_order(*two) for two in itertools.combinations(TASTES, 2) if chosen & {*two}]


def sample(orders: Sequence[Order], number: int, seed: int) -> list[Order]:
    """So many of *orders*, the same ones for the same *seed*."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    return chance.sample(orders, min(number, len(orders)))


def seeds(number: int) -> list[Order]:
    """The plain mock, by the workloads of so many seeds."""
    return [Order((), seed) for seed in range(number)]


def tastings(
    orders: Iterable[Order], workers: int | None = None, files: DocumentFiles = SHIPPED
) -> Iterator[Tasting]:
    """Judge each of *orders*; as they are done."""
    return spread(partial(taste, files=files), orders, workers, files)


def taste(order: Order, files: DocumentFiles = SHIPPED) -> Tasting:
    """Judge a sound mock."""
    trial = simulated(tastes=order.tastes, seed=order.seed, files=files)
    allowed = frozenset().union(*(TASTES[name].against for name in order.tastes))
    alarms = [
        *((promise, trial.said[promise]) for promise in trial.violated),
        *((promise, trial.said[promise]) for promise in trial.differs if promise not in allowed),
        *(("the run itself", trouble) for trouble in trial.troubles),
    ]
    return Tasting(order.tastes, order.seed, tuple(alarms), trial.seconds)


def to_json(found: Iterable[Tasting]) -> dict[str, Any]:
    """The tastings as plain JSON values."""
    tasted = list(found)
    return {
        "runs": len(tasted),
        "alarms": sum(len(each.alarms) for each in tasted),
        "tastings": [
            {
                "tastes": list(each.tastes),
                "seed": each.seed,
                "alarms": [{"promise": promise, "said": said} for promise, said in each.alarms],
                "seconds": round(each.seconds, 2),
            }
            for each in sorted(tasted, key=lambda one: (len(one.tastes), one.tastes, one.seed))
        ],
    }


def _order(*names: str) -> Order:
    return Order(names, zlib.crc32(" ".join(names).encode()) % SEEDS)
