"""Measure the client beside httpx, pydantic and the packages of others, in one run, in turns.

    python bench/client.py [--rounds 15] [--markdown FILE]

The client is measured as others get it: its wheel is built and installed, compiled, beside what
bench/requirements.txt pins. Imports are measured in fresh interpreters, calls against a transport
that answers at once, decoding on a page of 100 containers that the mock made. Times are the CPU's,
but for the generator's, which is the clock's. Every round visits every contender, so a slow moment
of the machine meets them all; a figure is the median of the rounds, a ratio or an overhead the
median of those within each round. Nothing here fails because of a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from email import message_from_string
from functools import partial
from pathlib import Path
from platform import python_version
from typing import Any, Final

import httpx
from rich.console import Console

from client_tables import Row, Section, markdown, table
from layers_contract.mock import MockOptions, background
from throughput import ROOT, ratio

PYTHON: Final = ROOT / "bench/.venv/bin/python"
BENCH: Final = ROOT / "bench"
CONTAINERS: Final = 100
CALL_ROUNDS: Final = 4
"""Rounds of calls and of decoding for each round of imports, which take longer."""
GENERATE_ROUNDS: Final = 3

PROBE: Final = """
import sys, time
begun = time.process_time()
exec(sys.argv[1])
took, modules = (time.process_time() - begun) * 1e3, len(sys.modules)
try:
    with open("/proc/self/status") as status:
        peak = int(status.read().partition("VmHWM:")[2].split()[0]) / 1024
except OSError:
    peak = float("nan")
print(took, modules, peak)
"""
"""Milliseconds, modules, and MiB at the peak, which only Linux tells: `getrusage` has the peak of
the process that started this one."""

NOTHING, HTTPX, CLIENT, ALL = "nothing", "httpx", "layers_client", "layers_client, all"
FIRST: Final = {
    HTTPX: "from client_overhead import first_bare_call as call; call()",
    CLIENT: "from client_overhead import first_call; first_call('Layers, GET')",
    "openai": "from client_overhead import first_call; first_call('openai, GET')",
    "anthropic": "from client_overhead import first_call; first_call('anthropic, GET')",
    "stripe": "from client_overhead import first_call; first_call('stripe, GET')",
}
"""Import, client and one call."""

Starts = dict[str, list[tuple[float, ...]]]  # by name: what `PROBE` printed, by round

IMPORT_GOAL, ALL_GOAL, DECODE_GOAL = 0.5, 1.3, 2.0
CALL_GOAL, GENERATE_GOAL, WHEEL_GOAL = 60.0, 5.0, 120_000
DEPENDENCIES_GOAL: Final = frozenset({"attrs", "httpx"})
COMPARED: Final = ("httpx", "pydantic", "openai", "anthropic", "stripe")


def quartiles(values: Sequence[float], digits: int = 0) -> str:
    """Where the middle half of *values* lies."""
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:,.{digits}f}…{high:,.{digits}f}"


def probe(statement: str, path: str) -> tuple[float, ...]:
    """What a statement takes in a fresh interpreter."""
    return tuple(map(float, _printed(path, "-c", PROBE, statement).split()))


def worker(path: str, script: str, *arguments: str) -> Any:
    """What a script of the bench prints, run beside the contenders."""
    return json.loads(_printed(path, str(BENCH / script), *arguments))


def _printed(path: str, *arguments: str) -> bytes:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.check_output([str(PYTHON), *arguments], env={**kept, "PYTHONPATH": path})


def build(folder: Path) -> Path:
    """The client's wheel, and beside it, in `site`, what it installs."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT / "generated")], stdout=subprocess.DEVNULL, check=True)
    (wheel,) = folder.glob("*.whl")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    site = ["--no-deps", "--no-index", "--target", str(folder / "site")]
    subprocess.run([*pip, *site, str(wheel)], check=True)
    return wheel


