"""Each invariant of the catalogue, against the target."""

from __future__ import annotations

import pytest

from layers_contract.invariants import CATALOGUE
from layers_contract.outcome import Outcome
from layers_contract.report import script


@pytest.mark.parametrize("promise", sorted(CATALOGUE))
def test_the_server_keeps_the_promise(outcome: Outcome, promise: str) -> None:
    """The promise was kept on every occasion that the run gave it."""
    judged = next(each for each in outcome.judged if each.promise.id == promise)
    if judged.verdict == "not_judged":
        pytest.skip(f"not judged: {judged.reason}")
    if judged.violations:
        first = judged.violations[0]
        pytest.fail(
            f"{judged.promise.statement} ({judged.source})\n{first.message}\n"
            f"broken on {len(judged.violations)} of {judged.occasions} occasions\n\n"
            f"{script(outcome, first)}",
            pytrace=False,
        )
