"""The contract workload through the client: what it sends can be said, what comes back be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from tests.client.round_trip import Findings, recorded, round_trip

from layers_client import AsyncLayers, ConflictError, Layers
from layers_client.models import Container
from layers_contract.history.exchanges import Exchange
from layers_contract.spec.document import load

VARIANTS: Final = {
    "less": (
        *("sparse-jobs", "no-outcome", "last-page-without-cursor", "never-304"),
        *("one-kind-of-job", "whole-seconds", "lower-case-ids", "malformed-id-is-invalid"),
        *("new-error-codes", "malformed-json-is-400", "unknown-post-is-invalid"),
        *("assets-without-size", "assets-without-expiry"),
    ),
    "more": (
        *("jobs-with-nulls", "full-briefs", "extra-fields", "more-assets", "picks-format"),
        *("six-digit-times", "uuid-ids", "pretty-json", "says-charset", "weak-tags"),
        *("short-pages", "last-page-is-empty", "strangers-in-list"),
    ),
}
"""Mocks that keep the contract in ways of their own; `layers-contract variants` explains them."""
SAYABLE: Final = 0.99


def check(findings: Findings) -> None:
    """Every answer was read, and nearly every request can be said, exactly as it was sent."""
    assert not findings.troubles, findings.troubles[:3]
    assert not findings.differences, findings.differences[:3]
    assert findings.alike.total() > SAYABLE * findings.read.total()


@pytest.fixture(scope="module")
def standard() -> list[Exchange]:
    """A standard run against the plain mock."""
    return recorded()


@pytest.mark.parametrize("client", [Layers, AsyncLayers], ids=["sync", "async"])
def test_a_standard_run_makes_the_round_trip(standard: list[Exchange], client: Any) -> None:
    """Each call is sent alike, each answer read without loss, each error is that of its code."""
    findings = round_trip(standard, client)
    check(findings)
    assert set(findings.alike) == set(load().operations)
    assert {200, 202, 304, 401, 404, 409, 422} <= {status for _, status in findings.read}


@pytest.mark.parametrize("variants", VARIANTS.values(), ids=VARIANTS)
def test_whatever_a_server_may_do_otherwise_is_read(variants: tuple[str, ...]) -> None:
    """Fields that are missing, null or new; other ids, times, pages and codes."""
    check(round_trip(recorded(*variants, profile="quick"), Layers))


def words(node: Any) -> Iterator[str]:
    """Every text that the document lists as a value."""
    if isinstance(node, dict):
        yield from (each for each in node.get("enum", ()) if isinstance(each, str))
        for value in node.values():
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)


def tomorrow(value: Any, known: set[str]) -> Any:
    """*value* with words that nobody knows yet in place of those that are *known*."""
    if isinstance(value, dict):
        return {name: tomorrow(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [tomorrow(each, known) for each in value]
    return f"{value}_OF_TOMORROW" if isinstance(value, str) and value in known else value


def test_values_and_codes_of_tomorrow_are_read(standard: list[Exchange]) -> None:
    """Whatever the document lists, in any answer, may be something else one day."""
    known = set(words(load().raw["components"]["schemas"]))
    grown = [
        replace(each, body=json.dumps(changed).encode(), _json=changed)
        for each in standard
        if each.body and (changed := tomorrow(each.json, known)) != each.json
    ]
    assert len(grown) > 1000
    assert not round_trip(grown, Layers).troubles


def without(value: Any, name: str) -> Any:
    """*value* without a field."""
    return {key: each for key, each in value.items() if key != name}


def test_the_trip_finds_an_answer_that_cannot_be_read(standard: list[Exchange]) -> None:
    """A container without its id is none, and a body that breaks off is told as what it is."""
    read = next(each for each in standard if each.operation == "getContent" and each.status == 200)
    broken = without(read.json, "id")
    nameless = replace(read, body=json.dumps(broken).encode(), _json=broken)
    cut = replace(read, body=read.body[:-1], _json=None)
    troubles = round_trip([read, nameless, cut], Layers).troubles
    assert len(troubles) == 2
    assert all("ResponseDecodeError" in each for each in troubles)


def test_the_trip_finds_a_field_that_is_lost(
    standard: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read is written again and compared."""
    read = next(each for each in standard if each.operation == "getContent" and each.status == 200)
    monkeypatch.setattr("layers_client.models.Container.fields", Container.fields[1:])
    (trouble,) = round_trip([read], Layers).troubles
    assert "getContent 200: read" in trouble


def test_the_trip_finds_an_error_of_another_class(
    standard: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code decides which one it has to be."""
    refused = next(each for each in standard if each.operation == "getJob" and each.status == 404)
    monkeypatch.setattr("tests.client.round_trip.BY_CODE", {"NOT_FOUND": ConflictError})
    (trouble,) = round_trip([refused], Layers).troubles
    assert "NotFoundError" in trouble


def test_the_trip_finds_a_request_that_is_another(standard: list[Exchange]) -> None:
    """Another path is told, whatever it leads to."""
    listed = next(each for each in standard if each.operation == "listContent" and each.query)
    findings = round_trip([listed, replace(listed, path="/v2/projects")], Layers)
    assert findings.alike.total() == 1
    (difference,) = findings.differences
    assert difference.endswith("was '/v2/projects'")
