"""Three tools on the same faults: this project, stock Schemathesis, Prism as a proxy.

    make bench ARGS="side-by-side [--sample 20 | --faults NAME,…] [--json FILE] …"

Our mock is served with one fault at a time, afresh for each tool. A tool has caught a fault if it
fails and finds what it does not find on the sound mock; what it finds there are its false alarms.
With --json, what is done is kept, and a later call goes on from there. Loopback only.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from contenders import CONTENDERS, DIFFERS, Look, Settings, mock
from layers_contract.mock import FAULTS
from throughput import PRISM, ROOT

SOUND: Final = ("sound", "sound again", "sound once more")
"""The mock without a fault, more than once: what a tool finds there may change from run to run."""
OURS: Final = next(iter(CONTENDERS))
Kept = dict[str, Any]
Results = dict[str, dict[str, Kept]]  # by fault (or one of SOUND) and tool


class Record:
    """What is done, in memory and in a file, for one set of settings."""

    def __init__(self, settings: Settings, file: Path | None) -> None:
        self.settings = settings
        self.results: Results = defaultdict(dict)
        self._file = file
        if file and file.exists():
            self._read(file)

    def _read(self, file: Path) -> None:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["settings"] != asdict(self.settings):
            sys.exit(f"side_by_side: {file} was made with other settings; name another file")
        self.results.update(kept["results"])

    def add(self, fault: str, tool: str, look: Kept) -> None:
        """Keep what a tool found."""
        self.results[fault][tool] = look
        if self._file:
            kept = {"settings": asdict(self.settings), "results": self.results}
            partial = self._file.with_suffix(".part")
            partial.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
            partial.replace(self._file)

    def lacks(self, fault: str) -> list[str]:
        """The tools that have not looked at a fault."""
        return [tool for tool in CONTENDERS if tool not in self.results.get(fault, {})]

    def alarms(self, tool: str) -> set[str]:
        """What a tool found where there is nothing to find."""
        return {each for name in SOUND for each in self.results[name][tool]["findings"]}

    def caught(self, fault: str, tool: str) -> bool:
        """Whether a tool fails, and for something that is new."""
        look = self.results[fault][tool]
        return bool(look["failed"]) and not self.alarms(tool).issuperset(look["findings"])

    def seconds(self, faults: Iterable[str], tool: str) -> float:
        """The median time of a tool's runs."""
        times: list[float] = [self.results[fault][tool]["seconds"] for fault in faults]
        return statistics.median(times)


def grouped(faults: Iterable[str]) -> dict[str, list[str]]:
    """Faults by what they are about: the first word of the promise that each breaks."""
    groups: dict[str, list[str]] = defaultdict(list)
    for fault in faults:
        groups[FAULTS[fault].breaks.partition(".")[0]].append(fault)
    return groups


def spread(seed: int) -> list[str]:
    """All faults in an order whose every beginning has each group in proportion."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    groups = grouped(rng.sample(list(FAULTS), len(FAULTS)))
    places = {
        fault: ((number + rng.random()) / len(faults), fault)
        for faults in groups.values()
        for number, fault in enumerate(faults)
    }
    return sorted(places, key=places.__getitem__)


def look(fault: str, tool: str, settings: Settings) -> Kept:
    """What one tool finds on a mock of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mock("" if fault in SOUND else fault, settings, folder) as served:
            begun = time.monotonic()
            try:
                found = CONTENDERS[tool](served)
            except Exception as error:  # noqa: BLE001 - whatever the fault does, others come after
                found = Look([], failed=False, notes=[f"broke off: {error!r}"])
            found.seconds = round(time.monotonic() - begun, 2)
    return asdict(found)


