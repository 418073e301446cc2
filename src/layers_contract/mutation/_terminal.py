"""The proof in a terminal: how far it is, group by group, then the matrix, then what is wrong."""

from __future__ import annotations

import string
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from layers_contract.mutation._matrix import Line, Matrix, Proof
from layers_contract.mutation._variants import VariantRun

__all__ = ["Groups", "meter", "show", "show_variants"]

STYLES: Final = {"caught": "green", "fuzzed": "yellow", "missed": "bold red"}
FEW: Final = 12
"""So few faults are listed in words, however wide the terminal."""

STEPS: Final = 10
"""How often a pipe is told how far it is."""


@dataclass(frozen=True)
class Marks:
    """What the matrix is drawn with, in letters that the terminal has."""

    caught: str = "✓"
    fuzzed: str = "!"
    missed: str = "✗"
    own: str = "●"
    gap: str = "○"
    other: str = "•"
    none: str = "·"

    @classmethod
    def of(cls, console: Console) -> Marks:
        """The signs that *console* can print."""
        unicode = console.encoding.lower().replace("-", "").startswith("utf")
        return cls() if unicode else cls("+", "!", "X", "#", "O", "o", ".")


@contextmanager
def meter(console: Console, total: int) -> Iterator[Callable[[], None]]:
    """A bar with the count and the time left, while it goes on; lines now and then in a pipe."""
    if not console.is_terminal:
        yield _lines(console, total)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _lines(console: Console, total: int) -> Callable[[], None]:
    begun, done = time.monotonic(), 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done * STEPS // total > (done - 1) * STEPS // total and done < total:
            left = (time.monotonic() - begun) / done * (total - done)
            console.print(f"{done} of {total}, about {left:.0f} s left", style="dim")

    return advance


@dataclass
class Groups:
    """Prints a line for each group of faults as soon as all of it is proved."""

    console: Console
    expected: Counter[str]
    found: dict[str, list[Proof]] = field(default_factory=dict)

    def add(self, proof: Proof) -> None:
        """One more proof has come."""
        group = self.found.setdefault(proof.group, [])
        group.append(proof)
        if len(group) == self.expected[proof.group]:
            self._tell(proof.group, group)

    def _tell(self, name: str, group: Sequence[Proof]) -> None:
        marks = Marks.of(self.console)
        if not name:
            self._say(not group[0].violated, "the sound mock", _alarms_of(group[0]))
            return
        caught = sum(each.verdict == "caught" for each in group)
        alone = sum(each.alone for each in group)
        words = f"{caught} of {len(group)} caught, {alone} by their own invariant alone"
        self._say(caught == len(group), name, words)
        for each in group:
            if each.verdict != "caught":
                _print(self.console, f"    {marks.missed} {each.name}", STYLES[each.verdict])

    def _say(self, good: bool, name: str, words: str) -> None:
        marks = Marks.of(self.console)
        sign = (marks.caught, "green") if good else (marks.missed, "bold red")
        width = max(map(len, (*self.expected, "the sound mock")))
        _print(self.console, Text.assemble(sign, " ", (name.ljust(width), "bold"), "  ", words))


def _alarms_of(sound: Proof) -> str:
    return f"{_many(len(sound.violated), 'alarm')} in a strict run"


def show(console: Console, matrix: Matrix) -> None:
    """Print the matrix, what is wrong with it, and what it comes to."""
    console.print()
    if len(matrix.proofs) > FEW and console.width >= _Picture(console, matrix).width:
        _Picture(console, matrix).draw()
    else:
        _list(console, matrix)
    _shadowed(console, matrix)
    _wrong(console, matrix)
    console.print()
    style = "bold green" if matrix.holds else "bold red"
    for sentence in summary(matrix):
        _print(console, sentence, style)


def summary(matrix: Matrix) -> list[str]:
    """What it comes to, in a sentence or two."""
    proofs, failed = matrix.proofs, matrix.failed
    alone = sum(each.alone for each in proofs)
    said = [
        f"{len(proofs) - len(failed)} of {len(proofs)} faults caught by the invariant meant for"
        f" them, {alone} by it alone" + _alarms(matrix)
    ]
    if matrix.whole:
        lines, shadowed = len(matrix.lines), len(matrix.overshadowed)
        missing = len(matrix.unexplained)
        said.append(
            f"{lines - shadowed} of {lines} invariants catch a fault that no other sees;"
            f" {shadowed - missing} have a reason why not, {missing} have none"
        )
    return said


def _alarms(matrix: Matrix) -> str:
    return f"; {_many(len(matrix.alarms), 'alarm')} on the sound mock" if matrix.sound else ""


