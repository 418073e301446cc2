"""Run the unit tests of some rooms, and print which share of each room's statements they run.

scripts/room_coverage.py [ROOM…]     report, cli and publish unless told
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE: Final = Path("src/layers_contract")
DATA: Final = ROOT / "build" / "coverage.json"
FLOORS: Final = {"cli": 75, "publish": 75, "report": 92}
"""Per cent below which a room's tests must not fall."""


def main(rooms: Sequence[str]) -> int:
    """Exit code 1 where a test fails or a room is below its floor, 2 for a room that is none."""
    unknown = [room for room in rooms if not (ROOT / "tests" / "unit" / room).is_dir()]
    if unknown:
        print(f"coverage: no tests/unit/{unknown[0]}; name folders of tests/unit", file=sys.stderr)
        return 2
    if measured(rooms):
        return 1
    shares = dict(shares_of(json.loads(DATA.read_text(encoding="utf-8"))["files"]))
    for room, (share, missing) in sorted(shares.items()):
        print(f"coverage: {room:14} {share:3} %  {missing:4} statements not run")
    low = [room for room in rooms if shares[room][0] < FLOORS.get(room, 0)]
    for room in low:
        print(f"coverage: {room} is below {FLOORS[room]} %; test what is new", file=sys.stderr)
    return bool(low)


def measured(rooms: Sequence[str]) -> int:
    """Run the tests of *rooms*; the exit code of pytest."""
    DATA.parent.mkdir(exist_ok=True)
    told = [f"--cov={SOURCE / room}" for room in rooms]
    told += [f"--cov-report=json:{DATA}", *(f"tests/unit/{room}" for room in rooms)]
    line = [sys.executable, "-m", "pytest", "-q", "-n", "auto", *told]
    return subprocess.run(line, cwd=ROOT, check=False).returncode


def shares_of(files: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
    """For each room which share of its statements was run, in per cent, and how many were not."""
    all_of, run = Counter[str](), Counter[str]()
    for name, found in files.items():
        room = Path(name).relative_to(SOURCE).parts[0].removesuffix(".py")
        all_of[room] += found["summary"]["num_statements"]
        run[room] += found["summary"]["covered_lines"]
    for room, statements in all_of.items():
        yield room, (100 * run[room] // max(statements, 1), statements - run[room])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or sorted(FLOORS)))