def compare(record: Record, faults: list[str], jobs: int, console: Console) -> None:
    """Let every tool look at every fault that it has not looked at, and tell how it goes."""
    left = [fault for fault in faults if record.lacks(fault)]
    begun, done = time.monotonic(), 0

    def visit(fault: str) -> str:
        for tool in record.lacks(fault):
            record.add(fault, tool, look(fault, tool, record.settings))
        return fault

    pool = ThreadPoolExecutor(jobs)
    try:
        for future in as_completed([pool.submit(visit, fault) for fault in left]):
            fault, done = future.result(), done + 1
            rest = (time.monotonic() - begun) / done * (len(left) - done) / 60
            said = " · ".join(_said(tool, each) for tool, each in record.results[fault].items())
            console.print(f"{done} of {len(left)} {fault}: {said} ({rest:.0f} min left)")
    finally:
        pool.shutdown(cancel_futures=True)


def _said(tool: str, found: Kept) -> str:
    return f"{tool} {len(found['findings'])} in {found['seconds']:.0f} s"


def rows(record: Record, faults: list[str]) -> Iterator[list[str]]:
    """By group: how many faults, and how many each tool caught; then the sums, alarms and times."""
    for name, members in [*sorted(grouped(faults).items()), ("all", faults)]:
        caught = (sum(record.caught(each, tool) for each in members) for tool in CONTENDERS)
        yield [name, str(len(members)), *map(str, caught)]
    alarms = (str(len(record.alarms(tool))) for tool in CONTENDERS)
    yield ["alarms on the sound mock", "", *alarms]
    seconds = (f"{record.seconds(faults, tool):.0f}" for tool in CONTENDERS)
    yield ["seconds a run, median", "", *seconds]


def troubles(record: Record, faults: list[str]) -> Iterator[str]:
    """The runs that broke off, or parts of which did."""
    for fault in [*SOUND, *faults]:
        for tool, found in record.results[fault].items():
            for note in found["notes"]:
                if not note.startswith(DIFFERS):
                    yield f"{tool} on {fault}: {note}"


def heads() -> list[str]:
    """The heads of the table's columns."""
    return ["promises about", "faults", *CONTENDERS]


def table(record: Record, faults: list[str]) -> Table:
    """Faults caught, by group and tool."""
    result = Table(title="Faults caught")
    for head in heads():
        result.add_column(head, justify="left" if head == heads()[0] else "right")
    for row in rows(record, faults):
        if row[0] in {"all", "alarms on the sound mock"}:
            result.add_section()
        result.add_row(*row)
    return result


