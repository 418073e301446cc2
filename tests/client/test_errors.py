"""The error tree: which class, and what it tells."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest
from tests.client.sides import (
    BRIEF,
    DONE,
    JOB,
    KEY,
    PROJECT,
    TROUBLES,
    URL,
    Sides,
    answer,
    generate,
    read,
    refusal,
)

import layers_client
from layers_client import APIStatusError, ClientError, Layers, LayersError, ServerError, errors
from layers_contract.spec.document import load

CODES = load().schema("ErrorDetail")["x-error-codes"]


@pytest.mark.parametrize("code", CODES)
def test_each_documented_code_has_its_class(side: Sides, code: str) -> None:
    """The class of a code is below that of its status."""
    status = CODES[code]["status"]
    client = side(refusal(status, code), max_retries=0)
    with pytest.raises(errors.BY_CODE[code]) as caught:
        client.call(read)
    assert isinstance(caught.value, errors.BY_STATUS[status])
    assert (caught.value.status, caught.value.code) == (status, code)


def test_no_two_codes_share_a_class() -> None:
    """A class tells which code it was."""
    assert set(errors.BY_CODE) == set(CODES)
    assert len(set(errors.BY_CODE.values())) == len(CODES)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequestError),
        (409, errors.ConflictError),
        (418, ClientError),
        (451, ClientError),
        (499, ClientError),
        (500, errors.InternalServerError),
        (520, ServerError),
        (599, ServerError),
        (302, APIStatusError),
        (100 + 600, APIStatusError),
    ],
)
def test_an_unknown_code_falls_to_the_class_of_its_status(
    side: Sides, status: int, kind: type[Exception]
) -> None:
    """And an unknown status to that of its first digit."""
    client = side(refusal(status, "NEW_IN_2031"), max_retries=0)
    with pytest.raises(APIStatusError) as caught:
        client.call(read)
    assert type(caught.value) is kind
    assert caught.value.code == "NEW_IN_2031"


def test_an_error_tells_all_that_the_answer_told(side: Sides) -> None:
    """Status, code, message, request id, details, the answer itself."""
    client = side(refusal(422, "VALIDATION", X_Request_Id="req_header"))
    with pytest.raises(errors.ValidationError) as caught:
        client.call(generate)
    error = caught.value
    assert (error.status, error.code, error.message) == (422, "VALIDATION", "No.")
    assert error.request_id == "req_header"
    assert error.details == {"at": "/brief"}
    assert error.response is not None
    assert error.response.json()["error"]["requestId"] == "req_1"
    assert str(error) == "422 VALIDATION: No. (request req_header)"


def test_the_request_id_of_the_body_stands_in_for_the_header(side: Sides) -> None:
    """A proxy may drop a header."""
    client = side(refusal(404, "NOT_FOUND"))
    with pytest.raises(errors.NotFoundError) as caught:
        client.call(read)
    assert caught.value.request_id == "req_1"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html><h1>Bad\n gateway</h1></html>", "<html><h1>Bad gateway</h1></html>"),
        (b"", "Bad Gateway"),
        (b"\xff\xfe", "��"),
        (b"x" * 5000, "x" * 200 + "…"),
        (b'{"error": "no object"}', '{"error": "no object"}'),
        (b'{"error": {"code": 7, "message": null}}', '{"error": {"code": 7, "message": null}}'),
        (b"[1]", "[1]"),
        (b"null", "null"),
    ],
    ids=["html", "empty", "no text", "long", "text", "wrong types", "list", "null"],
)
def test_an_error_that_is_not_the_documented_one_is_told_all_the_same(
    side: Sides, body: bytes, message: str
) -> None:
    """The class is that of the status, the message the start of the body."""
    client = side(httpx.Response(502, content=body), max_retries=0)
    with pytest.raises(errors.BadGatewayError) as caught:
        client.call(read)
    assert caught.value.message == message
    assert caught.value.code is None
    assert caught.value.response is not None
    assert caught.value.response.content == body


def test_no_answer_names_the_call_and_the_reason(side: Sides) -> None:
    """Method, address and what httpx says; the query stays out."""
    client = side(httpx.ConnectError("refused"), max_retries=0)
    with pytest.raises(errors.APIConnectionError) as caught:
        client.listed(client.layers.content.list("p", cursor="long"))
    assert str(caught.value) == "GET https://api.test/v1/projects/p/content: refused"
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_a_timeout_is_a_connection_error_of_its_own(side: Sides) -> None:
    """Whoever cares can tell it apart."""
    client = side(httpx.PoolTimeout(""), max_retries=0)
    with pytest.raises(errors.APITimeoutError, match="PoolTimeout"):
        client.call(read)


def test_a_redirect_is_not_followed(side: Sides) -> None:
    """The key goes nowhere else; where the server wanted to lead is in the answer."""
    client = side(httpx.Response(307, headers={"location": "https://evil.test/"}))
    with pytest.raises(APIStatusError) as caught:
        client.call(read)
    assert caught.value.status == 307
    assert len(client.server.requests) == 1


@pytest.mark.parametrize("step", TROUBLES.values(), ids=TROUBLES)
def test_an_error_survives_a_pickle(side: Sides, step: httpx.Response | Exception) -> None:
    """With all that it tells, into another process."""
    client = side(step, max_retries=0)
    with pytest.raises(errors.LayersError) as caught:
        client.call(read)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))
    assert getattr(again, "status", None) == getattr(caught.value, "status", None)


def test_a_job_s_error_survives_a_pickle(side: Sides) -> None:
    """The job goes along."""
    client = side(answer(202, JOB), answer(200, {**DONE, "status": "failed"}))
    job = client.call(generate)
    with pytest.raises(errors.JobFailedError) as caught:
        client.settle(job.wait)
    assert pickle.loads(pickle.dumps(caught.value)).job == caught.value.job
    late = errors.WaitTimeoutError("late", job=caught.value.job)
    assert pickle.loads(pickle.dumps(late)).job == caught.value.job


def classes() -> list[Any]:
    return [getattr(errors, name) for name in errors.__all__]


def test_every_error_is_exported_documented_and_below_one_root() -> None:
    """`except LayersError` catches whatever the package raises on purpose."""
    for each in classes():
        assert issubclass(each, errors.LayersError)
        assert each.__doc__
        assert getattr(layers_client, each.__name__) is each


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Each class stands in it, below its base."""
    drawn = [
        line
        for line in (errors.__doc__ or "").splitlines()
        if line.endswith(tuple("Error")) or "Error" in line
    ]
    names = [next(word for word in line.split() if word.endswith("Error")) for line in drawn]
    assert sorted(names) == sorted(errors.__all__)
    depth = {name: line.index(name) for name, line in zip(names, drawn, strict=True)}
    for number, name in enumerate(names[1:], 1):
        above = next(n for n in reversed(names[:number]) if depth[n] < depth[name])
        assert getattr(errors, above) in getattr(errors, name).__bases__


