"""What any answer looks like, judged on hand-made histories."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers.histories import (
    GONE,
    OPEN,
    Case,
    Cases,
    Tape,
    assets,
    encoded,
    found,
    policy,
    refusal,
    wanted,
)

CASES = Cases()
HTML: dict[str, Any] = {"answer": b"<html>", "headers": {"content-type": "text/html"}}


@CASES.held("schema.status", "schema.content-type", "schema.body")
def is_as_documented(tape: Tape) -> None:
    """An answer has a documented status, media type and shape, and more fields than documented."""
    made = tape.generate(envelope={"news": True})
    kind = {"content-type": "application/vnd.layers+json; charset=utf-8"}
    tape.read(made, "completed", {"news": [1]}, headers=kind)
    tape.archive()


@CASES.violated("schema.status")
def has_another_status(tape: Tape) -> None:
    """A success has a status that is not documented."""
    tape.policy(status=203)


@CASES.silent("schema.status", "schema.body")
def is_no_success(tape: Tape) -> None:
    """Redirects, refusals and failures are no successes."""
    tape.policy(status=302, answer=None)
    tape.policy(status=404, answer=None)
    tape.policy(status=503, answer=None)
    tape.policy(lost=True)


@CASES.violated("schema.content-type")
def is_called_text(tape: Tape) -> None:
    """JSON is called text."""
    tape.policy(headers={"content-type": "text/plain"})


@CASES.violated("schema.content-type")
def is_a_refusal_called_html(tape: Tape) -> None:
    """An error of the server's own is called HTML."""
    tape.policy(status=404, answer=refusal("NOT_FOUND"), headers={"content-type": "text/html"})


@CASES.silent("schema.content-type", "errors.shape", "schema.headers")
def is_a_refusal_by_a_gateway(tape: Tape) -> None:
    """What a proxy refuses, or a request that a router may not understand, is in their words."""
    for status in (408, 413, 414, 431):
        tape.policy(status=status, **HTML)
    tape.call("getContent", {"containerId": "a b"}, status=400, **HTML)
    tape.policy(lost=True)


@CASES.violated("schema.body")
def has_a_width_in_words(tape: Tape) -> None:
    """A width is a string."""
    made = tape.generate()
    tape.read(made, "completed", {"assets": [{**assets(made)[0], "width": "1080"}]})


@CASES.violated("schema.body")
def has_no_location(tape: Tape) -> None:
    """A 202 lacks its locationUrl."""
    tape.generate(envelope={"locationUrl": GONE})


@CASES.violated("schema.body")
def is_no_json(tape: Tape) -> None:
    """A success is not JSON."""
    tape.policy(answer=b"{")


@CASES.violated("schema.body")
def has_a_lone_surrogate(tape: Tape) -> None:
    """A string that is no Unicode is told as a broken schema, and breaks nothing of ours."""
    tape.policy(answer=encoded(policy(OPEN, show={"autoApproveAfter": "\ud800", "updatedAt": 1})))


@CASES.violated("schema.body")
def is_not_what_its_encoding_says(tape: Tape) -> None:
    """A success whose body cannot be decompressed is none that can be read."""
    found = tape.policy()
    found.body, found.failure = b"", "the body is not what its Content-Encoding says"


@CASES.silent("schema.body")
def is_no_success_and_cannot_be_read(tape: Tape) -> None:
    """What cannot be read of a refusal, or was never answered, breaks no success."""
    found = tape.policy(status=404, answer=None)
    found.body, found.failure = b"", "the body is not what its Content-Encoding says"
    tape.policy(lost=True)


@CASES.held("schema.headers")
def has_its_headers(tape: Tape) -> None:
    """A header that is required, or there, is not empty."""
    tape.policy(headers={"x-request-id": "req_1"})
    tape.policy(status=429, answer=None)


@CASES.violated("schema.headers")
def has_an_empty_request_id(tape: Tape) -> None:
    """A request id is empty."""
    tape.policy(headers={"x-request-id": ""})


@CASES.violated("schema.headers")
def does_not_say_how_long_to_wait(tape: Tape) -> None:
    """A rate limit has no Retry-After."""
    tape.policy(status=429, answer=None).headers = {"content-type": "application/json"}


@CASES.silent("schema.headers")
def has_no_headers(tape: Tape) -> None:
    """Headers that are not required may be left out."""
    tape.policy()
    tape.policy(status=404, answer=None)


@CASES.held("schema.rejects-invalid")
def is_refused(tape: Tape) -> None:
    """What breaks a constraint is refused, with 422 or 400."""
    tape.generate(body={"brief": {"hook": ""}}, status=422)
    tape.generate(body=b"{", status=400, code="VALIDATION")
    tape.generate(body=b"", status=422)
    tape.page(query=[("limit", "201")], status=422, answer=None)
    tape.page(query=[("limit", "x")], status=422, answer=None)


@CASES.violated("schema.rejects-invalid")
def is_taken(tape: Tape) -> None:
    """A hook of 2,001 characters is taken."""
    tape.generate({"hook": "x" * 2001})


@CASES.violated("schema.rejects-invalid")
def has_a_limit_that_is_taken(tape: Tape) -> None:
    """A limit out of bounds is taken."""
    tape.page(query=[("limit", "201")])


@CASES.silent("schema.rejects-invalid")
def can_be_read_in_two_ways(tape: Tape) -> None:
    """Unknown fields, other media types, and parameters given twice or in other words may pass."""
    tape.page(query=[("limit", "0"), ("limit", "5")])
    tape.page(query=[("limit", "5.0")])
    tape.page(query=[("limit", "\u0665")])
    tape.page(query=[("news", "")])
    tape.generate({"news": 1})
    tape.generate(body=b"brief=1", sends={"content-type": "text/plain"})


@CASES.silent("schema.rejects-invalid")
def is_not_got_to(tape: Tape) -> None:
    """An invalid request that found the server busy, or had no key, was not refused as invalid."""
    bad: dict[str, Any] = {"body": {"brief": {}}}
    tape.generate(**bad, status=429)
    tape.generate(**bad, status=503)
    tape.generate(**bad, status=401, credential="none")
    tape.generate(**bad, lost=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of answers gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