def modules(site: Path) -> list[str]:
    """Every module of the client."""
    files = (path.relative_to(site) for path in (site / "layers_client").rglob("*.py"))
    return sorted(".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files)


def listed() -> bytes:
    """A page of containers, as the mock answers with it."""
    with background(MockOptions(render=0)) as (url, target):
        credential = {"x-api-key": target["api_key"]}
        path = f"{url}/v1/projects/{target['projects']['open']}/content"
        with httpx.Client(headers=credential) as http:
            for number in range(CONTAINERS):
                brief = {"hook": f"Evening {number} is yours", "targetPlatforms": ["tiktok"]}
                key = {"idempotency-key": f"page-{number}"}
                http.post(path, json={"brief": brief}, headers=key).raise_for_status()
            answer = http.get(path, params={"limit": CONTAINERS}).raise_for_status()
    if len(answer.json()["items"]) != CONTAINERS:
        sys.exit(f"client: the mock's page does not have {CONTAINERS} containers")
    return answer.content


def in_turns(
    statements: dict[str, str], rounds: int, path: str, tell: Callable[[str], None]
) -> Starts:
    """What each statement takes in each round."""
    found: Starts = {name: [] for name in statements}
    for number in range(rounds + 1):
        tell(f"round {number} of {rounds}" if number else "once without measuring")
        for name, statement in statements.items():
            took = probe(statement, path)
            if number:
                found[name].append(took)
    return found


def imports(rounds: int, site: Path, tell: Callable[[str], None]) -> Section:
    """Imports in fresh interpreters, beside that of httpx."""
    names = {each: f"import {each}" for each in (HTTPX, CLIENT)}
    statements = {NOTHING: "pass", **names, ALL: f"import {', '.join(modules(site))}"}
    statements |= {each: f"import {each}" for each in ("openai", "anthropic", "stripe")}
    found = in_turns(statements, rounds, str(site), tell)
    return _section("Import", found, {CLIENT: IMPORT_GOAL, ALL: ALL_GOAL})


def first_calls(rounds: int, site: Path, tell: Callable[[str], None]) -> Section:
    """Import, client and one call in fresh interpreters, beside those of httpx."""
    found = in_turns(FIRST, rounds, f"{site}{os.pathsep}{BENCH}", tell)
    return _section("Import and one call", found, {})


def _section(title: str, found: Starts, goals: dict[str, float]) -> Section:
    rows = [_started(name, found, goals.get(name)) for name in found]
    return Section(title, ("ms", "middle half", "modules, MiB", "× httpx"), rows)


def _started(name: str, found: Starts, goal: float | None) -> Row:
    times = [each[0] for each in found[name]]
    loaded, peak = found[name][-1][1], statistics.median(each[2] for each in found[name])
    relation = ratio(times, [each[0] for each in found[HTTPX]])
    middle = statistics.median(times)
    digits = 1 if middle < 100 else 0
    return Row(
        name,
        f"{middle:,.{digits}f}",
        quartiles(times, digits),
        f"{loaded:.0f}, {peak:.1f}",
        f"{relation:.2f}",
        "" if goal is None else f"≤ {goal:g} ×",
        None if goal is None else relation <= goal,
    )


def calls(rounds: int, site: Path) -> Section:
    """One call beside the same call of the HTTP library below."""
    found = worker(str(site), "client_overhead.py", str(rounds))
    rows = [_called(name, pairs) for name, pairs in found.items()]
    heads = ("µs more", "middle half", "in full", "ratio")
    return Section("One call, over the HTTP library below", heads, rows)


def _called(name: str, pairs: list[tuple[float, float]]) -> Row:
    more = [call - bare for call, bare in pairs]
    both, bare = (list(each) for each in zip(*pairs, strict=True))
    held = "Layers" in name
    return Row(
        name,
        f"{statistics.median(more):.0f}",
        quartiles(more),
        f"{statistics.median(both):.0f}, {statistics.median(bare):.0f}",
        f"{ratio(both, bare):.2f}",
        f"≤ {CALL_GOAL:.0f} µs" if held else "",
        statistics.median(more) <= CALL_GOAL if held else None,
    )


def decoding(rounds: int, site: Path, folder: Path) -> Section:
    """A page of containers, beside pydantic's decoding of the same bytes."""
    file = folder / "page.json"
    file.write_bytes(listed())
    found = worker(str(site), "client_decoding.py", str(file), str(rounds))
    rows = [_decoded(name, times, found["pydantic"]) for name, times in found.items()]
    size = f"{file.stat().st_size / 1000:.0f} kB"
    title = f"Decoding {CONTAINERS} containers, {size}"
    return Section(title, ("µs", "middle half", "", "× pydantic"), rows)


def _decoded(name: str, times: list[float], beside: list[float]) -> Row:
    relation, held = ratio(times, beside), name == CLIENT
    return Row(
        name,
        f"{statistics.median(times):.0f}",
        quartiles(times),
        ratio=f"{relation:.2f}",
        goal=f"≤ {DECODE_GOAL:g} ×" if held else "",
        met=relation <= DECODE_GOAL if held else None,
    )


def making(wheel: Path, folder: Path) -> Section:
    """The generator's time, the wheel's size, and what it needs."""
    return Section("Making it", ("", "middle half", "", ""), [_generated(folder), *_wheel(wheel)])


def _generated(folder: Path) -> Row:
    command = [
        sys.executable,
        "-m",
        "layers_contract",
        "generate",
        "--into",
        str(folder / "generated"),
        "--overlays-into",
        str(folder),
    ]
    times = []
    for _ in range(GENERATE_ROUNDS):
        begun = time.monotonic()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - begun)
    middle = statistics.median(times)
    goal, met = f"≤ {GENERATE_GOAL:g} s", middle <= GENERATE_GOAL
    spread = quartiles(times, 1)
    return Row("what `make generate` runs", f"{middle:.1f} s", spread, goal=goal, met=met)


