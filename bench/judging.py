"""Measure how fast histories are judged, how that grows with their size, and what they weigh.

    python bench/judging.py [--sizes 10000 30000 100000 300000 1000000] [--kinds many few]

Every history is grown from one simulated run of the sound mock, in two ways. In `many` the run is
copied, each copy with ids, keys, hooks and days of its own: the containers are many, as after a
long load. In `few` each look of the run is repeated on the spot: the containers are few, and polled
very often. Both hold what a run leaves: bodies are bytes, and parsed while they are judged.

Each history has a process of its own. Times are the CPU's, of the facts and all invariants; memory
is what the process grew by, at its peak. Nothing listens, nothing is sent.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from heapq import nlargest
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from layers_contract.history.exchanges import Exchange, History, from_record, to_record
from layers_contract.judge.facts import Expectations, Facts, undisturbed
from layers_contract.judge.invariants import CATALOGUE, HELD
from layers_contract.mock import MockOptions, TrioClock, app, target
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import expectations, simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.target import parse

KINDS: Final = {"many": "many containers", "few": "few, polled often"}
SIZES: Final = (10_000, 30_000, 100_000, 300_000, 1_000_000)
SEED: Final = 1
MARKER: Final = f"lc-{SEED:010d}"
DAY: Final = 86_400
STATM: Final = Path("/proc/self/statm")
DEAREST: Final = 8
NAMES: Final = re.compile(
    rf"""(\b(?:cnt|job|med|req)_\w+          # ids
        |\b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b  # projects
        |[0-9a-f]{{32}}|[0-9A-F]{{32}}       # keys
        |{MARKER}                            # hooks
        |\b20\d\d-\d\d-\d\d(?=T)             # days
        |\b[A-Z][a-z]{{2}},\ \d\d\ [A-Z][a-z]{{2}}\ 20\d\d\b)  # days in headers""",
    re.VERBOSE,
)
KEY: Final = 32
"""Characters of what is fresh in a key."""
HEADER_DAY: Final = "%a, %d %b %Y"


@dataclass(frozen=True)
class Template:
    """A run as text, its names and its text between them in turns; `days` is how long it took."""

    parts: list[str]
    days: int
    foreign: frozenset[str]
    render: float | None

    @classmethod
    def simulated(cls) -> Template:
        """What a standard run against the sound mock leaves."""
        options = MockOptions(render=20, latency=0.05)
        wanted = parse(target(options, "http://mock.invalid"), "mock")
        clock = app(options, TrioClock())
        run = simulate(Contract(load()), wanted, clock, epoch=SIMULATED_EPOCH, seed=SEED)
        lines = "\n".join(json.dumps(to_record(each)) for each in run.history)
        expect = expectations(wanted)
        days = math.ceil(run.seconds / DAY) + 1
        return cls(NAMES.split(lines), days, expect.foreign, expect.render)

    def copy(self, number: int) -> list[Exchange]:
        """The run once more, with names and days of its own."""
        names = {name: self._renamed(name, number) for name in set(self.parts[1::2])}
        text = (names[each] if place % 2 else each for place, each in enumerate(self.parts))
        found = [from_record(json.loads(line)) for line in "".join(text).split("\n")]
        later = number * self.days * DAY
        for each in found:
            each.sent += later
            each.received = None if each.received is None else each.received + later
        return found

    def _renamed(self, name: str, number: int) -> str:
        if name.startswith("20") and len(name) == len("2026-04-18"):
            return (date.fromisoformat(name) + timedelta(days=number * self.days)).isoformat()
        if ", " in name:
            day = datetime.strptime(name, HEADER_DAY).replace(tzinfo=UTC)
            return (day + timedelta(days=number * self.days)).strftime(HEADER_DAY)
        if name == MARKER:
            return f"{MARKER}-{number:06d}"
        kept = name[:-6] if "-" in name or len(name) == KEY else name
        return f"{kept}{number:06d}"

    def expect(self, copies: int) -> Expectations:
        """What may be expected of so many copies."""
        foreign = {self._renamed(name, n) for name in self.foreign for n in range(copies)}
        return Expectations(render=self.render, marker=MARKER, foreign=frozenset(foreign))


@dataclass(frozen=True)
class Measured:
    """One history: CPU seconds by check, bytes before and after it was judged."""

    kind: str
    size: int
    by_check: dict[str, float]
    held: int
    judged: int

    @property
    def seconds(self) -> float:
        """CPU seconds in all."""
        return sum(self.by_check.values())


