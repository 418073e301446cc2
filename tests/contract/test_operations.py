"""Each operation of the document, against the target."""

from __future__ import annotations

import pytest

from layers_contract.document import load
from layers_contract.outcome import Outcome
from layers_contract.report import script

SHAPE = ("schema.", "errors.")


@pytest.mark.parametrize("operation", sorted(load().operations))
def test_the_operation_answers_as_documented(outcome: Outcome, operation: str) -> None:
    """Every answer of the operation had a documented status, headers and shape."""
    if not outcome.coverage["operations"][operation]:
        pytest.skip("not judged: the run had no reason, or no leave, to call it")
    found = [
        violation
        for judged in outcome.judged
        if judged.promise.id.startswith(SHAPE)
        for violation in judged.violations
        if any(exchange.operation == operation for exchange in violation.exchanges)
    ]
    if found:
        lines = "\n".join(dict.fromkeys(each.message for each in found))
        pytest.fail(f"{lines}\n\n{script(outcome, found[0])}", pytrace=False)
