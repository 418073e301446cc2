"""Green means judged: a history without a success is never green, and says why."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from tests.helpers.histories import OPEN, contract
from tests.helpers.outcomes import outcome, violated

from layers_contract.cli._output import exit_code
from layers_contract.history.exchanges import Exchange
from layers_contract.judge.answers import no_start, no_success, refusals
from layers_contract.judge.invariants import Violation
from layers_contract.report import to_json, to_junit

ERROR = {"code": "NOT_FOUND", "message": "No.", "requestId": "req_1"}


def call(status: int | None, body: Any = None, operation: str = "generateContent") -> Exchange:
    """A call of the own key."""
    spec = contract().operations[operation]
    return Exchange(
        spec.method,
        f"/v1/projects/{OPEN}/content",
        sent=0.0,
        received=None if status is None else 1.0,
        status=status,
        body=json.dumps(body if body is not None else {"error": ERROR}).encode(),
        operation=operation,
    )


def judged(calls: Iterable[Exchange]) -> tuple[str | None, list[str]]:
    """Why nothing can be green, and the verdicts that are left of a violated and a held one."""
    found = [
        violated("idempotency.replay", Violation("no", ())),
        violated("lifecycle.order"),
    ]
    reason, left = no_success(contract(), calls, found)
    return reason, [each.verdict for each in left]


@pytest.mark.parametrize("status", [404, 405])
def test_nothing_is_left_where_no_call_has_got_to_the_api(status: int) -> None:
    """Where every call was answered 404, no verdict stands, and the url is to be looked at."""
    reason, verdicts = judged([call(status)] * 3)
    assert reason == (
        f"every call was answered {status}: is the url right? the document's paths begin with /v1/"
    )
    assert verdicts == ["not_judged", "not_judged"]


@pytest.mark.parametrize("status", [401, 403, 429, None, 503])
def test_another_server_is_not_accused(status: int | None) -> None:
    """Refusals of the key, gateways and silence show nothing that a verdict could rest on."""
    reason, verdicts = judged([call(status, {"message": "no"}), call(404, {"detail": "no"})])
    assert reason is not None
    assert verdicts == ["not_judged", "not_judged"]


@pytest.mark.parametrize("status", [409, 422, 500])
def test_the_api_itself_is_accused_of_what_it_did(status: int) -> None:
    """An error in the API's own words that shows it was reached leaves violations as they are."""
    reason, verdicts = judged([call(status), call(404)])
    assert reason is not None
    assert verdicts == ["violated", "held"]


def test_one_success_is_enough() -> None:
    """Where a call has succeeded, nothing is to be said."""
    assert judged([call(404), call(202, {})]) == (None, ["violated", "held"])


def test_calls_without_a_key_prove_nothing() -> None:
    """A success without a key is none of the own key's."""
    free = replace(call(202, {}), credential="none")
    assert judged([call(404), free])[0] is not None


def test_a_run_without_a_success_ends_with_3() -> None:
    """A held verdict becomes unjudged."""
    found = outcome([violated("lifecycle.order")], [], ended_early="every call was answered 404")
    assert (found.verdict, exit_code(found)) == ("unjudged", 3)


def test_an_interrupted_run_that_found_nothing_ends_with_3() -> None:
    """What was not looked at is not green; what was found counts."""
    held = violated("lifecycle.order")
    broken = violated("idempotency.replay", Violation("no", ()))
    assert exit_code(outcome([held], interrupted=True)) == 3
    assert exit_code(outcome([held, broken], interrupted=True)) == 1


def test_calls_that_are_all_refused_are_told_with_code_and_message() -> None:
    """Three refusals of one operation and no success make a note."""
    told = refusals(contract(), [call(422)] * 3)
    assert told == {
        "generateContent": "3 of 3 generateContent calls were refused with 422 NOT_FOUND: No."
    }


@pytest.mark.parametrize("calls", [[call(422)] * 2, [call(409)] * 5, [call(422)] * 5 + [call(202)]])
def test_usual_refusals_are_not_told(calls: list[Exchange]) -> None:
    """Few refusals, refusals for a state, and those beside a success say nothing."""
    assert refusals(contract(), calls) == {}


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        ([call(422)] * 3, True),
        ([call(403)] * 5 + [call(200, {}, "getJob")], True),
        ([call(422)] * 3 + [call(202)], False),
        ([call(422)] * 3 + [call(202, {}, "regenerateContent")], False),
        ([call(404, operation="getJob")] * 3, False),
    ],
)
def test_a_run_whose_starts_are_all_refused_is_not_green(calls: list[Exchange], told: bool) -> None:
    """Reads that were held do not make up for it; one accepted start of any kind does."""
    reason = no_start(contract(), calls, refusals(contract(), calls))
    assert (reason is not None) is told
    found = outcome([violated("lifecycle.order")], ended_early=reason)
    assert exit_code(found) == (3 if told else 0)


def test_a_required_invariant_that_is_not_judged_fails_the_run() -> None:
    """The exit code is 1, and JSON and JUnit name it."""
    held = violated("lifecycle.order")
    left = violated("idempotency.replay", verdict="not_judged", occasions=0, reason="it needs two")
    found = outcome([held, left], required=frozenset({"idempotency.replay"}))
    assert (found.verdict, exit_code(found)) == ("held", 1)
    written = to_json(found)
    assert (written["required"], written["missing"]) == (["idempotency.replay"],) * 2
    assert [each["required"] for each in written["invariants"]] == [False, True]
    assert 'type="not judged"' in to_junit(found)
    assert 'failures="1"' in to_junit(found)


def test_a_required_invariant_that_is_judged_fails_nothing() -> None:
    """Held is enough."""
    found = outcome([violated("lifecycle.order")], required=frozenset({"lifecycle.order"}))
    assert exit_code(found) == 0
    assert "not judged" not in to_junit(found)
