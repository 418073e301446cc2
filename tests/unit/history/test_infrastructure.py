"""What is not the API's answer, and what is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.histories import EPOCH, OPEN, Tape, contract, refusal

from layers_contract.history.exchanges import NOT_JSON, Exchange, History
from layers_contract.history.infrastructure import set_apart

HTML: Final = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
BODIES: Final[dict[str, bytes]] = {
    "page": HTML,
    "nothing": b"",
    "envoy": b"upstream connect error or disconnect/reset before headers. reset reason: overflow",
    "aws": b'{"message": "Forbidden"}',
    "kong": b'{"message": "An invalid response was received", "request_id": "a"}',
    "text": b'{"error": "Bad gateway"}',
    "google": b'{"error": {"code": 503, "message": "Try again.", "status": "UNAVAILABLE"}}',
    "azure": b'{"statusCode": 429, "message": "Rate limit is exceeded."}',
    "apigee": b'{"fault": {"faultstring": "x", "detail": {"errorcode": "y"}}}',
    "list": b"[]",
    "problem": b'{"type": "about:blank", "title": "Bad Gateway", "status": 502}',
}
GATEWAYS: Final = (502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530)
EDGES: Final = (403, 407, 408, 413, 414, 421, 429, 431, 494, 495, 496, 497)


def answered(
    status: int, body: bytes, operation: str | None = "getContent", **more: Any
) -> Exchange:
    """A read of a container and what came back."""
    ids = {"containerId": "cnt_1"}
    path = "/v1/content/cnt_1"
    return Exchange(
        "GET",
        path,
        EPOCH,
        EPOCH + 1,
        status,
        body=body,
        operation=operation,
        path_params=ids,
        **more,
    )


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("status", [*GATEWAYS, *EDGES])
def test_what_a_gateway_says_is_no_answer_of_the_api(status: int, name: str) -> None:
    """A status of a gateway without the documented error is set apart, whatever its body is."""
    found = answered(status, BODIES[name])
    assert set_apart(contract(), found)
    assert (found.status, found.received, found.json) == (None, None, NOT_JSON)
    assert (found.gateway_status, found.gateway_received) == (status, EPOCH + 1)
    assert found.failure == f"{status} page of a gateway"
    assert found.body == BODIES[name]


@pytest.mark.parametrize("status", [*GATEWAYS, *EDGES])
@pytest.mark.parametrize("operation", ["getContent", None])
def test_an_error_of_the_documented_shape_is_the_apis_own(
    status: int, operation: str | None
) -> None:
    """Whoever writes the documented error object is the API, whatever the status."""
    found = answered(status, json.dumps(refusal("OVERLOADED")).encode(), operation)
    assert not set_apart(contract(), found)
    assert found.status == status


@pytest.mark.parametrize("status", [403, 429, 503])
def test_an_error_that_lacks_a_part_is_still_the_apis_own(status: int) -> None:
    """With a documented status a missing requestId is a fault to be found, not a gateway's page."""
    body = json.dumps({"error": {"code": "BUSY", "message": "Later."}}).encode()
    assert not set_apart(contract(), answered(status, body))


@pytest.mark.parametrize("name", ["page", "nothing", "aws", "text"])
@pytest.mark.parametrize("status", [400, 401, 404, 405, 409, 422, 500, 501])
def test_what_an_api_says_itself_stays_its_own(status: int, name: str) -> None:
    """A refusal or a crash of the API's own is judged in whatever shape it comes."""
    assert not set_apart(contract(), answered(status, BODIES[name]))


def test_a_page_in_place_of_json_is_no_answer() -> None:
    """A login or maintenance page with 200 is set apart; broken JSON called HTML is not."""
    page = b"\xef\xbb\xbf<!-- x -->\n<!DOCTYPE html><html><body>Sign in</body></html>"
    assert set_apart(contract(), answered(200, page))
    assert set_apart(contract(), answered(202, page)), "an undocumented success is a page, too"
    assert not set_apart(contract(), answered(200, b"<b>no</b>"))
    assert not set_apart(contract(), answered(200, b"{", headers={"content-type": "text/html"}))


@pytest.mark.parametrize(("credential", "apart"), [("own", True), ("none", False)])
def test_a_redirect_elsewhere_is_no_answer_to_the_key(credential: str, apart: bool) -> None:
    """The own key is sent to a login by a proxy; a call without one must be refused by the API."""
    headers = {"location": "https://login.example"}
    found = answered(302, b"", headers=headers, credential=credential)
    assert set_apart(contract(), found) is apart


def test_what_is_set_apart_comes_back_from_a_file(tmp_path: Path) -> None:
    """JSON Lines keep what really came, and setting apart again changes nothing."""
    found = answered(502, HTML)
    set_apart(contract(), found)
    file = tmp_path / "history.jsonl"
    History([found]).write(file)
    [back] = History.read(file)
    assert set_apart(contract(), back)
    assert (back.status, back.gateway_status, back.body, back.json) == (None, 502, HTML, NOT_JSON)
    assert back == found


def test_a_recording_is_set_apart_when_it_is_read_as_facts() -> None:
    """Whatever brings a history, its facts know no answer of a gateway."""
    tape = Tape()
    page = tape.policy(OPEN, status=504, answer=HTML)
    facts = tape.facts
    assert facts.answers["getApprovalPolicy"] == [page]
    assert not page.answered
