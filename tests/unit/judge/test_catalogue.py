"""What a verdict is about, on any document: promises, rules, and what a document lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import GONE, Tape, contract
from tests.helpers.predictions import Recorder, plain, prediction

from layers_contract.judge.catalogue import catalogue, misfits
from layers_contract.judge.invariants import CATALOGUE
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.recordings import RecordingError, read_webhooks
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load
from layers_contract.spec.rules import rules

Json = Any


def shipped() -> dict[str, Json]:
    """The shipped document, to be changed."""
    return deepcopy(load().raw)


def told() -> Tape:
    """A history with something of everything."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.again(made)
    tape.read(made, "generating")
    tape.poll(made)
    tape.read(made, "completed")
    tape.read(made, "completed")
    tape.regenerate(made)
    tape.read(made, "generating")
    tape.page()
    tape.call("cancelJob", {"jobId": made.job}, status=202, answer={"accepted": True})
    tape.call("archiveProject", {"projectId": made.project}, status=404)
    return tape


def judged(raw: dict[str, Json], tape: Tape) -> dict[str, Judged]:
    """The verdicts on a history, by a document."""
    found = judge(Contract(Document(raw)), tape.history, tape.expect)
    return {each.promise.id: each for each in found}


def test_the_shipped_document_is_judged_by_the_catalogue_alone() -> None:
    """Each promise has a check of its own, each rule is stated by a promise, and all fit."""
    known = catalogue(contract())
    assert list(known) == list(CATALOGUE)
    assert not list(misfits(contract()))


def test_the_rules_of_another_document_are_its_catalogue() -> None:
    """Without a promise in words every rule stands in the verdict, and nothing else."""
    known = Contract(Document(plain()))
    assert set(catalogue(known)) == set(rules(known))
    assert all(item.checks for item in catalogue(known).values())


def test_a_promise_is_judged_by_the_rules_that_it_states() -> None:
    """Rules that a promise states are judged under its id, and no more under their own."""
    raw = plain()
    promise = {"id": "my.lists", "statement": "Lists are short.", "source": "seed"}
    raw["x-promises"] = [{**promise, "rules": ["list-predictions.*"]}]
    tape = Recorder(raw)
    tape.page({}, {}, query=[("size", "1")])
    found = tape.verdicts()
    assert found["my.lists"].verdict == "violated"
    assert not [name for name in found if name.startswith("list-predictions.")]


def test_a_promise_that_nothing_judges_is_not_judged() -> None:
    """A promise with neither check nor rules stays in the verdict, and is never held."""
    raw = plain()
    raw["x-promises"] = [{"id": "my.own", "statement": "It is good.", "source": "seed"}]
    found = Recorder(raw).verdicts()["my.own"]
    assert (found.verdict, found.reason) == ("not_judged", "there is no check for it")


def test_a_promise_that_has_left_the_document_has_left_the_verdict() -> None:
    """A check whose promise is gone is not run."""
    raw = shipped()
    container = raw["components"]["schemas"]["Container"]
    container["x-promises"] = [e for e in container["x-promises"] if e["id"] != "container.urls"]
    assert "container.urls" not in judged(raw, told())


def test_a_check_whose_field_has_moved_is_not_judged() -> None:
    """It says what it reads and where that is no more; what rules can judge, they do."""
    raw = shipped()
    container = raw["components"]["schemas"]["Container"]
    container["properties"]["media"] = container["properties"].pop("assets")
    found = judged(raw, told())["container.urls"]
    assert found.verdict == "not_judged"
    assert found.reason == ("container.urls reads /assets/*/id, which no schema of a container has")
    known = {promise.id for promise, _ in misfits(Contract(Document(raw)))}
    assert {"container.urls", "container.assets", "asset.own"} <= known


@pytest.mark.parametrize("place", [0, 1])
def test_each_container_of_a_job_is_judged(place: int) -> None:
    """Of a job that names several containers in a list each one tells the same story."""
    raw = shipped()
    raw["components"]["schemas"]["Job"]["x-resource"]["container"] = "/containerIds/*"
    names, tape = ["cnt_a", "cnt_b"], Tape()
    made = tape.generate(envelope={"containerId": GONE, "containerIds": names})
    tape.poll(made, "running", {"containerId": GONE, "containerIds": names})
    tape.poll(made, "completed", {"containerId": GONE, "containerIds": names})
    for number, name in enumerate(names):
        tape.read(replace(made, container=name), "queued" if number == place else "completed")
    found = judged(raw, tape)
    assert found["job.one-story"].verdict == "violated"
    assert names[place] in found["job.one-story"].violations[0].message
    assert found["lifecycle.order"].verdict != "violated"


