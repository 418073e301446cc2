"""What is sent again, when, and with which key."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from tests.client.sides import CONTAINER, DONE, JOB, Sides, answer, generate, read, refusal

from layers_client import (
    APIConnectionError,
    APITimeoutError,
    ConfigurationError,
    ConflictError,
    RateLimitedError,
    ResponseDecodeError,
    ServerError,
    UnprocessableContentError,
)
from layers_client._runtime.retry import (
    RETRIED,
    RetryPolicy,
    Trouble,
    pause_before_retry,
    read_retry_after,
)

KEYED = RetryPolicy(retries=2, seconds=180, repeatable=True)
KEYLESS = RetryPolicy(retries=2, seconds=180, repeatable=False)
LOST = Trouble(None)
OK = answer(200, CONTAINER)


def pause(policy: RetryPolicy, *troubles: Trouble, elapsed: float = 0, chance: float = 1) -> object:
    return pause_before_retry(policy, troubles, elapsed, chance)


@pytest.mark.parametrize("status", sorted(RETRIED))
def test_a_passing_trouble_is_worth_another_attempt(status: int) -> None:
    """408, 425, 429, 500, 502, 503 and 504 are retried."""
    assert pause(KEYED, Trouble(status)) == 0.5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422, 501, 505, 519])
def test_a_lasting_trouble_is_not(status: int) -> None:
    """What is refused for good is not asked again; 409 means a conflict, not a lock."""
    assert pause(KEYED, Trouble(status)) is None


def test_a_409_that_says_when_to_come_back_is_retried() -> None:
    """409 with Retry-After: the first call with the key is still in flight."""
    assert pause(KEYED, Trouble(409, retry_after=3)) == 3
    assert pause(KEYLESS, Trouble(409, retry_after=3)) is None


def test_a_409_after_a_lost_attempt_is_retried() -> None:
    """The attempt that was lost may be what is in flight: the key and the body are our own."""
    assert pause(KEYED, LOST, Trouble(409)) == 1.0
    assert pause(KEYED, Trouble(500), Trouble(409)) is None


@pytest.mark.parametrize("status", [502, 504])
def test_a_409_after_a_gateway_gave_up_is_retried(status: int) -> None:
    """Whoever stands in between had no answer: the server may still be at the attempt."""
    assert pause(KEYED, Trouble(status), Trouble(409)) == 1.0
    assert pause(KEYLESS, Trouble(status), Trouble(409)) is None


def test_a_call_that_may_have_been_carried_out_needs_a_key() -> None:
    """Without a key only what was certainly not carried out is sent again."""
    assert pause(KEYLESS, LOST) is None
    assert pause(KEYLESS, Trouble(500)) is None
    assert pause(KEYLESS, Trouble(None, carried_out=False)) == 0.5
    assert pause(KEYLESS, Trouble(429, carried_out=False)) == 0.5


def test_pauses_grow_up_to_eight_seconds_and_spread_over_all_of_it() -> None:
    """Full jitter: from nothing up to 0.5 s, 1 s, 2 s and so on, 8 s at most."""
    many = RetryPolicy(retries=9, seconds=180, repeatable=True)
    grown = [pause(many, *[LOST] * n) for n in range(1, 8)]
    assert grown == [0.5, 1, 2, 4, 8, 8, 8]
    assert pause(many, LOST, chance=0) == 0


def test_two_retries_are_the_most() -> None:
    """As many retries as the policy has, and no more."""
    assert pause(KEYED, LOST, LOST) is not None
    assert pause(KEYED, LOST, LOST, LOST) is None


def test_a_retry_after_of_more_than_two_minutes_is_not_waited_for() -> None:
    """120 s is honoured, more is given up."""
    assert pause(KEYED, Trouble(429, retry_after=120)) == 120
    assert pause(KEYED, Trouble(429, retry_after=121)) is None


def test_no_pause_leads_beyond_the_time_that_a_call_may_take() -> None:
    """The budget counts what has passed and what would be waited."""
    assert pause(KEYED, Trouble(503, retry_after=100), elapsed=80) == 100
    assert pause(KEYED, Trouble(503, retry_after=100), elapsed=81) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT"}, 0),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT",
                "date": "Wed, 21 Oct 2026 07:28:25 GMT",
            },
            5,
        ),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    """Either form is read, a date by the server's own clock; anything else is as if absent."""
    now = datetime(2026, 10, 21, 7, 28, 0, tzinfo=UTC)
    assert read_retry_after(headers, now) == seconds


def test_a_failing_server_is_asked_three_times(side: Sides) -> None:
    """Two retries by default, then the error of the last answer."""
    client = side(answer(500))
    with pytest.raises(ServerError):
        client.call(read)
    assert len(client.server.requests) == 3
    assert client.time.slept == [0.5, 1.0]


def test_what_succeeds_in_the_end_is_a_success(side: Sides) -> None:
    """The caller sees the answer, and how often it took in `raw`."""
    client = side(answer(503, retry_after="4"), httpx.ReadTimeout("slow"), OK)
    found = client.call(lambda layers: layers.raw(layers.content.get, "cnt_1"))
    assert found.parsed.id == "cnt_1"
    assert found.retries == 2
    assert client.time.slept == [4.0, 1.0]


@pytest.mark.parametrize(
    "lost",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("incomplete"),
        httpx.Response(202, content=b'{"jobId": "job_1", "ki'),
    ],
    ids=["refused", "reset", "slow", "incomplete", "truncated"],
)
def test_every_attempt_of_a_call_carries_one_key(
    side: Sides, lost: httpx.Response | Exception
) -> None:
    """A key is made once a call, and is on its result."""
    client = side(lost, answer(202, JOB))
    job = client.call(generate)
    first, second = client.server.sent("idempotency-key")
    assert first == second == job.idempotency_key
    assert len(first or "") == 36


