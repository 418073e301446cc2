"""A run as JSON."""

from __future__ import annotations

import json

from tests.helpers.outcomes import HOSTILE, exchange, outcome, usual, violated

from layers_contract.history.exchanges import from_record
from layers_contract.judge.invariants import Violation
from layers_contract.report import to_json

TOP = ("tool", "version", "target", "seed", "profile", "verdict", "requests", "seconds")
EACH = ("id", "group", "statement", "source", "verdict", "occasions", "reason", "evidence")


def test_the_shape_is_the_one_that_others_read() -> None:
    """Every key that callers rely on is there, at the top, in an invariant and in the coverage."""
    told = to_json(usual())
    assert {*TOP, "invariants", "coverage"} <= told.keys()
    assert all({*EACH} <= each.keys() for each in told["invariants"])
    assert {"operations", "statuses", "states", "transitions"} <= told["coverage"].keys()


def test_the_verdict_is_of_the_run() -> None:
    """A run with a violated invariant is violated, one with nothing judged is unjudged."""
    assert to_json(usual())["verdict"] == "violated"
    assert to_json(outcome())["verdict"] == "unjudged"


def test_it_is_json_whatever_the_server_says() -> None:
    """Bytes that are not UTF-8 and control characters survive a round trip through JSON."""
    one = exchange(body=b"\xff\x00", request_body=b"\xfe")
    told = to_json(
        outcome([violated("idempotency.replay", Violation(HOSTILE, (one,)))], history=[one])
    )
    record = json.loads(json.dumps(told))["invariants"][0]["evidence"][0]["exchanges"][0]
    assert from_record(record) == one


def test_evidence_is_capped_and_counted() -> None:
    """Three of five violations are shown, five are counted."""
    five = [Violation(f"number {n}", (exchange(),)) for n in range(5)]
    told = to_json(outcome([violated("idempotency.replay", *five)]))["invariants"][0]
    assert len(told["evidence"]) == 3
    assert told["violations"] == 5


def test_a_difference_is_no_violation() -> None:
    """What differs from an assumption is counted apart and is no evidence."""
    told = {each["id"]: each for each in to_json(usual())["invariants"]}["asset.expires"]
    assert (told["verdict"], told["violations"], told["evidence"]) == ("held", 0, [])
    assert told["differences"] == 1
    assert told["assumed"][0]["message"]


def test_a_violation_may_have_a_source_of_its_own() -> None:
    """Evidence names the source of the broken constraint, else the promise's."""
    sources = [each["evidence"][0]["source"] for each in to_json(usual())["invariants"][:2]]
    assert sources == ["seed", "derived"]


def test_no_credential_is_written() -> None:
    """A key that got into recorded headers is not in the report."""
    one = exchange(request_headers={"x-api-key": "lk_secret", "cookie": "lk_secret"})
    told = to_json(outcome([violated("idempotency.replay", Violation("m", (one,)))], [one]))
    assert "lk_secret" not in json.dumps(told)
