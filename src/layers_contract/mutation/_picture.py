"""The matrix, drawn: faults downwards, invariants across, a square where one sees the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from layers_contract.mutation._matrix import Line, Matrix, Proof
from layers_contract.report import safe

__all__ = ["STYLE", "picture"]

CELL: Final = 10
GAP: Final = 4
"""Between two groups."""
NAMES: Final = 190
HEADS: Final = 176
SLOPE: Final = 60

STYLE: Final = """
.told { max-width: 68ch; margin-top: 8px; }
.wide-picture { overflow-x: auto; }
.matrix { width: 100%; min-width: 860px; display: block; }
.matrix text { fill: var(--soft); font: 8.4px ui-monospace, SFMono-Regular, Menlo, Consolas,
  monospace; }
.matrix .group { fill: var(--ink); font: 600 10px system-ui, sans-serif; }
.matrix .missed { fill: var(--bad); font-weight: 700; }
.matrix .band { fill: var(--code); }
.matrix .home { fill: var(--good-wash); }
.matrix .guide { stroke: var(--line); stroke-width: .6; }
.matrix .own { fill: var(--good); } .matrix .other { fill: var(--calm); fill-opacity: .75; }
.matrix .fuzzed { fill: var(--open); }
.matrix .gap { fill: none; stroke: var(--bad); stroke-width: 1.6; }
.key.own { --hue: var(--good); } .key.other { --hue: var(--calm); } .key.gap { --hue: var(--bad); }
.matrix g.row:hover text { fill: var(--ink); font-weight: 700; }
.matrix g.row:hover .guide { stroke: var(--soft); }
"""


class _Axis:
    """Where each thing stands along one side, with a gap between groups."""

    def __init__(self, start: int, groups: Sequence[tuple[str, list[str]]]) -> None:
        self.at: dict[str, int] = {}
        self.bands: list[tuple[str, int, int]] = []
        for group, names in groups:
            self.bands.append((group, start, CELL * len(names)))
            self.at |= {name: start + CELL * number for number, name in enumerate(names)}
            start += CELL * len(names) + GAP
        self.end = start - GAP if groups else start


def picture(matrix: Matrix) -> str:
    """The matrix as SVG; each square names its fault and its invariant."""
    across = _Axis(NAMES, _grouped([(line.group, line.id) for line in matrix.lines]))
    down = _Axis(HEADS, _grouped([(each.group, each.name) for each in matrix.proofs]))
    shown = {each.group for each in matrix.proofs}
    parts = [
        *_bands(across, down),
        *(_head(line, across) for line in matrix.lines),
        *(_row(each, across, down) for each in matrix.proofs),
    ]
    label = f"{len(matrix.proofs)} faults in {len(shown)} groups, and which invariants saw them"
    return (
        f'<div class="wide-picture"><svg class="matrix" viewBox="0 0 {across.end + SLOPE}'
        f' {down.end + GAP}" role="img" aria-label="{label}">{"".join(parts)}</svg></div>'
    )


def _grouped(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    return [(n, [name for _, name in found]) for n, found in groupby(pairs, lambda p: p[0])]


def _bands(across: _Axis, down: _Axis) -> Iterator[str]:
    """A stripe for each group of invariants, and a lighter place where it meets its own faults."""
    height = down.end - HEADS
    for _, x, width in across.bands:
        yield f'<rect class="band" x="{x}" y="{HEADS}" width="{width}" height="{height}"/>'
    homes = {name: (x, width) for name, x, width in across.bands}
    for name, y, tall in down.bands:
        x, width = homes[name]
        yield f'<rect class="home" x="{x}" y="{y}" width="{width}" height="{tall}"/>'


def _head(line: Line, across: _Axis) -> str:
    x, y = across.at[line.id] + CELL - 2, HEADS - 5
    return (
        f'<text transform="translate({x} {y}) rotate(-70)">{safe(line.id)}'
        f"<title>{safe(line.statement)}</title></text>"
    )


def _row(proof: Proof, across: _Axis, down: _Axis) -> str:
    y = down.at[proof.name]
    middle = y + CELL / 2
    kind = "" if proof.verdict == "caught" else ' class="missed"'
    last = max((across.at[name] for name in (*proof.violated, proof.breaks)), default=NAMES)
    cells = "".join(
        _cell(proof, name, across.at[name], y) for name in {*proof.violated, proof.breaks}
    )
    return (
        f'<g class="row"><title>{safe(proof.sentence)}</title>'
        f'<line class="guide" x1="{NAMES}" x2="{last}" y1="{middle}" y2="{middle}"/>'
        f'<text{kind} x="{NAMES - 6}" y="{y + CELL - 2.2}" text-anchor="end">{safe(proof.name)}'
        f"</text>{cells}</g>"
    )


def _cell(proof: Proof, name: str, x: int, y: int) -> str:
    kind = "other"
    if name == proof.breaks:
        kind = {"caught": "own", "fuzzed": "fuzzed", "missed": "gap"}[proof.verdict]
    return (
        f'<rect class="{kind}" x="{x + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}"'
        f' rx="2"><title>{safe(proof.name)}: {safe(name)}</title></rect>'
    )
