"""The faults of the generic mock: each rule of any document can be broken, and is seen to be."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from layers_contract.mock import FAULTS, MockError, MockOptions, app, faults_of, words_of
from layers_contract.mock.generic.faults._registry import MAKERS
from layers_contract.mutation import prove
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.spec.files import SHIPPED, DocumentFiles
from layers_contract.spec.rules import unnamed

PREDICTIONS: Final = DocumentFiles(Path(__file__).parents[3] / "examples/predictions/openapi.yaml")
NOT_THERE: Final = frozenset({"schema.headers"})
"""Rules that the document gives nothing to break in: it requires no header."""


@cache
def contract() -> Contract:
    return Contract(load(PREDICTIONS.document))


def test_every_rule_of_a_document_has_a_fault() -> None:
    """No rule stands in the verdict of which nobody has seen that it can be broken."""
    broken = {each.breaks for each in faults_of(words_of(PREDICTIONS)).values()}
    assert set(unnamed(contract())) - broken == NOT_THERE


def test_a_fault_is_named_after_its_rule() -> None:
    """The rule's id begins the name, and is what the fault breaks where no promise states it."""
    for name, fault in faults_of(words_of(PREDICTIONS)).items():
        assert name == fault.name
        assert name.startswith(f"{fault.breaks}-")
        assert fault.sentence.endswith(".")


def test_our_own_document_keeps_the_faults_of_its_tuned_mock() -> None:
    """What serves the document as it ships has the faults that were written for it."""
    assert faults_of(words_of(SHIPPED)) is FAULTS


def test_no_two_makers_of_a_kind_have_one_name() -> None:
    """A fault's name tells which of the ways to break a rule it is."""
    names = [(each.kind, each.slug, each.rules) for each in MAKERS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name",
    [
        "prediction.steps-back",
        "prediction.ends-never",
        "prediction.error-filled-wrong",
        "list-predictions.pages-lost",
        "create-prediction.replay-forgets",
        "auth.tenancy-leaks",
    ],
)
def test_a_fault_is_caught_by_what_it_breaks(name: str) -> None:
    """A standard run in simulated time finds it, and names the rule."""
    found = prove(name, PREDICTIONS)
    assert found.breaks in found.violated
    assert found.simulated


def test_an_unknown_fault_is_refused_with_the_nearest_ones() -> None:
    """A misspelt name is one line that helps, for any document."""
    options = MockOptions(files=PREDICTIONS, faults=("prediction.step-back",))
    with pytest.raises(MockError, match=r"did you mean prediction\.steps-back"):
        app(options)


def test_faults_can_be_put_together() -> None:
    """A mock breaks several rules at once."""
    names = ("prediction.steps-back", "list-predictions.limit-more")
    served = app(MockOptions(files=PREDICTIONS, faults=names))
    assert {each.__name__ for each in type(served.behaviour).__mro__} >= {"Back", "More"}