class _Picture:
    """Faults downwards, invariants across, a dot where one sees the other."""

    def __init__(self, console: Console, matrix: Matrix) -> None:
        self.console, self.matrix = console, matrix
        self.marks = Marks.of(console)
        self.groups = [(n, list(lines)) for n, lines in groupby(matrix.lines, lambda e: e.group)]
        self.label = max((len(each.name) for each in matrix.proofs), default=0) + 4
        self.width = self.label + len(matrix.lines) + len(self.groups)

    def draw(self) -> None:
        """Print it, with the letters of the groups above and what they stand for below."""
        letters = string.ascii_uppercase
        heads = (
            letter.ljust(len(lines) + 1)
            for letter, (_, lines) in zip(letters, self.groups, strict=False)
        )
        _print(self.console, " " * self.label + "".join(heads), "bold")
        for each in self.matrix.proofs:
            self.console.print(self._row(each), no_wrap=True, highlight=False)
        names = [f"{k} {n}" for k, (n, _) in zip(letters, self.groups, strict=False)]
        own, other = f"{self.marks.own} the one meant", f"{self.marks.other} another that saw it"
        self.console.print()
        self.console.print(Columns([own, other], padding=(0, 3)), style="dim")
        self.console.print(Columns(names, padding=(0, 3)), style="dim")

    def _row(self, proof: Proof) -> Text:
        sign = getattr(self.marks, proof.verdict)
        row = Text.assemble((sign, STYLES[proof.verdict]), " ", proof.name.ljust(self.label - 2))
        for _, lines in self.groups:
            for line in lines:
                row.append(*self._dot(proof, line))
            row.append(" ")
        return row

    def _dot(self, proof: Proof, line: Line) -> tuple[str, str]:
        if line.id == proof.breaks:
            own = self.marks.gap if proof.verdict == "missed" else self.marks.own
            return own, STYLES[proof.verdict]
        seen = line.id in proof.violated
        return (self.marks.other, "cyan") if seen else (self.marks.none, "dim")


def _list(console: Console, matrix: Matrix) -> None:
    """Each fault with its invariant, and the others that saw it."""
    marks = Marks.of(console)
    width = max((len(each.name) for each in matrix.proofs), default=0)
    for name, group in groupby(matrix.proofs, lambda each: each.group):
        _print(console, name, "bold")
        for each in group:
            sign = (getattr(marks, each.verdict), STYLES[each.verdict])
            line = Text.assemble(sign, f" {each.name.ljust(width)}  {each.breaks}")
            _print(console, line if each.also else line.append("  alone", "dim"))
            if each.also:
                _print(console, f"and {', '.join(each.also)}", "dim", indent=4)


def _shadowed(console: Console, matrix: Matrix) -> None:
    shown = [line for line in matrix.overshadowed if line.id in matrix.shadows]
    if not matrix.whole or not shown:
        return
    console.print()
    _print(console, "Never the only one to see a fault, and why:", "bold")
    for line in shown:
        _print(console, line.id, indent=2)
        _print(console, matrix.shadows[line.id], "dim", indent=4)


def _wrong(console: Console, matrix: Matrix) -> None:
    for each in matrix.failed:
        _failed(console, each)
    for promise in matrix.alarms:
        _titled(console, "false alarm", promise, "The sound mock was accused of breaking this.")
    for line in matrix.unexplained:
        why = "No fault is seen by it alone, and mutation/_shadows.py gives no reason."
        _titled(console, "no fault of its own", line.id, why)
    for name in matrix.outdated:
        why = "mutation/_shadows.py says that no fault is seen by it alone, but one is."
        _titled(console, "outdated reason", name, why)


def _failed(console: Console, proof: Proof) -> None:
    what = {"missed": "missed", "fuzzed": "seen by nothing but Schemathesis"}[proof.verdict]
    _titled(console, what, proof.name, proof.sentence)
    _print(console, f"meant for {proof.breaks}; seen by {_all(proof.also)}", "dim", indent=2)
    if proof.checks:
        _print(console, f"Schemathesis' own checks: {_all(proof.checks)}", "dim", indent=2)
    _print(console, f"layers-contract mock --fault {proof.name}", "dim", indent=2)


def _all(names: Iterable[str]) -> str:
    return ", ".join(names) or "nobody"


def _titled(console: Console, what: str, name: str, why: str) -> None:
    console.print()
    _print(console, Text.assemble((what, "bold red"), "  ", (name, "bold")))
    _print(console, why, indent=2)


def show_variants(console: Console, found: Sequence[VariantRun]) -> None:
    """Print the alarms, and how many runs had none."""
    alarmed = [each for each in found if each.alarms]
    for each in alarmed:
        console.print()
        seed = f" (seed {each.seed})" if each.variants else ""
        _print(console, Text.assemble(("false alarm", "bold red"), "  ", (each.name, "bold"), seed))
        for promise, said in each.alarms:
            _print(console, f"{promise}: {said}", indent=2)
    kinds = Counter(len(each.variants) for each in found)
    words = {0: "of the plain mock", 1: "of a variant alone", 2: "of two variants"}
    counted = ", ".join(f"{n} {words.get(k, f'of {k} variants')}" for k, n in sorted(kinds.items()))
    alarms = sum(len(each.alarms) for each in found)
    style = "bold red" if alarms else "bold green"
    _print(console, f"{_many(len(found), 'run')} ({counted}): {_many(alarms, 'alarm')}", style)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _print(console: Console, text: str | Text, style: str = "", indent: int = 0) -> None:
    """Print a paragraph, wrapped under an indent, with nothing in it read as markup."""
    content = Text(text, style=style) if isinstance(text, str) else text
    console.print(Padding(content, (0, 0, 0, indent), expand=False), highlight=False)
