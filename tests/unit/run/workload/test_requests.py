"""Bodies that are made from a document alone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import contract
from tests.helpers.places import ROOT

from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload import Bodies
from layers_contract.run.workload.schemas import fits_text
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load
from layers_contract.target import Samples, Target

MARK = "[lc-0123456789 story 7]"
SAMPLES = Samples("post_7301", "[fail]", "inf_01HX9Y6K7EJ4T2ABCDEF", "med_01HX9Y6K7EJ4T2ABCDEF")
NUMBERS = range(14)


@cache
def predictions() -> Contract:
    """The contract of another API."""
    return Contract(load(Path(ROOT / "examples" / "predictions" / "openapi.yaml")))


def bodies(of: Contract, samples: Samples = SAMPLES, seed: int = 0) -> Bodies:
    """What a run of that seed would send."""
    return Bodies(of, Target("http://mock", samples=samples), seed)


def made(schema: dict[str, Any], samples: Samples | None = None) -> Bodies:
    """Bodies of an operation `make` that takes *schema*."""
    media = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "make",
        "requestBody": {"required": True, "content": media},
        "responses": {"204": {"description": "Made."}},
    }
    raw = {"openapi": "3.1.0", "info": {"version": "1"}, "paths": {"/things": {"post": operation}}}
    return bodies(Contract(Document(raw)), samples or Samples())


@pytest.mark.parametrize("of", [contract(), predictions()], ids=["layers", "predictions"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_body_is_one_that_the_document_allows(of: Contract, seed: int) -> None:
    """Drawn, marked and with samples, each body of each operation is valid."""
    found = bodies(of, seed=seed)
    for name, operation in of.operations.items():
        made_of = [found.valid(name, number, MARK) for number in NUMBERS]
        assert all(found.is_valid(name, each) for each in made_of), name
        assert (made_of[0] is NO_BODY) is (operation.body is None)


def test_a_text_with_a_place_for_it_carries_the_mark_of_the_run() -> None:
    """Each body of another API has the mark in the member that `x-marker` names."""
    found = bodies(predictions())
    for number in NUMBERS:
        body = found.valid("createPrediction", number, MARK)
        assert MARK in body["input"]["prompt"]
        assert len(body["input"]["prompt"]) <= 400


def test_a_mark_that_has_no_room_is_left_out() -> None:
    """A text that is too short for the mark, or has a pattern, stays valid without it."""
    short = {"type": "object", "required": ["a"], "properties": {"a": None}}
    for member in ({"maxLength": 5, "minLength": 1}, {"pattern": "^[a-z]{2,9}$"}):
        schema = {**short, "properties": {"a": {"type": "string", "x-marker": True, **member}}}
        body = made(schema).valid("make", 0, MARK)
        assert made(schema).is_valid("make", body)
        assert MARK not in body["a"]


def test_a_sample_is_taken_from_the_target_file_or_left_out() -> None:
    """Where the file has none, an optional member is left out, and a required one is a reason."""
    member = {"team": {"type": "string", "x-sample": "team"}}
    optional = {"type": "object", "properties": member}
    needed = {**optional, "required": ["team"]}
    known = Samples(others={"team": "t_9"})
    assert made(needed, known).valid("make", 0, MARK) == {"team": "t_9"}
    assert all("team" not in made(optional).valid("make", n, MARK) for n in NUMBERS)
    assert made(needed).lacks("make") == "the target file gives no [samples] team"
    assert made(needed, known).lacks("make") is None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3, "maximum": 4}}},
        {"type": "object", "properties": {"n": {"type": "number", "exclusiveMinimum": 0}}},
        {"type": "object", "properties": {"n": {"type": "integer", "multipleOf": 7, "minimum": 9}}},
        {"type": "object", "properties": {"u": {"type": "string", "format": "uuid"}}},
        {"type": "object", "properties": {"d": {"type": "string", "format": "date-time"}}},
        {"type": "object", "properties": {"p": {"type": "string", "pattern": "^ab?c{2,3}$"}}},
        {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"enum": [1, 2, 3]}},
        {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "string", "minLength": 3}]},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"const": 1}}}]},
        {"type": ["object", "null"], "properties": {"b": {"type": ["boolean", "null"]}}},
        {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": ["all", "some"]}, "n": {"type": "integer"}},
            "if": {"properties": {"kind": {"const": "some"}}},
            "then": {"required": ["n"]},
            "else": {"not": {"required": ["n"]}},
        },
    ],
    ids=lambda schema: json.dumps(schema)[:40],
)
def test_constraints_of_each_kind_are_kept(schema: dict[str, Any]) -> None:
    """Something valid is found for limits, formats, patterns, choices and conditions."""
    found = made(schema)
    assert found.lacks("make") is None
    assert all(found.is_valid("make", found.valid("make", n, MARK)) for n in NUMBERS)


def test_a_body_that_nobody_can_make_is_a_reason() -> None:
    """A schema that no draw fits is said to need an example."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}},
              "not": {"required": ["a"]}}  # fmt: skip
    assert "give it an example" in (made(schema).lacks("make") or "")


def test_invalid_bodies_are_invalid_and_others_are_not() -> None:
    """What is to be refused breaks the document; what contradicts a body is another valid one."""
    found = bodies(predictions())
    for number in NUMBERS:
        body = found.valid("createPrediction", number, MARK)
        wrong, others = (
            found.invalid("createPrediction", MARK),
            found.others("createPrediction", body),
        )
        assert wrong
        assert not any(found.is_valid("createPrediction", each) for each in wrong)
        assert others
        assert all(each != body and found.is_valid("createPrediction", each) for each in others)


def test_the_same_seed_makes_the_same_bodies() -> None:
    """Two runs of one seed send the same, and another seed something else."""
    one, same, other = (
        [bodies(predictions(), seed=seed).valid("createPrediction", n, MARK) for n in NUMBERS]
        for seed in (3, 3, 4)
    )
    assert one == same != other


def test_a_text_for_a_header_is_held_against_its_schema() -> None:
    """Length, pattern and format decide which shape of a key is sent."""
    assert fits_text({"maxLength": 3}, "abc")
    assert not fits_text({"maxLength": 3}, "abcd")
    assert not fits_text({"pattern": "^[0-9]+$"}, "abc")
    assert fits_text({"format": "uuid"}, "6f1c0a52-0c35-4c0b-8f5e-2f9f0c8a1f11")
    assert not fits_text({"format": "uuid"}, "6f1c0a52")