def _without_keys(raw: dict[str, Json]) -> None:
    del raw["x-idempotency"]
    for item in raw["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("x-idempotent", None)


def _without(extension: str) -> Callable[[dict[str, Json]], None]:
    def change(raw: dict[str, Json]) -> None:
        for item in raw["paths"].values():
            for operation in item.values():
                if isinstance(operation, dict):
                    operation.pop(extension, None)

    return change


def _without_lifecycles(*names: str) -> Callable[[dict[str, Json]], None]:
    def change(raw: dict[str, Json]) -> None:
        for name in names:
            raw["components"]["schemas"][name].pop("x-lifecycles", None)

    return change


def _without_path(*paths: str) -> Callable[[dict[str, Json]], None]:
    def change(raw: dict[str, Json]) -> None:
        for path in paths:
            raw["paths"] = {name: v for name, v in raw["paths"].items() if path not in name}

    return change


def _without_mirror(raw: dict[str, Json]) -> None:
    raw["components"]["schemas"]["Container"]["x-lifecycles"]["render"].pop("mirrors")


def _without_gate(raw: dict[str, Json]) -> None:
    raw["components"]["schemas"]["Container"]["x-lifecycles"]["approval"].pop("gate")


def _without_codes(raw: dict[str, Json]) -> None:
    for schema in raw["components"]["schemas"].values():
        schema.pop("x-error-codes", None)


@pytest.mark.parametrize(
    "change",
    [
        _without_keys,
        _without("x-pagination"),
        _without("x-polling"),
        _without("x-starts"),
        _without_lifecycles("Container"),
        _without_lifecycles("Job"),
        _without_mirror,
        _without_gate,
        _without_codes,
        _without_path("/jobs"),
        _without_path("/assets/"),
        _without_path("/approval-policy"),
        _without_path("/progress", "/clone", "/reject", "/approve"),
    ],
)
def test_a_document_without_a_part_is_judged_by_what_it_has(
    change: Callable[[dict[str, Json]], None],
) -> None:
    """No check fails with a traceback: what needs the part says that it is not there."""
    raw = shipped()
    change(raw)
    found = judged(raw, told())
    assert found["schema.body"].verdict != "not_judged"
    assert all(each.reason for each in found.values() if each.verdict == "not_judged")


@pytest.mark.parametrize(("is_open", "verdict"), [(True, "held"), (False, "violated")])
def test_an_open_enum_holds_any_value_in_a_response(is_open: bool, verdict: str) -> None:
    """A value that an open enum does not list breaks no schema; in a request it does."""
    raw = plain()
    states = raw["components"]["schemas"]["PredictionState"]
    states["x-open-enum"] = is_open
    raw["components"]["schemas"]["NewPrediction"]["properties"]["model"]["x-open-enum"] = is_open
    tape = Recorder(raw)
    made = tape.create()
    tape.read(made, "pondering")
    tape.create(body={"model": "unheard-of", "input": {"prompt": "Rain"}})
    found = tape.verdicts()
    assert found["schema.body"].verdict == verdict
    assert found["schema.rejects-invalid"].verdict == "violated"


EVENTS = ("ended", "started")


def hooked() -> dict[str, Json]:
    """The predictions example with a webhook for each event, whose type tells which it is."""
    raw = plain()
    raw["webhooks"] = {
        name: {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["type", "data"],
                                "properties": {
                                    "type": {"const": name},
                                    "data": {"$ref": "#/components/schemas/Prediction"},
                                },
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "Taken."}},
            }
        }
        for name in EVENTS
    }
    return raw


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        ({"type": "ended", "data": prediction("pre_1", "succeeded")}, "held"),
        ({"type": "ended", "data": {"id": "pre_1"}}, "violated"),
        ({"type": "started", "data": prediction("pre_1", "waiting")}, "not_judged"),
    ],
)
def test_what_a_webhook_sends_is_held_against_its_schema(
    event: Json, verdict: str, tmp_path: Path
) -> None:
    """A payload is judged by the webhook that it fits best."""
    file = tmp_path / "received.jsonl"
    file.write_text(json.dumps(event) + "\n\n")
    tape = Recorder(hooked())
    tape.exchanges += read_webhooks(file)
    found = tape.verdicts()
    assert found["ended.payload"].verdict == verdict
    assert all(each.verdict != "violated" for n, each in found.items() if n != "ended.payload")


@pytest.mark.parametrize(
    ("text", "said"), [("{", "1: not JSON"), ("[]", "1: not an object"), ("", "holds no webhooks")]
)
def test_a_file_of_webhooks_that_is_none_is_said_to_be_none(
    text: str, said: str, tmp_path: Path
) -> None:
    """The line and what is wrong with it."""
    file = tmp_path / "received.jsonl"
    file.write_text(text)
    with pytest.raises(RecordingError, match=said):
        read_webhooks(file)


def test_the_smallest_document_is_judged() -> None:
    """One operation and a key are enough."""
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "A"}}}}},
        "components": {"securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "K"}}},
    }
    tape = Recorder(raw)
    tape.call("a")
    found = tape.verdicts()
    assert found["schema.status"].verdict == "held"
