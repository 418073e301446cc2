"""How long `make publish` takes, how big its pages are, and how soon they show something.

    python bench/publishing.py [--runs 3] [--limit 30] [--paint 1000] [--page 200]

Each page is opened from disk in headless Chromium as often as the bundle is made, and its first
contentful paint noted; the reference, which is Redoc alone, stands beside our own pages. Exit code
1 where a median is over its limit: `--limit` seconds for the bundle, `--paint` milliseconds and
`--page` kilobytes for the main page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = ("index.html", "changelog.html", "reference.html")
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")


def publish(into: Path) -> float:
    """The seconds that one bundle takes."""
    command = [sys.executable, "-m", "layers_contract", "publish", "--into", str(into)]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def first_paints(bundle: Path, runs: int) -> dict[str, list[float]]:
    """The milliseconds to the first contentful paint of each page, once a run."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found:
        sys.exit("bench: no Chromium here: install Debian's chromium, or name one in CHROMIUM")
    script = ROOT / "bench" / "first_paint.mjs"
    command = ["node", str(script), found, str(runs), *(str(bundle / page) for page in PAGES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(zip(PAGES, json.loads(done.stdout), strict=True))


def main() -> None:
    """Measure, print, and fail where a limit is not kept."""
    parser = argparse.ArgumentParser(description="Measure what publishing takes.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=30)
    parser.add_argument("--paint", type=float, default=1000)
    parser.add_argument("--page", type=float, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "partner"
        seconds = [publish(bundle) for _ in range(options.runs)]
        sizes = {page: (bundle / page).stat().st_size / 1000 for page in PAGES}
        paints = first_paints(bundle, options.runs)
    tell(seconds, sizes, paints)
    middle = statistics.median
    kept = middle(seconds) <= options.limit and sizes[PAGES[0]] <= options.page
    sys.exit(not (kept and middle(paints[PAGES[0]]) <= options.paint))


def tell(seconds: list[float], sizes: dict[str, float], paints: dict[str, list[float]]) -> None:
    """Print what was measured; ratios are to the reference."""
    console = Console()
    spread = " / ".join(f"{f(seconds):.1f}" for f in (min, statistics.median, max))
    console.print(f"make publish: {spread} s (least / median / most of {len(seconds)})")
    table = Table("page", "kB", "first paint, ms (least / median / most)", "x reference")
    base = statistics.median(paints[PAGES[-1]])
    for page, taken in paints.items():
        middle = statistics.median(taken)
        spread = f"{min(taken):.0f} / {middle:.0f} / {max(taken):.0f}"
        table.add_row(page, f"{sizes[page]:,.0f}", spread, f"{middle / base:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
