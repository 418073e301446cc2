"""The proof as one page that needs no network: the matrix drawn, and every fault in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from layers_contract.mutation._matrix import Line, Matrix, Proof
from layers_contract.mutation._picture import STYLE, picture
from layers_contract.report import page, safe

__all__ = ["to_html"]

KEYS: Final = (
    ("own", "the invariant meant for the fault"),
    ("other", "another one that saw it, too"),
    ("gap", "meant for it, and blind"),
)
VERDICTS: Final = {"caught": "✓", "fuzzed": "!", "missed": "✗"}
KINDS: Final = {"caught": "held", "fuzzed": "not_judged", "missed": "violated"}


def to_html(matrix: Matrix) -> str:
    """The matrix as a self-contained page without scripts."""
    sections = (
        _head(matrix),
        _wrong(matrix),
        _section("Which invariant sees which fault", _drawn(matrix)),
        _section("Never the only one to see a fault, and why", _reasons(matrix)),
        _section("Every fault", _faults(matrix)),
    )
    return page("The proof of the contract's checks", sections, STYLE)


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _head(matrix: Matrix) -> str:
    kind, verdict = ("held", "Proved") if matrix.holds else ("violated", "Not proved")
    told = (
        "The mock breaks one promise at a time, and a run of the contract has to notice, by the"
        " very invariant that watches the promise. The mock without a fault must be accused of"
        " nothing, however strict the run."
    )
    return (
        '<header><div class="top"><h1>Can the checks fail?</h1>'
        f'<span class="badge {kind}">{verdict}</span></div>'
        f'<p class="soft told">{told}</p>{_tiles(matrix)}</header>'
    )


def _tiles(matrix: Matrix) -> str:
    tiles = [
        ("faults", len(matrix.proofs), ""),
        ("caught", len(matrix.proofs) - len(matrix.failed), "held"),
        ("not caught", len(matrix.failed), "violated"),
        ("false alarms", len(matrix.alarms), "violated"),
        ("seen by one alone", sum(each.alone for each in matrix.proofs), ""),
        ("invariants", len(matrix.lines), ""),
    ]
    return '<div class="tiles">' + "".join(_tile(*each) for each in tiles) + "</div>"


def _tile(name: str, value: int, kind: str) -> str:
    zero = "" if value else " zero"
    return f'<div class="tile{zero}"><b class="{kind}">{value}</b><small>{name}</small></div>'


def _wrong(matrix: Matrix) -> str:
    cards = [
        *(_failed(each) for each in matrix.failed),
        *(_card(name, "The sound mock was accused of breaking this.") for name in matrix.alarms),
        *(
            _card(line.id, "No fault is seen by it alone, and there is no reason why not.")
            for line in matrix.unexplained
        ),
    ]
    return _section("What is wrong", "".join(cards))


def _failed(proof: Proof) -> str:
    why = {"missed": "was not seen by", "fuzzed": "was proved by Schemathesis alone to"}
    who = ", ".join(proof.also) or "nobody"
    return _card(
        proof.name,
        f"{proof.sentence} This {why[proof.verdict]} {proof.breaks}; seen by {who}.",
    )


def _card(title: str, told: str) -> str:
    return (
        f'<div class="card break"><h3 class="mono">{safe(title)}</h3>'
        f'<div class="why">{safe(told)}</div></div>'
    )


def _drawn(matrix: Matrix) -> str:
    keys = "".join(f'<span class="key {kind}">{words}</span>' for kind, words in KEYS)
    drawn = picture(matrix)
    return f'<div class="card"><p class="keys">{keys}</p>{drawn}</div>' if matrix.proofs else ""


def _reasons(matrix: Matrix) -> str:
    rows = [
        f'<tr><td><span class="mono">{safe(line.id)}</span><br><small>{safe(line.statement)}'
        f"</small></td><td>{safe(matrix.shadows[line.id])}</td></tr>"
        for line in matrix.overshadowed
        if line.id in matrix.shadows
    ]
    return _table(rows) if matrix.whole else ""


def _table(rows: Iterable[str]) -> str:
    written = "".join(rows)
    return f'<div class="card"><table>{written}</table></div>' if written else ""


def _faults(matrix: Matrix) -> str:
    lines = {line.id: line for line in matrix.lines}
    drawn = (_group(n, list(g), lines) for n, g in groupby(matrix.proofs, lambda e: e.group))
    return f'<div class="card">{"".join(drawn)}</div>' if matrix.proofs else ""


def _group(name: str, proofs: Sequence[Proof], lines: dict[str, Line]) -> str:
    caught = sum(each.verdict == "caught" for each in proofs)
    missed = len(proofs) - caught
    tally = f'<span class="held">✓ {caught}</span>'
    tally += f'<span class="violated">✗ {missed}</span>' if missed else ""
    rows = "".join(_row(each, lines[each.breaks]) for each in proofs)
    return (
        f'<details class="fold"><summary><h3>{safe(name)}</h3>{tally}</summary>'
        f"<table>{rows}</table></details>"
    )


def _row(proof: Proof, line: Line) -> str:
    also = ", ".join(proof.also) if proof.also else "nobody else"
    return (
        f'<tr><td class="sign {KINDS[proof.verdict]}">{VERDICTS[proof.verdict]}</td>'
        f'<td>{safe(proof.sentence)}<br><small class="mono">{safe(proof.name)}</small></td>'
        f"<td>{safe(line.statement)}<br>"
        f'<small><span class="mono">{safe(line.id)}</span> · also seen by {safe(also)}</small>'
        "</td></tr>"
    )
