"""How long a verdict takes where renders take long: all stories at once, and one after another.

    python bench/waiting.py [--render 5 --render 20] [--limit 6]

The standard profile judges our mock in real time, Schemathesis included. With all stories at once
it must be done within `--limit` render times; the exit code is 1 where it is not. Loopback only.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from contenders import Settings, mock
from layers_contract.report import SilentProgress
from layers_contract.run import run
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.target import Target, parse

PATIENCE: Final = 3600
"""Seconds that a run may take before its budget ends it."""
LAST: Final = 4
"""How many of the stories that ended last are named."""
BUSY: Final = 1.5
"""Processes that want each CPU, from which on a time says more of the machine than of us."""


@dataclass
class Ends(SilentProgress):
    """Notes when each story ended, and tells it."""

    console: Console
    begun: float = field(default_factory=time.monotonic)
    times: dict[str, float] = field(default_factory=dict)

    def done(self, name: str) -> None:
        """Note when *name* ended."""
        self.times[name] = time.monotonic() - self.begun
        self.console.print(f"{self.times[name]:6.1f} s  {name}", style="dim")

    @property
    def last(self) -> str:
        """The stories that ended last, which everybody waited for."""
        late = sorted(self.times.items(), key=lambda each: -each[1])[:LAST]
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in late)


@dataclass(frozen=True)
class Wait:
    """How long a verdict took, in seconds."""

    render: float
    seconds: float
    cpu_seconds: float
    verdict: str
    requests: int
    generations: int
    last: str

    @property
    def renders(self) -> float:
        """The same in render times."""
        return self.seconds / self.render


def wait(render: float, at_once: float, seed: int, console: Console) -> Wait:
    """Judge a fresh mock."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock("", Settings(render, 0, seed), Path(folder)) as served,
    ):
        target, ends = _patient(parse(served.target, "mock")), Ends(console)
        contract = Contract(load())
        begun, cpu = time.monotonic(), time.process_time()
        outcome = run(contract, target, seed=seed, listener=ends, at_once=at_once)
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    return Wait(
        render,
        seconds,
        cpu,
        outcome.verdict,
        len(outcome.history),
        outcome.generations,
        ends.last,
    )


def _patient(target: Target) -> Target:
    return replace(target, budget=replace(target.budget, seconds=PATIENCE))


def table(waits: dict[str, Wait]) -> Table:
    """Both ways, in seconds and in render times."""
    result = Table("stories")
    result.columns[0].no_wrap = True
    for head in ("seconds", "render times", "CPU", "requests", "renders"):
        result.add_column(head, justify="right", no_wrap=True)
    result.add_column("verdict")
    for name, each in waits.items():
        figures = (f"{each.seconds:.1f}", f"{each.renders:.1f}", f"{each.cpu_seconds:.1f}")
        counts = (str(each.requests), str(each.generations))
        result.add_row(name, *figures, *counts, each.verdict)
    return result


def compare(render: float, seed: int, limit: float, console: Console, *, alone: bool) -> bool:
    """Measure, print, and tell whether the verdict came in time."""
    console.print(f"renders of {render:g} s, all stories at once")
    waits = {"all at once": wait(render, math.inf, seed, console)}
    if not alone:
        console.print(f"renders of {render:g} s, one story after another")
        waits["one by one"] = wait(render, 1, seed, console)
    first, *others = waits.values()
    console.print(table(waits))
    console.print(f"last to end: {first.last}")
    for each in others:
        console.print(f"one by one takes {each.seconds / first.seconds:.1f} times as long")
    if first.renders > limit:
        console.print(f"more than {limit:g} render times", style="red")
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        if load > BUSY:
            console.print(f"but {load:.0f} processes wait for each CPU; try again when it is quiet")
    return first.renders <= limit


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--render", type=float, action="append", metavar="SECONDS",
                        help="how long a render takes; may be repeated; 5 if left out")  # fmt: skip
    parser.add_argument("--limit", type=float, default=6.0, help="render times that are allowed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once-only", action="store_true", help="leave out the slow way")
    return parser.parse_args()


def main() -> None:
    """Measure for each render time."""
    options, console = arguments(), Console()
    in_time = [
        compare(render, options.seed, options.limit, console, alone=options.at_once_only)
        for render in options.render or [5.0]
    ]
    sys.exit(0 if all(in_time) else 1)


if __name__ == "__main__":
    main()
