"""The figures of `bench/client.py` as people read them: in the terminal, and on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from rich.box import SIMPLE_HEAD
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One line of a table, as people read it."""

    what: str
    figure: str
    spread: str = ""
    more: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None

    @property
    def cells(self) -> list[str]:
        """The line's cells."""
        goal = self.goal if self.met is None else f"{self.goal} {'✓' if self.met else '✗'}"
        return [self.what, self.figure, self.spread, self.more, self.ratio, goal]


@dataclass(frozen=True)
class Section:
    """A table: what it is about, the heads of its columns from the second on, its rows."""

    title: str
    heads: tuple[str, str, str, str]
    rows: list[Row]

    @property
    def columns(self) -> list[str]:
        """The heads of all columns."""
        figure, spread, more, beside = self.heads
        return ["", figure, spread, more, beside, "goal"]

    @property
    def lines(self) -> list[list[str]]:
        """The heads and the rows, without the columns that are empty."""
        cells = [row.cells for row in self.rows]
        used = [any(column) for column in zip(*cells, strict=True)]
        return [list(compress(line, used)) for line in (self.columns, *cells)]


def table(section: Section) -> Table:
    """A section for the terminal."""
    result = Table(
        title=section.title, title_justify="left", box=SIMPLE_HEAD, collapse_padding=True
    )
    heads, *rows = section.lines
    for number, head in enumerate(heads):
        result.add_column(head, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        result.add_row(*row)
    return result


def markdown(title: str, introduction: list[str], sections: list[Section]) -> str:
    """A page with all sections."""
    lines = [f"# {title}", "", *introduction]
    for section in sections:
        lines += ["", f"## {section.title}", "", *_table(section)]
    return "\n".join(lines) + "\n"


def _table(section: Section) -> Iterator[str]:
    heads, *rows = section.lines
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