def markdown(record: Record, faults: list[str], command: str) -> str:
    """The page: how it was done, the table, and what each tool missed or found alone."""
    settings = record.settings
    part = f"{len(faults)} of the mock's {len(FAULTS)} faults"
    lines = [
        "# Side by side",
        "",
        f"Three tools on {part}, each fault on a fresh mock for each tool; renders take",
        f"{settings.render:g} s. A fault counts as caught if the tool fails and finds what it does",
        f"not find on the sound mock, at which each looked {len(SOUND)} times. Made by",
        "",
        "```console",
        command,
        "```",
        "",
        f"with {_versions()}.",
        "",
        *_table(record, faults),
        "",
        *_how(settings),
        "",
        *_lists(record, faults),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _versions() -> str:
    package = ROOT / "bench/node_modules/@stoplight/prism-cli/package.json"
    prism = json.loads(package.read_text(encoding="utf-8"))["version"]
    ours, theirs = version("layers-contract"), version("schemathesis")
    return f"{OURS} {ours}, Schemathesis {theirs}, Prism {prism} and Python {python_version()}"


def _table(record: Record, faults: list[str]) -> Iterator[str]:
    yield f"| {' | '.join(heads())} |"
    yield f"|---|{'---:|' * (len(heads()) - 1)}"
    for row in rows(record, faults):
        cells = [f"**{cell}**" if row[0] == "all" else cell for cell in row]
        yield f"| {' | '.join(cells)} |"


def _how(settings: Settings) -> list[str]:
    return [
        f"- **{OURS}**: `check --profile standard`; caught is exit code 1. What differs from an",
        "  assumption only does not fail a run without `--strict`, and is not counted here.",
        "- **Schemathesis**: `st run` with all phases and checks,",
        f"  `--max-examples {settings.examples} --seed {settings.seed} --continue-on-failure`, the",
        "  key, and ids that exist: a rendered container, its job and asset, containers to decide",
        "  on and to render again, projects that may be archived or changed, a cursor. The link",
        "  phase runs apart, as set ids would displace those that links give. Findings are",
        "  compared by check and operation. A second key, for its check of access to what is",
        "  others', brought nothing where it was tried (`containers-of-strangers`).",
        "- **Prism proxy**: `prism proxy --errors` before the mock, and `bench/golden_path.py`",
        "  through it. Requests are not validated, as some are wrong on purpose. Findings are",
        "  compared by step and place.",
        "",
        "The faults, the checks and this comparison have one author, who knew the faults. Read it",
        "as what kinds of fault a tool looks for, not as a contest. The other two judge any API",
        "from its document alone; with checks written by hand they would find more. Some faults",
        "need hours to show and are out of reach of anybody in real time; `layers-contract faults`",
        "judges those in simulated time. The seconds are those of a machine with other work, too.",
        "Where it is busy, short renders end before the next call, and faults that need one under",
        "way stay hidden; `--render` makes them longer.",
    ]


def _lists(record: Record, faults: list[str]) -> Iterator[str]:
    missed = [fault for fault in faults if not record.caught(fault, OURS)]
    yield from _list(f"Not caught by {OURS}", missed, lambda fault: _but(record, fault))
    for tool in CONTENDERS:
        if tool != OURS:
            caught = [fault for fault in faults if record.caught(fault, tool)]
            yield from _list(f"Caught by {tool}", caught, lambda _: "")


def _list(title: str, faults: list[str], but: Callable[[str], str]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from (f"- `{each}`: {FAULTS[each].sentence}{but(each)}" for each in sorted(faults))
    yield from ([] if faults else ["None."])
    yield ""


def _but(record: Record, fault: str) -> str:
    """What is to be said of a fault that ours did not catch."""
    said = [f" Caught by {tool}." for tool in CONTENDERS if record.caught(fault, tool)]
    if any(note.startswith(DIFFERS) for note in record.results[fault][OURS]["notes"]):
        said.append(" Told as a difference, which `--strict` fails.")
    return "".join(said)


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--faults", metavar="NAME,…", help="these alone")
    which.add_argument("--sample", type=int, metavar="N", help="so many, of all groups alike")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what is done, and go on")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a page")
    parser.add_argument("--jobs", type=int, default=2, help="faults at a time")
    parser.add_argument("--render", type=float, default=2.0, help="seconds that a render takes")
    parser.add_argument("--examples", type=int, default=50, help="of Schemathesis, an operation")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[str]:
    """The faults that the command line asks for."""
    if not options.faults:
        return spread(options.seed)[: options.sample]
    names: list[str] = options.faults.split(",")
    if unknown := [name for name in names if name not in FAULTS]:
        sys.exit(f"side_by_side: unknown: {', '.join(unknown)}; see layers-contract mock --list")
    return names


def main() -> None:
    """Visit the faults, print the table, write the page."""
    options = arguments()
    if not PRISM.exists():
        sys.exit("side_by_side: Prism is not installed; run: make bench")
    faults, console = chosen(options), Console()
    settings = Settings(options.render, options.examples, options.seed)
    record = Record(settings, options.json)
    compare(record, [*SOUND, *faults], options.jobs, console)
    console.print(table(record, faults))
    for line in troubles(record, faults):
        console.print(line, style="dim")
    if options.markdown:
        page = markdown(record, faults, _repeated(options))
        options.markdown.write_text(page, encoding="utf-8")


def _repeated(options: argparse.Namespace) -> str:
    """The command that does the same again."""
    names = ("faults", "sample", "render", "examples", "seed", "markdown")
    given = [f"--{name} {v}" for name in names if (v := getattr(options, name)) is not None]
    return f'make bench ARGS="{" ".join(["side-by-side", *given])}"'


if __name__ == "__main__":
    main()