def grown(template: Template, kind: str, size: int) -> Iterator[Exchange]:
    """So many exchanges, made from *template*."""
    if kind == "many":
        return islice((each for number in count() for each in template.copy(number)), size)
    run = template.copy(0)
    looks = sum(map(is_look, run))
    times = math.ceil((size - len(run)) / looks) + 1
    return islice((each for one in run for each in repeated(one, times)), size)


def is_look(exchange: Exchange) -> bool:
    """Whether a call changes nothing, and was answered with what there is."""
    return exchange.method == "GET" and exchange.status == 200


def repeated(exchange: Exchange, times: int) -> Iterator[Exchange]:
    """A look so many times at once, each a little later than the one before."""
    took = (exchange.received or exchange.sent) - exchange.sent
    for number in range(times if is_look(exchange) else 1):
        later = took * number / times / 10
        yield replace(exchange, sent=exchange.sent + later, received=later + exchange.sent + took)


def weight() -> int:
    """The bytes of memory that this process has now, or the most that it ever had."""
    if STATM.exists():
        return int(STATM.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(template: Template, kind: str, size: int) -> Measured:
    """Grow a history and judge it by every invariant."""
    contract, run = Contract(load()), template.copy(0)
    expect = template.expect(math.ceil(size / len(run)))
    judged(contract, History(run), expect)  # compiles each schema, once in a process
    before = weight()
    history = History(grown(template, kind, size))
    held = weight() - before
    by_check = judged(contract, history, expect)
    return Measured(kind, size, by_check, held, weight() - before)


def judged(contract: Contract, history: History, expect: Expectations) -> dict[str, float]:
    """The CPU seconds that each check takes, and the facts before them."""
    took: dict[str, float] = {}
    with undisturbed():
        begun = time.process_time()
        facts = Facts(contract, history, expect)
        took["facts"] = time.process_time() - begun
        for invariant in CATALOGUE.values():
            begun = time.process_time()
            occasions = list(invariant.check(facts))
            took[invariant.id] = time.process_time() - begun
            if occasions.count(HELD) < len(occasions):
                sys.exit(f"judging: the sound mock's history breaks {invariant.id}")
    return took


def fit(measured: list[Measured]) -> tuple[float, float]:
    """Exponent and factor of seconds = factor × exchanges ** exponent."""
    sizes = [math.log(each.size) for each in measured]
    line = statistics.linear_regression(sizes, [math.log(each.seconds) for each in measured])
    return line.slope, math.exp(line.intercept)


def by_size(measured: list[Measured]) -> Table:
    """The figures of each history."""
    table = Table("exchanges", "of", title="Facts and all invariants")
    for heading in ("CPU s", "µs each", "a second", "B each, held", "B each, judged"):
        table.add_column(heading, justify="right")
    for each in measured:
        table.add_row(
            f"{each.size:,}",
            KINDS[each.kind],
            f"{each.seconds:.2f}",
            f"{each.seconds / each.size * 1e6:.1f}",
            f"{each.size / each.seconds:,.0f}",
            f"{each.held / each.size:,.0f}",
            f"{each.judged / each.size:,.0f}",
        )
    return table


def dearest(measured: list[Measured]) -> Table:
    """What costs most in the largest history of each kind."""
    table = Table("place", title="Which checks cost most, µs an exchange")
    largest = {each.kind: each for each in sorted(measured, key=lambda each: each.size)}
    for kind in largest:
        table.add_column(KINDS[kind])
    ranked = [
        [
            f"{name} {s / one.size * 1e6:.2f}"
            for name, s in nlargest(DEAREST, one.by_check.items(), key=lambda each: each[1])
        ]
        for one in largest.values()
    ]
    for place, row in enumerate(zip(*ranked, strict=True), 1):
        table.add_row(str(place), *row)
    return table


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="exchanges")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    return parser.parse_args()


def main() -> None:
    """Simulate a run, grow and judge histories from it, print the tables."""
    options, console = arguments(), Console()
    console.print("simulating the run that all histories are grown from", style="dim")
    template = Template.simulated()
    measured = []
    for size in sorted(options.sizes):
        for kind in options.kinds:
            console.print(f"{size:,} exchanges, {KINDS[kind]}", style="dim")
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                measured.append(fresh.submit(measure, template, kind, size).result())
    console.print(by_size(measured), dearest(measured))
    for kind in options.kinds if len(options.sizes) > 1 else ():
        exponent, factor = fit([each for each in measured if each.kind == kind])
        console.print(f"{KINDS[kind]}: seconds = {factor * 1e6:.1f}e-6 × exchanges^{exponent:.3f}")


if __name__ == "__main__":
    main()