def test_a_304_that_the_caller_asked_for_is_told_by_its_status(side: Sides) -> None:
    """`jobs.get` has no job to return where the caller's own tag still holds."""
    client = side(httpx.Response(304, headers={"ETag": '"e1"', "X-Request-Id": "req_4"}))
    with pytest.raises(APIStatusError) as caught:
        client.call(lambda layers: layers.jobs.get("job_1", headers={"If-None-Match": '"e1"'}))
    assert (caught.value.status, caught.value.request_id) == (304, "req_4")
    assert len(client.server.requests) == 1


ODD: dict[str, Any] = {
    "not a number": {"hook": float("nan")},
    "bytes": {"hook": b"x"},
    "half a character": {"hook": "\ud800"},
    "no JSON": {"hook": object()},
}


@pytest.mark.parametrize("name", ODD)
def test_what_cannot_be_written_is_one_of_our_errors(side: Sides, name: str) -> None:
    """It is said before anything is sent."""
    client = side(answer(202, JOB))
    with pytest.raises(LayersError):
        client.call(lambda layers: layers.content.generate(PROJECT, brief=ODD[name]))
    assert client.server.requests == []


def test_a_closed_client_says_so() -> None:
    """Not with an error of httpx."""
    layers = Layers(api_key=KEY, base_url=URL)
    layers.close()
    with pytest.raises(LayersError, match="closed"):
        layers.content.get("cnt_1")


@pytest.mark.parametrize("text", ["Fri, 31 Dec 99999 23:59:59 GMT", "9" * 400, "-1", "soon"])
def test_an_absurd_retry_after_is_an_error_of_the_api(side: Sides, text: str) -> None:
    """The 429 is what the caller sees."""
    client = side(refusal(429, "RATE_LIMITED", retry_after=text), max_retries=0)
    with pytest.raises(errors.RateLimitedError):
        client.call(read)


def test_an_error_tells_how_it_came(side: Sides) -> None:
    """How often the call was sent, with which key, and when to come back."""
    client = side(refusal(429, "RATE_LIMITED", retry_after="7"))
    with pytest.raises(errors.RateLimitedError) as caught:
        client.call(lambda layers: layers.content.generate(PROJECT, brief=BRIEF))
    assert (caught.value.attempts, caught.value.retry_after) == (3, 7.0)
    assert caught.value.idempotency_key in client.server.sent("idempotency-key")


def test_a_timeout_is_a_timeout_error(side: Sides) -> None:
    """`except TimeoutError` is enough."""
    client = side(httpx.ReadTimeout("slow"))
    with pytest.raises(TimeoutError):
        client.call(lambda layers: read(layers, max_retries=0))


def test_an_interrupt_names_the_key(side: Sides) -> None:
    """What was sent may have been carried out: calling again with the key starts nothing twice."""

    def stop(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    client = side(stop)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.call(lambda layers: layers.content.generate(PROJECT, brief=BRIEF))
    assert str(client.server.sent("idempotency-key")[0]) in caught.value.__notes__[0]
