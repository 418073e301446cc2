"""The other half of the proof: what keeps the contract in its own way raises no alarm."""

from __future__ import annotations

import itertools
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from layers_contract.mock import VARIANTS
from layers_contract.mutation._pool import spread
from layers_contract.mutation._trial import simulated
from layers_contract.spec.files import SHIPPED, DocumentFiles

__all__ = [
    "SAMPLE",
    "Order",
    "VariantRun",
    "pairs",
    "run_variant",
    "sample",
    "seeds",
    "singles",
    "to_json",
    "variant_runs",
]

SAMPLE: Final = 60
"""How many pairs of variants are tried where nobody says how many."""

SEEDS: Final = 1000
"""How many seeds the runs share out among themselves."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to judge: a sound mock with these variants, by the workload of this seed."""

    variants: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class VariantRun:
    """What a run said of a sound mock. `alarms` are promises, or runs that broke off, with why.

    A strict run's complaints count, but for those that the variants are known to go against.
    """

    variants: tuple[str, ...]
    seed: int
    alarms: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def name(self) -> str:
        """The variants, for people."""
        return " + ".join(self.variants) or f"seed {self.seed}"


def singles(names: Iterable[str] = ()) -> list[Order]:
    """Each variant alone."""
    return [_order(name) for name in (names or VARIANTS)]


def pairs(names: Sequence[str] = ()) -> list[Order]:
    """Every two variants, or those of which one is among *names*."""
    chosen = set(names or VARIANTS)
    return [_order(*two) for two in itertools.combinations(VARIANTS, 2) if chosen & {*two}]


def sample(orders: Sequence[Order], number: int, seed: int) -> list[Order]:
    """So many of *orders*, the same ones for the same *seed*."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    return chance.sample(orders, min(number, len(orders)))


def seeds(number: int) -> list[Order]:
    """The plain mock, by the workloads of so many seeds."""
    return [Order((), seed) for seed in range(number)]


def variant_runs(
    orders: Iterable[Order], workers: int | None = None, files: DocumentFiles = SHIPPED
) -> Iterator[VariantRun]:
    """Judge each of *orders*; as they are done."""
    return spread(partial(run_variant, files=files), orders, workers, files)


def run_variant(order: Order, files: DocumentFiles = SHIPPED) -> VariantRun:
    """Judge a sound mock."""
    trial = simulated(variants=order.variants, seed=order.seed, files=files)
    allowed = frozenset().union(*(VARIANTS[name].against for name in order.variants))
    alarms = [
        *((promise, trial.said[promise]) for promise in trial.violated),
        *((promise, trial.said[promise]) for promise in trial.differs if promise not in allowed),
        *(("the run itself", trouble) for trouble in trial.troubles),
    ]
    return VariantRun(order.variants, order.seed, tuple(alarms), trial.seconds)


def to_json(found: Iterable[VariantRun]) -> dict[str, Any]:
    """The runs as plain JSON values."""
    runs = list(found)
    return {
        "alarms": sum(len(each.alarms) for each in runs),
        "runs": [
            {
                "variants": list(each.variants),
                "seed": each.seed,
                "alarms": [{"promise": promise, "said": said} for promise, said in each.alarms],
                "seconds": round(each.seconds, 2),
            }
            for each in sorted(runs, key=lambda one: (len(one.variants), one.variants, one.seed))
        ],
    }


def _order(*names: str) -> Order:
    return Order(names, zlib.crc32(" ".join(names).encode()) % SEEDS)
