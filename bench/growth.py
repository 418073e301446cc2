"""Fit how the cost of each check grows with the traffic, one dimension at a time and together.

    python bench growth [--sizes 5000 10000 20000 40000] [--only NAME …] [--best 2]

Prints, for each check, the exponent of cost = factor × exchanges ** exponent in the dimension
where it is greatest, twice: of the CPU's seconds, the best of several, and of the lines of Python
that are run, which are the same each time but know nothing of what runs in C. What takes less than
10 ms at the largest size is too short to be timed. Exits with 1 where the lines grow faster than
wanted, or the seconds faster than noise explains.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from layers_contract.history.exchanges import History
from layers_contract.judge.facts import Expectations, Facts, undisturbed
from layers_contract.judge.invariants import CATALOGUE
from traffic import DIMENSIONS, MARKER, contract, grown

SIZES: Final = (5_000, 10_000, 20_000, 40_000)
COUNTED: Final = (6_000, 24_000)
"""For how many exchanges lines are counted: where all that a check limits has come to its limit."""
WANTED, BOUND = 1.1, 1.3
"""The exponent wanted; that of seconds beyond which it is not noise."""
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


def lines(name: str, size: int) -> dict[str, float]:
    """How many lines of Python each check runs for so many exchanges."""
    history, ran, found = grown(name, size), 0, dict[str, float]()

    def trace(*_: object) -> Callable[..., Any]:
        nonlocal ran
        ran += 1
        return trace

    sys.settrace(trace)
    try:
        facts = Facts(contract(), history, EXPECT)
        found["facts"] = ran
        for invariant in CATALOGUE.values():
            ran = 0
            for _ in invariant.check(facts):
                pass
            found[invariant.id] = ran
    finally:
        sys.settrace(None)
    return found


def growth(name: str, small: int, large: int) -> dict[str, float]:
    """The exponent of the lines that each check runs, as far as it has much to do at all."""
    few, many = lines(name, small), lines(name, large)
    ratio = math.log(large / small)
    return {
        check: math.log(many[check] / few[check]) / ratio
        for check in many
        if min(few[check], many[check] / 4) > small
    }


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """The slope of log seconds over log exchanges, or None where that is noise."""
    long = [(size, seconds) for size, seconds in points if seconds >= SHORTEST]
    if points[-1][1] < SHORT or len(long) < min(3, len(points)):
        return None
    line = statistics.linear_regression(
        [math.log(size) for size, _ in long], [math.log(seconds) for _, seconds in long]
    )
    return line.slope


Fits = dict[tuple[str, str], float]
"""Exponents by dimension and check."""


def greatest(fits: Fits) -> dict[str, tuple[float, str]]:
    """The greatest exponent of each check, and in which dimension."""
    found: dict[str, tuple[float, str]] = {}
    for (name, check), slope in fits.items():
        found[check] = max(found.get(check, (-math.inf, "")), (slope, name))
    return found


def table(timed: Fits, counted: Fits) -> Table:
    """The greatest exponents of each check, the greatest first."""
    shown = Table("check", title="Growth of each check")
    for what in ("lines", "seconds"):
        shown.add_column(f"of {what}", justify="right")
        shown.add_column("with")
    seconds, ran = greatest(timed), greatest(counted)
    known = sorted({*seconds, *ran}, key=lambda each: -ran.get(each, (0.0, ""))[0])
    for check in known:
        cells = [
            cell
            for fits in (ran, seconds)
            for cell in ((f"{fits[check][0]:.2f}", fits[check][1]) if check in fits else ("–", ""))
        ]
        over = ran.get(check, (0.0, ""))[0] > WANTED or seconds.get(check, (0.0, ""))[0] > BOUND
        shown.add_row(check, *cells, style="bold red" if over else None)
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
    timed, counted = Fits(), Fits()
    once(grown("together", 1_000))  # compiles the schemas
    for name in options.only:
        counted |= {(name, check): slope for check, slope in growth(name, *COUNTED).items()}
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
                timed[name, check] = slope
    console.print(table(timed, counted))
    fast = max(counted.values()) > WANTED or max(timed.values(), default=0.0) > BOUND
    sys.exit(fast)


if __name__ == "__main__":
    main()
