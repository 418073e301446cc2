"""Measure, on a fake server, what the generated client can do: a row for each feature.

    PYTHONPATH=generated python bench/client_table.py [--markdown docs/client-table.md] [--only X]

Every row is a measurement, made with real connections; where it fails, the row says why. The exit
code is 1 where one does.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

import client_calls
import client_jobs
import client_manners
import layers_client
from client_sides import ROWS, NeedlessError, Row
from fake_server import fake_server

MODULES = (client_calls, client_jobs, client_manners)
"""Where the rows are, in the table's order."""
GOOD, BAD, NEEDLESS = "✓", "✗", "–"


class Measured(NamedTuple):
    """A row of the table."""

    name: str
    mark: str
    said: str


def measure(name: str, row: Row) -> Measured:
    """One row, on a fake server of its own."""
    try:
        with fake_server() as fake:
            return Measured(name, GOOD, row(fake))
    except NeedlessError as reason:
        return Measured(name, NEEDLESS, str(reason))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the feature is not there
        kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        return Measured(name, BAD, f"{kind}{error}")


def page(measured: Sequence[Measured]) -> str:
    """The table in Markdown."""
    count = Counter(each.mark for each in measured)
    lines = [
        "# What the client can do",
        "",
        f"layers-client {layers_client.__version__}, measured over real connections with a server",
        "that answers as it is told. Each row is a function in `bench/` that fails where the",
        "feature is missing. Made by",
        "",
        "```sh",
        'make bench ARGS="client-table --markdown docs/client-table.md"',
        "```",
        "",
        f"{count[GOOD]} are there, {count[BAD]} are not; {count[NEEDLESS]} are of no use here.",
        "",
        "| feature | | measured |",
        "|---|---|---|",
        *(f"| {each.name} | {each.mark} | {_cell(each.said)} |" for each in measured),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(measured: Sequence[Measured]) -> Table:
    """The same for a terminal."""
    result = Table("feature", "", "measured")
    for each in measured:
        result.add_row(*each)
    return result


def chosen(words: str | None) -> Iterator[tuple[str, Row]]:
    """The rows whose names have *words* in them."""
    for name, row in ROWS.items():
        if words is None or words.lower() in name.lower():
            yield name, row


def main() -> None:
    """Measure, print or write; exit code 1 where a feature is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there")
    parser.add_argument("--only", metavar="WORDS", help="rows with these words in their names")
    options = parser.parse_args()
    measured = [measure(name, row) for name, row in chosen(options.only)]
    if options.markdown:
        options.markdown.write_text(page(measured), encoding="utf-8")
    Console().print(table(measured))
    sys.exit(any(each.mark == BAD for each in measured))


if __name__ == "__main__":
    main()