def test_another_call_has_another_key(side: Sides) -> None:
    """Two calls with equal arguments are two calls."""
    client = side(answer(202, JOB))
    client.call(generate)
    client.call(generate)
    assert len(set(client.server.sent("idempotency-key"))) == 2


@pytest.mark.parametrize(
    "more",
    [{"idempotency_key": "mine"}, {"headers": {"Idempotency-Key": "mine"}}],
    ids=["argument", "header"],
)
def test_the_caller_s_own_key_wins(side: Sides, more: dict[str, object]) -> None:
    """A key that is given is sent, once, and told."""
    client = side(answer(500), answer(202, JOB))
    job = client.call(lambda layers: generate(layers, **more))
    assert client.server.sent("idempotency-key") == ["mine", "mine"]
    assert job.idempotency_key == "mine"


@pytest.mark.parametrize(
    "more",
    [{"idempotency_key": ""}, {"headers": {"Idempotency-Key": ""}}],
    ids=["argument", "header"],
)
def test_an_empty_key_is_a_mistake(side: Sides, more: dict[str, object]) -> None:
    """Whoever means to call again with a lost key must not start a second job."""
    client = side(answer(202, JOB))
    with pytest.raises(ConfigurationError, match="key"):
        client.call(lambda layers: generate(layers, **more))
    assert client.server.requests == []


def test_the_key_is_on_the_error(side: Sides) -> None:
    """Whoever does not know whether a call came through can call again with its key."""
    client = side(httpx.ReadTimeout("slow"))
    with pytest.raises(APITimeoutError) as caught:
        client.call(generate)
    assert caught.value.idempotency_key == client.server.sent("idempotency-key")[0]


def test_the_key_is_on_the_error_of_a_success_that_cannot_be_read(side: Sides) -> None:
    """The job was started, and only the key leads to it."""
    client = side(answer(202, {"id": "another shape"}))
    with pytest.raises(ResponseDecodeError) as caught:
        client.call(generate)
    assert caught.value.idempotency_key == client.server.sent("idempotency-key")[0]


def test_only_marked_operations_send_a_key(side: Sides) -> None:
    """A key on a call that does not heed it would promise what nobody keeps."""
    client = side(OK)
    client.call(read)
    assert client.server.sent("idempotency-key") == [None]


@pytest.mark.parametrize(
    ("lost", "attempts"),
    [
        (httpx.ReadTimeout("slow"), 1),
        (answer(500), 1),
        (answer(503, retry_after="1"), 1),
        (httpx.ConnectError("refused"), 3),
        (refusal(429, "RATE_LIMITED", retry_after="1"), 3),
    ],
    ids=["slow", "500", "503", "refused", "429"],
)
def test_a_post_without_a_key_is_not_carried_out_twice(
    side: Sides, lost: httpx.Response | Exception, attempts: int
) -> None:
    """It is sent again only where the first attempt was certainly not carried out."""
    client = side(lost)
    with pytest.raises((APIConnectionError, ServerError, RateLimitedError)):
        client.call(lambda layers: layers.content.approve("cnt_1"))
    assert len(client.server.requests) == attempts


def test_a_conflict_is_not_asked_again(side: Sides) -> None:
    """409 without Retry-After is the answer."""
    client = side(refusal(409, "IDEMPOTENCY_CONFLICT"))
    with pytest.raises(ConflictError):
        client.call(generate)
    assert len(client.server.requests) == 1


def test_a_call_in_flight_is_waited_for(side: Sides) -> None:
    """After a lost answer, 409 says that the first attempt goes on; its replay is awaited."""
    lost, busy = httpx.ReadError("reset"), refusal(409, "IDEMPOTENCY_CONFLICT")
    client = side(lost, busy, answer(202, JOB))
    assert client.call(generate).id == "job_1"


def test_one_call_may_choose_its_own_retries(side: Sides) -> None:
    """`max_retries` of a call is stronger than that of the client."""
    client = side(answer(500), max_retries=5)
    with pytest.raises(ServerError):
        client.call(lambda layers: read(layers, max_retries=0))
    assert len(client.server.requests) == 1


def test_a_call_that_cannot_be_sent_is_not_tried_again(side: Sides) -> None:
    """A mistake in the request is the caller's, and stays one."""
    client = side(httpx.LocalProtocolError("illegal header"))
    with pytest.raises(APIConnectionError):
        client.call(read)
    assert len(client.server.requests) == 1


def test_a_success_that_is_no_json_is_an_error_of_its_own(side: Sides) -> None:
    """After the retries, a body that breaks off is told with its status."""
    client = side(httpx.Response(200, content=b'{"id": "cn', headers={"x-request-id": "req_9"}))
    with pytest.raises(ResponseDecodeError) as caught:
        client.call(read)
    assert (caught.value.status, caught.value.request_id) == (200, "req_9")
    assert len(client.server.requests) == 3


def test_a_lost_poll_is_repeated(side: Sides) -> None:
    """Polls are calls like any other."""
    client = side(answer(202, JOB), answer(502), answer(200, DONE), OK)
    assert client.settle(client.call(generate).wait).id == "cnt_1"


def test_a_refused_body_is_not_repeated(side: Sides) -> None:
    """422 is the caller's to mend."""
    client = side(refusal(422, "VALIDATION"))
    with pytest.raises(UnprocessableContentError):
        client.call(generate)
    assert len(client.server.requests) == 1