def _wheel(wheel: Path) -> Iterator[Row]:
    size = wheel.stat().st_size
    goal = f"≤ {WHEEL_GOAL / 1000:.0f} kB"
    yield Row("wheel", f"{size / 1000:.1f} kB", goal=goal, met=size <= WHEEL_GOAL)
    needed = sorted(_dependencies(wheel))
    goal = f"only {' and '.join(sorted(DEPENDENCIES_GOAL))}"
    met = DEPENDENCIES_GOAL.issuperset(needed)
    yield Row("its direct dependencies", ", ".join(needed), goal=goal, met=met)


def _dependencies(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        (name,) = (each for each in file.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = message_from_string(file.read(name).decode())
    needed = metadata.get_all("Requires-Dist") or []
    return {re.split(r"[^\w.-]", each)[0] for each in needed}


def how(command: str) -> list[str]:
    """What the page says before its tables."""
    return [
        "One run, made by",
        "",
        "```console",
        command,
        "```",
        "",
        f"with {_versions()}, on {os.cpu_count()} cores.",
        "",
        "- The client is its wheel, built and installed in this run. Every round visits every",
        "  contender: figures are medians of the rounds, ratios and overheads medians of those",
        "  within each round; the middle half of the rounds lies where the third column says.",
        "  Times are the CPU's; the generator's is the clock's.",
        "- Imports are those of fresh interpreters, with compiled files; MiB are the peak of the",
        "  process. “All” is every module of the client. Its root alone imports nothing else",
        "  of it, and the first use pays.",
        "- “Import and one call” is that first use: a client is made, and one GET is answered by a",
        "  transport in the process. Nobody loads certificates.",
        "- “One call” is one of many in a row. Each package is held against the HTTP library that",
        "  it stands on, which gets the same answer of that package's API, checks its status and",
        "  parses it: httpx for Layers and stripe, httpx2 for openai and anthropic. Layers and",
        "  AsyncLayers get a job; the POST is `content.generate`, which translates a brief and",
        "  makes a key. “In full” are the times of both.",
        "- Containers are decoded from the bytes of the mock's answer. pydantic's models have the",
        "  same fields, datetimes and enums, written by hand. The client keeps, besides, fields",
        "  and enum values that it does not know; pydantic is not asked to.",
    ]


def _versions() -> str:
    command = [str(PYTHON), "-m", "pip", "freeze", "--disable-pip-version-check"]
    frozen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pinned = dict(line.split("==") for line in frozen.splitlines() if "==" in line)
    return ", ".join([f"Python {python_version()}", *(f"{n} {pinned[n]}" for n in COMPARED)])


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="of imports; of calls, 4 times that")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a page")
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("--rounds: a spread needs 2 or more")
    return options


def measure(rounds: int, folder: Path, tell: Callable[[str], None]) -> Iterator[Section]:
    """Every section, one after the other."""
    tell("building the client's wheel")
    wheel, site = build(folder), folder / "site"
    yield imports(rounds, site, lambda text: tell(f"imports: {text}"))
    yield first_calls(rounds, site, lambda text: tell(f"first calls: {text}"))
    tell("calls")
    yield calls(rounds * CALL_ROUNDS, site)
    tell("decoding")
    yield decoding(rounds * CALL_ROUNDS, site, folder)
    tell("generating")
    yield making(wheel, folder)


def main() -> None:
    """Measure, print the tables, write the page."""
    options, console = arguments(), Console()
    if not PYTHON.exists():
        sys.exit("client: the packages of others are not installed; run: make bench ARGS=client")
    tell = partial(console.print, style="dim")
    with tempfile.TemporaryDirectory() as folder:
        sections = list(measure(options.rounds, Path(folder), tell))
    console.print(*map(table, sections))
    if options.markdown:
        asked = f"--rounds {options.rounds} --markdown {options.markdown}"
        command = f'make bench ARGS="client {asked}"'
        page = markdown("The client beside others", how(command), sections)
        options.markdown.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
