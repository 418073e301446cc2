"""A run by a document that has nothing to do with ours, on a server written by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.places import ROOT
from tests.helpers.predictions_server import EPOCH, Faults, Predictions

from layers_contract.judge.outcome import Outcome
from layers_contract.run import forecast, run, simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.target import TargetError, parse

SOUND = Faults()
MOST_RENDERS, MOST_REQUESTS = 60, 600
DOCUMENT = ROOT / "examples" / "predictions" / "openapi.yaml"


@cache
def predictions() -> Contract:
    """The contract of the second API."""
    return Contract(load(Path(DOCUMENT)))


def target(**more: Any) -> dict[str, Any]:
    """A target file that knows no more than where the server is, and two keys."""
    return {
        "url": "http://predictions.invalid",
        "api_key": "tk_own",
        "other_api_key": "tk_other",
        "expect": {"render_seconds": 20, "idempotency_window_seconds": 30 * 86400},
        **more,
    }


@cache
def judged(faults: Faults = SOUND, profile: str = "standard") -> Outcome:
    """What a run says of the server."""
    aim = parse(target(), "the test")
    server = Predictions(faults=faults)
    return simulate(predictions(), aim, server, epoch=EPOCH, profile=profile)


def violated(outcome: Outcome) -> set[str]:
    """The ids of what a run calls violated."""
    return {each.promise.id for each in outcome.judged if each.verdict == "violated"}


def test_a_sound_server_of_another_api_is_judged_and_not_accused() -> None:
    """The document alone is enough for lifecycles, keys, lists and access to be judged."""
    outcome = judged()
    held = {each.promise.id for each in outcome.judged if each.verdict == "held"}
    assert outcome.verdict == "held"
    assert held >= {
        *("prediction.first", "prediction.steps", "prediction.stays", "prediction.ends"),
        *("prediction.output-filled", "prediction.error-empty", "prediction.caused"),
        *("create-prediction.replay", "create-prediction.conflict", "create-prediction.in-flight"),
        *("list-predictions.pages", "list-predictions.limit", "list-predictions.order"),
        *("list-predictions.state", "auth.required", "schema.rejects-invalid"),
    }


def test_a_run_on_another_api_costs_no_more_than_it_may() -> None:
    """A standard run on a document of four operations stays within 60 renders, 600 requests."""
    outcome = judged()
    assert 10 <= outcome.generations <= MOST_RENDERS
    assert len(outcome.history) <= MOST_REQUESTS


def test_every_operation_of_another_api_is_called_with_success() -> None:
    """No operation of the document is left out, or only ever refused."""
    done = {e.operation for e in judged().history if e.succeeded and e.credential == "own"}
    assert done == set(predictions().operations)


@pytest.mark.parametrize(
    ("faults", "promise"),
    [
        (Faults(forgets_keys=True), "create-prediction.replay"),
        (Faults(cancels_ended=True), "prediction.stays"),
        (Faults(reopens=True), "prediction.stays"),
        (Faults(ignores_size=True), "list-predictions.limit"),
    ],
    ids=["forgets-keys", "cancels-ended", "reopens", "ignores-size"],
)
def test_a_fault_of_another_api_comes_to_light(faults: Faults, promise: str) -> None:
    """What the server does wrong gives the workload's own calls the occasion to show it."""
    assert promise in violated(judged(faults))


def test_a_run_of_which_every_creation_is_refused_is_no_verdict() -> None:
    """Valid calls that are all refused end the run unjudged, with how often and with what."""
    outcome = judged(Faults(refuses_create="Top up your credit."))
    assert outcome.verdict == "unjudged"
    assert "createPrediction calls were refused with 422" in (outcome.ended_early or "")


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_one_operation_that_refuses_everything_keeps_a_run_from_being_green(profile: str) -> None:
    """What the other operations have shown does not make up for it."""
    outcome = judged(Faults(refuses_cancel="Not today."), profile)
    said = outcome.ended_early or ""
    assert "cancelPrediction calls were refused with 422 INVALID: Not today." in said
    assert outcome.verdict != "held"
    assert said in outcome.notes


def test_a_story_that_gives_up_is_a_note_with_its_reason() -> None:
    """What the server said of the call that left a story without anything is in a note."""
    notes = " ".join(judged(Faults(refuses_create="Top up your credit.")).notes)
    assert "gave up (createPrediction was refused with 422 INVALID: Top up your credit.)" in notes


def test_what_still_runs_is_ended_by_what_the_document_has_for_it() -> None:
    """A run whose budget ends early leaves no prediction running."""
    aim = parse(target(budget={"generations": 6, "requests": 40}), "the test")
    server = Predictions(runs=500.0)
    simulate(predictions(), aim, server, epoch=EPOCH)
    assert server.made
    assert all(each.stopped is not None for each in server.made.values())


def test_a_server_that_may_only_be_read_is_only_read() -> None:
    """Without [allow] generate nothing but GET is sent."""
    aim = parse(target(allow={"generate": False}), "the test")
    outcome = simulate(predictions(), aim, Predictions(), epoch=EPOCH)
    assert {each.method for each in outcome.history} == {"GET"}


def test_a_sample_that_the_document_does_not_know_is_wrong_configuration() -> None:
    """The entry is named, with the names that the document knows."""
    aim = parse(target(samples={"predicton": "pre_1"}), "the test")
    with pytest.raises(TargetError, match=r"\[samples\] predicton.*did you mean prediction\?"):
        run(predictions(), aim)
    aim = parse(target(samples={"zebra": "z"}), "the test")
    with pytest.raises(TargetError, match=r"it may be one of .*failing_hook.*prediction"):
        forecast(predictions(), aim)


def test_what_fails_is_asked_for_with_the_text_of_the_target_file() -> None:
    """The failure ending is seen, and what it fills; without the entry it is not judged."""
    aim = parse(target(samples={"failing_hook": "[fail]"}), "the test")
    outcome = simulate(predictions(), aim, Predictions(), epoch=EPOCH)
    verdicts = {each.promise.id: each.verdict for each in outcome.judged}
    assert verdicts["prediction.error-filled"] == "held"
    assert outcome.verdict == "held"
    without = {each.promise.id: each.verdict for each in judged().judged}
    assert without["prediction.error-filled"] == "not_judged"
