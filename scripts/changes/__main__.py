"""Show that the gate stops each seeded breaking change and passes each harmless one.

    python -m scripts.changes [DOCUMENT]      openapi/layers.yaml unless told

Prints a table. Exit code 0 when every seed is rated as it must be, for the right reason; 1 when one
is not; 2 when something is missing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from scripts.changes import diff
from scripts.changes.proof import Proof, prove
from scripts.changes.seeds import SEEDS
from scripts.problems import PublishError

_STYLES: Final = {"breaking": "red", "addition": "green", "wording": "cyan"}


def main() -> None:
    """Prove the gate on the document named, or on that of this repository."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "openapi/layers.yaml")
    began = time.monotonic()
    try:
        proofs = _proofs(path)
    except PublishError as error:
        print(f"changes: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 140)
    console.print(_table(proofs))
    wrong = [proof for proof in proofs if proof.wrong]
    for proof in wrong:
        console.print(f"✗ {proof.seed.name}: {proof.wrong}", markup=False)
    console.print(_summary(proofs, wrong, time.monotonic() - began))
    sys.exit(1 if wrong else 0)


def _proofs(path: Path) -> list[Proof]:
    document, done = diff.read(path), count(1)

    def told() -> None:
        number = next(done)
        if sys.stderr.isatty() or number % 11 == 0:
            end = "\r" if sys.stderr.isatty() and number < len(SEEDS) else "\n"
            print(f"{number} of {len(SEEDS)} changes", end=end, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        return list(prove(document, SEEDS, Path(folder), told))


def _table(proofs: list[Proof]) -> Table:
    table = Table(title="What the gate makes of a minor version with one change")
    for column in ("change", "part", "rated", "verdict", "rule", "operations"):
        table.add_column(column, no_wrap=column != "operations")
    for proof in proofs:
        if not proof.seed.breaking and table.rows and not table.rows[-1].end_section:
            table.rows[-1].end_section = _is_first_harmless(proofs, proof)
        table.add_row(*_cells(proof))
    return table


def _is_first_harmless(proofs: list[Proof], proof: Proof) -> bool:
    return proof is next(each for each in proofs if not each.seed.breaking)


def _cells(proof: Proof) -> tuple[str, ...]:
    rating = f"[{_STYLES.get(proof.rating, 'yellow')}]{proof.rating}[/]"
    verdict = "refused" if proof.refused else "passed"
    reason = proof.reason
    reached = reason.operations if reason else ()
    operations = ", ".join(reached) if len(reached) < 3 else f"{len(reached)} operations"
    return (
        f"{'✗' if proof.wrong else '✓'} {proof.seed.name}",
        proof.seed.part,
        rating,
        verdict,
        reason.rule if reason else "–",
        operations or "the whole API",
    )


def _summary(proofs: list[Proof], wrong: list[Proof], seconds: float) -> str:
    refused = sum(proof.seed.breaking and proof.refused for proof in proofs)
    passed = sum(not proof.seed.breaking and not proof.refused for proof in proofs)
    breaking = sum(proof.seed.breaking for proof in proofs)
    return (
        f"{refused} of {breaking} breaking changes refused, {passed} of {len(proofs) - breaking}"
        f" harmless ones passed; {len(wrong)} not as it must be; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
