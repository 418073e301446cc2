"""The run's own valid calls: when it is said that an operation refuses them all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import OPEN, contract

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.acceptance import unaccepted

VALID: dict[str, Any] = {"brief": {"hook": "Evenings are yours again"}}
ERROR = {"error": {"code": "VALIDATION_ERROR", "message": "No credit.", "requestId": "req_1"}}
ELSEWHERE = "7b0d6f5e-6d0c-4f0e-9a53-3a2f6f8f9c11"


def call(status: int, body: Any = VALID, at: float = 0.0, key: str | None = None) -> Exchange:
    """A call to generate, in the open project."""
    return Exchange(
        "POST",
        f"/v1/projects/{OPEN}/content",
        sent=at,
        received=at + 0.5,
        status=status,
        request_headers={"idempotency-key": key} if key else {},
        request_body=json.dumps(body).encode(),
        body=json.dumps(ERROR).encode(),
        operation="generateContent",
        path_params={"projectId": OPEN},
    )


def told(*calls: Exchange, **options: Any) -> dict[str, str]:
    """What is said of these calls, where the open project certainly exists."""
    return unaccepted(contract(), calls, known=[OPEN], **options)


def test_valid_calls_that_are_all_refused_are_told_with_what_the_server_said() -> None:
    """How many of how many, the status, the code and the message."""
    assert told(*[call(422)] * 3) == {
        "generateContent": (
            "3 of 3 generateContent calls were refused with 422 VALIDATION_ERROR: No credit."
        )
    }


def test_what_is_not_valid_is_not_counted() -> None:
    """Of seven refusals three are of bodies that the document allows."""
    wrong = [call(422, {"brief": {}})] * 4
    assert told(*wrong, *[call(422)] * 3)["generateContent"].startswith("3 of 3 ")
    assert told(*wrong, *[call(422)] * 2) == {}


@pytest.mark.parametrize("status", [409, 429, 503])
def test_a_refusal_for_a_state_or_for_the_pace_says_nothing(status: int) -> None:
    """Conflicts, rate limits and outages can meet any valid call."""
    assert told(*[call(status)] * 5) == {}


def test_one_success_is_enough() -> None:
    """An operation that was accepted once takes what the document allows."""
    assert told(*[call(422)] * 5, call(202, at=9.0)) == {}


def test_a_key_that_is_used_again_may_be_refused_for_that() -> None:
    """Only the first use of each key counts."""
    assert told(*[call(422, at=n, key="k1") for n in range(6)]) == {}
    assert told(*[call(422, at=n, key=f"k{n}") for n in range(3)])


def test_what_is_not_known_to_be_there_is_no_valid_path() -> None:
    """Ids that no response has shown, and no target file names, count for nothing."""
    nowhere = [replace(call(404), path_params={"projectId": ELSEWHERE})] * 5
    assert told(*nowhere) == {}


def test_an_archived_project_or_a_sample_that_is_gone_is_no_alarm() -> None:
    """What names an entry that may be gone is left out, in the path as in the body."""
    named = {"brief": {"hook": "Hi", "influencerId": "inf_01HX9Y6K7EJ4T2ABCDEF"}}
    assert told(*[call(404, named)] * 5, spared=["inf_01HX9Y6K7EJ4T2ABCDEF"]) == {}
    assert told(*[call(404)] * 5, spared=[OPEN]) == {}


def test_another_organization_is_not_the_run() -> None:
    """Refusals of other keys are what they ought to get."""
    assert told(*[replace(call(404), credential="other")] * 5) == {}
