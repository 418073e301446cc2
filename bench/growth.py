"""Fit how the cost of each check grows with the traffic, one dimension at a time and together.

    python bench growth [--sizes 5000 10000 20000 40000] [--only NAME …] [--best 2]

Prints, for each check, the exponent of seconds = factor × exchanges ** exponent in the dimension
where it is greatest, with the microseconds an exchange at the largest size. Times are the CPU's,
the best of several. What takes less than 10 ms at the largest size is too short to fit. Exits with
1 where a check grows faster than the bound, n log n with some room for noise.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from traffic import DIMENSIONS, MARKER, contract, grown

from layers_contract.facts import Expectations, Facts, undisturbed
from layers_contract.history import History
from layers_contract.invariants import CATALOGUE

SIZES: Final = (5_000, 10_000, 20_000, 40_000)
WANTED, BOUND = 1.1, 1.25
"""The exponent wanted, and that beyond which the bench fails: noise is a few hundredths."""
SHORT: Final = 0.01
"""CPU seconds below which a check is too short to fit, at the largest size."""
SHORTEST: Final = 0.001
"""CPU seconds below which one time is left out of a fit."""
EXPECT: Final = Expectations(render=3_600, marker=MARKER)

Times = dict[str, float]
"""CPU seconds by check."""


def once(history: History) -> Times:
    """One judgement of *history*; the facts, with the parsing of bodies, stand for themselves."""
    took: Times = {}
    with undisturbed():
        begun = time.process_time()
        facts = Facts(contract(), history, EXPECT)
        took["facts"] = time.process_time() - begun
        for invariant in CATALOGUE.values():
            begun = time.process_time()
            for _ in invariant.check(facts):
                pass
            took[invariant.id] = time.process_time() - begun
    return took


def best(name: str, size: int, times: int) -> Times:
    """The shortest of several times of each check; bodies are parsed each time."""
    runs = [once(grown(name, size)) for _ in range(times)]
    return {name: min(run[name] for run in runs) for name in runs[0]}


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """The slope of log seconds over log exchanges, or None where that is noise."""
    long = [(size, seconds) for size, seconds in points if seconds >= SHORTEST]
    if points[-1][1] < SHORT or len(long) < min(3, len(points)):
        return None
    line = statistics.linear_regression(
        [math.log(size) for size, _ in long], [math.log(seconds) for _, seconds in long]
    )
    return line.slope


def table(fits: Mapping[tuple[str, str], float], cost: Mapping[tuple[str, str], float]) -> Table:
    """The greatest exponent of each check, the greatest first."""
    shown = Table("check", "grows most with", title="Growth of each check")
    for heading in ("exponent", "µs an exchange there"):
        shown.add_column(heading, justify="right")
    greatest: dict[str, tuple[str, str]] = {}
    for key, slope in fits.items():
        if key[1] not in greatest or slope > fits[greatest[key[1]]]:
            greatest[key[1]] = key
    for name, key in sorted(greatest.items(), key=lambda each: -fits[each[1]]):
        style = "bold red" if fits[key] > BOUND else "yellow" if fits[key] > WANTED else None
        shown.add_row(name, key[0], f"{fits[key]:.2f}", f"{cost[key] * 1e6:.2f}", style=style)
    return shown


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="exchanges")
    parser.add_argument("--only", nargs="+", choices=DIMENSIONS, default=list(DIMENSIONS))
    parser.add_argument("--best", type=int, default=2, help="of so many times the shortest")
    return parser.parse_args()


def main() -> None:
    """Grow, judge, fit, print."""
    options, console = arguments(), Console()
    fits: dict[tuple[str, str], float] = {}
    cost: dict[tuple[str, str], float] = {}
    once(grown("together", 1_000))  # compiles the schemas
    for name in options.only:
        measured = {n: best(name, n, options.best) for n in sorted(options.sizes)}
        largest = max(options.sizes)
        total = {n: sum(times.values()) for n, times in measured.items()}
        slope = exponent(list(total.items()))
        shown = "too short to fit" if slope is None else f"exponent {slope:.2f}"
        each = total[largest] / largest * 1e6
        console.print(f"{name}: {shown}, {each:.1f} µs an exchange", highlight=False)
        for check in measured[largest]:
            slope = exponent([(n, times[check]) for n, times in measured.items()])
            if slope is not None:
                fits[name, check] = slope
                cost[name, check] = measured[largest][check] / largest
    console.print(table(fits, cost))
    short = [name for name in CATALOGUE if not any(check == name for _, check in fits)]
    console.print(f"too short to fit everywhere: {', '.join(short) or 'none'}", highlight=False)
    sys.exit(any(slope > BOUND for slope in fits.values()))


if __name__ == "__main__":
    main()
