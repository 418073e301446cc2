"""Two pages for the docs: what proves the checks, and the catalogue with what proves each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from layers_contract.judge.invariants import CATALOGUE
from layers_contract.mock import FAULTS
from layers_contract.mutation._matrix import Line, Matrix, Proof, catalogue
from layers_contract.mutation._trial import contract

__all__ = ["catalogue_page", "proof_page"]

DOCUMENT: Final = "../openapi/layers.yaml"


def proof_page(matrix: Matrix) -> str:
    """The matrix in words, for reading."""
    caught = len(matrix.proofs) - len(matrix.failed)
    alone = sum(each.alone for each in matrix.proofs)
    lines = [
        "# Can the checks fail?",
        "",
        "The mock breaks one promise at a time, and a run of the contract has to notice, by the",
        "invariant meant for it. This page is what `make faults` found:",
        "",
        "```sh",
        'make faults ARGS="--markdown docs/proof.md --html proof.html"',
        "```",
        "",
        f"**{caught} of {len(matrix.proofs)}** faults were caught, {alone} by their own invariant",
        f"alone. A strict run of the sound mock raised **{len(matrix.alarms)}** alarms.",
        "",
        *_table(("group", "faults", "caught", "by one alone"), _groups(matrix.proofs)),
        *_reasons(matrix),
        *_faults(matrix),
    ]
    return "\n".join(lines).rstrip() + "\n"


def catalogue_page() -> str:
    """Every invariant: what it says, where that comes from, and which faults prove it."""
    proved: dict[str, list[str]] = {name: [] for name in CATALOGUE}
    for fault in FAULTS.values():
        proved[fault.breaks].append(fault.name)
    invariants = catalogue()
    lines = [
        "# The invariants",
        "",
        f"A run judges a server by {len(invariants)} promises, each by a function of its own.",
        "`seed` and `linked` stand on the API's pages, `derived` follows from those by logic, and",
        "`assumed` fails nothing unless a run is strict. The place is a JSON Pointer into",
        f"[the document]({DOCUMENT}); the faults are the mock's (`layers-contract mock --fault`),",
        "and [proof.md](proof.md) tells what caught each.",
        "",
        "Made by `layers-contract invariants --markdown`.",
        *_invariants(invariants, proved),
        *_unobservable(),
    ]
    return "\n".join(lines) + "\n"


def _unobservable() -> Iterator[str]:
    """The promises that no run judges."""
    yield from ("", "## Not observable over HTTP", "")
    yield from ("| promise | source | | why no run can judge it |", "|---|---|---|---|")
    for each in contract().document.promises.values():
        if each.unobservable:
            yield f"| `{each.id}` | {each.source} | {each.statement} | {each.unobservable} |"


def _invariants(lines: Sequence[Line], proved: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name, group in groupby(lines, lambda each: each.group):
        yield from ("", f"## {name}")
        for each in group:
            yield from ("", f"**`{each.id}`** – {each.statement}", "")
            yield f"{each.source}, at `{each.at}`; proved by {_names(proved[each.id])}"


def _groups(proofs: Sequence[Proof]) -> Iterator[tuple[object, ...]]:
    for name, group in groupby(proofs, lambda each: each.group):
        found = list(group)
        caught = sum(each.verdict == "caught" for each in found)
        yield name, len(found), caught, sum(each.alone for each in found)


def _reasons(matrix: Matrix) -> Iterator[str]:
    shown = [line for line in matrix.overshadowed if line.id in matrix.shadows]
    if matrix.whole and shown:
        told = "No fault is seen by these invariants alone."
        yield from ("## Never alone, and why", "", told, "")
        yield from _table(
            ("invariant", "why"), ((f"`{line.id}`", matrix.shadows[line.id]) for line in shown)
        )


def _faults(matrix: Matrix) -> Iterator[str]:
    for name, group in groupby(matrix.proofs, lambda each: each.group):
        yield from (f"## {name}", "")
        rows = (
            (f"`{each.name}`", each.sentence, f"{_sign(each)}`{each.breaks}`", _names(each.also))
            for each in group
        )
        yield from _table(("fault", "what goes wrong", "meant for", "also seen by"), rows)


def _sign(proof: Proof) -> str:
    return "" if proof.verdict == "caught" else f"**{proof.verdict}** "


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in names) or "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(_cell(each) for each in row)} |"
    yield ""


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("<", "&lt;")
