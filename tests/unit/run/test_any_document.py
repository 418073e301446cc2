"""Documents that nothing here was written for: sound mocks violate nothing, faults are seen."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.files import DocumentFiles
from layers_contract.target import parse

DOCUMENTS: Final = {
    "predictions": ROOT / "examples/predictions/openapi.yaml",
    "exports": ROOT / "tests/documents/exports.yaml",
    "transcripts": ROOT / "tests/documents/transcripts.yaml",
}
"""A job that is its own result; one in a member of the 202; a job, its container and a review."""
FAULTS: Final = {
    "predictions": ("prediction.stays-reopened", "create-prediction.replay-forgets"),
    "exports": ("export.refused-done", "exports.from-ignored"),
    "transcripts": ("transcript.text-empty-wrong", "list-transcripts.order-reversed"),
}


@cache
def judged(path: Path, *faults: str) -> Outcome:
    """A strict standard run on the mock of a document, in simulated time."""
    files = DocumentFiles(path)
    options = MockOptions(render=20.0, latency=0.05, seed=7, files=files, faults=faults)
    return simulate(
        Contract(files.load()),
        parse(target_of(options, "http://mock.invalid"), "mock"),
        app(options, TrioClock()),
        epoch=SIMULATED_EPOCH,
        strict=True,
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sound_mock_of_any_document_violates_nothing(name: str) -> None:
    """Not even an assumption; and what the document states is judged, not passed over."""
    outcome = judged(DOCUMENTS[name])
    said = {each.promise.id: each for each in outcome.judged}
    assert [n for n, each in said.items() if each.violations or each.differences] == []
    unjudged = {n for n, each in said.items() if each.verdict == "not_judged"}
    assert len(unjudged) <= len(said) / 6, unjudged
    assert all(each.reason for each in said.values() if each.verdict == "not_judged")


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n, all_ in FAULTS.items() for f in all_])
def test_a_fault_of_any_document_is_seen_by_the_rule_that_it_breaks(name: str, fault: str) -> None:
    """Nobody wrote the fault, or the check, for this document."""
    broken = {e.promise.id for e in judged(DOCUMENTS[name], fault).judged if e.violations}
    assert fault.rpartition("-")[0] in broken


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_run_costs_little(name: str) -> None:
    """Fewer than 60 renders and 1,500 requests, whatever the document has."""
    outcome = judged(DOCUMENTS[name])
    assert outcome.generations <= 60
    assert len(outcome.history) <= 1500
