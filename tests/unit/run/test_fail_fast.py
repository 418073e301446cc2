"""`--fail-fast`: a run ends at the first violation, and says so."""

from __future__ import annotations

from tests.helpers.histories import contract

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, background
from layers_contract.run import run
from layers_contract.run._watching import FIRST, GROWTH
from layers_contract.target import parse


def judged(*faults: str, fail_fast: bool = True) -> Outcome:
    """A quick run on a served mock."""
    with background(MockOptions(render=0.2, faults=faults)) as (_, values):
        return run(contract(), parse(values, "mock"), profile="quick", fail_fast=fail_fast)


def test_a_run_ends_at_the_first_violation() -> None:
    """It is violated, shorter than the whole one, and one note says what has stopped it."""
    found = judged("error-without-request-id")
    assert found.verdict == "violated"
    assert len(found.history) < len(judged("error-without-request-id", fail_fast=False).history)
    [note] = [each for each in found.notes if "--fail-fast" in each]
    assert "errors.shape is violated" in note


def test_a_sound_run_goes_on_to_its_end() -> None:
    """Nothing stops it, and it is green."""
    found = judged()
    assert found.verdict == "held"
    assert not [each for each in found.notes if "--fail-fast" in each]


def test_all_judging_meanwhile_costs_a_few_judgements_of_the_whole() -> None:
    """The sizes that are judged grow by a factor: their sum is three times the last at most."""
    sizes, size = [], float(FIRST)
    while size < 100_000:
        sizes.append(size)
        size *= GROWTH
    assert sum(sizes) <= 3 * sizes[-1]
