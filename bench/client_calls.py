"""Rows of the client's table about one call: tries, keys, times, errors, answers."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from client_sides import (
    ACCEPTED,
    BROKEN,
    CONTAINER,
    DOCUMENT,
    JOB,
    KEY_HEADER,
    KINDS,
    READ,
    SOON,
    Kind,
    equal,
    generate,
    read,
    refusal,
    row,
    side,
)
from fake_server import HANG_UP, Fake, fake_server, reply
from layers_client import Layers, errors


@row("Backoff with jitter")
def backoff(_: Fake) -> str:
    """Two 500s and a success, in eight calls at a time."""

    def gaps(kind: Kind) -> list[float]:
        with fake_server() as fake, side(kind, fake) as client:
            fake.script(BROKEN, BROKEN, READ)
            client.call(read)
            return fake.gaps

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(gaps, KINDS * 4))
    equal("pauses of each call", {len(each) for each in found}, {2})
    first, second = ([each[n] for each in found] for n in (0, 1))
    if max(second) - min(second) < 0.05:
        raise AssertionError("the pauses are alike")
    spread = [f"{min(each):.2f} to {max(each):.2f} s" for each in (first, second)]
    return f"500, 500, 200: three tries, eight times; pauses of {spread[0]}, then {spread[1]}"


@row("`Retry-After`")
def retry_after(fake: Fake) -> str:
    """In seconds, as a date, and too far away."""
    now = datetime.now(UTC).replace(microsecond=0)
    dates = [format_datetime(each, usegmt=True) for each in (now, now + timedelta(seconds=2))]
    with side(Layers, fake) as client:
        fake.script(refusal(429, "RATE_LIMITED", Retry_After="1"), READ)
        client.call(read)
        seconds = fake.gaps[0]
        fake.script(refusal(503, "KILL_SWITCH", Date=dates[0], Retry_After=dates[1]), READ)
        client.call(read)
        by_date = fake.gaps[0]
        fake.script(refusal(429, "RATE_LIMITED", Retry_After="121"))
        client.error(read)
        equal("tries where it says 121 s", len(fake.requests), 1)
    if seconds < 1 or by_date < 2:
        raise AssertionError(f"waited {seconds:.2f} s for 1, {by_date:.2f} s for a date 2 s away")
    return (
        f"429 with 1 s: waited {seconds:.2f} s; 503 with a date 2 s away: {by_date:.2f} s;"
        " 121 s: raised at once"
    )


@row("Idempotency key, made once a call and reused")
def key_reused(fake: Fake) -> str:
    """An error page, a lost connection and a cut answer before the success."""
    for kind in KINDS:
        with side(kind, fake, max_retries=3) as client:
            fake.script(BROKEN, HANG_UP, reply(202, JOB, cut=9), ACCEPTED)
            job = client.call(generate)
            equal("keys of four tries", set(fake.sent(KEY_HEADER)), {job.idempotency_key})
            equal("its version", UUID(job.idempotency_key).version, 4)
            client.call(generate)
            equal("keys of two calls", len(set(fake.sent(KEY_HEADER))), 2)
            fake.script(BROKEN, ACCEPTED)
            client.call(partial(generate, idempotency_key="mine"))
            equal("a key of the caller's", fake.sent(KEY_HEADER), ["mine", "mine"])
    return "500, connection lost, body cut, 202: one key in all four; the caller's own wins"


@row("Idempotency key on result and error")
def key_told(fake: Fake) -> str:
    """Without it nobody can ask again for what may have been done."""
    for kind in KINDS:
        with side(kind, fake, max_retries=1) as client:
            fake.script(HANG_UP)
            error = client.error(generate)
            equal("key on the error", {error.idempotency_key}, set(fake.sent(KEY_HEADER)))
            fake.script(ACCEPTED)
            job = client.call(partial(generate, idempotency_key=error.idempotency_key))
            equal("key on the result", job.idempotency_key, error.idempotency_key)
            equal("key that was sent", fake.sent(KEY_HEADER), [error.idempotency_key])
    return "the key of a call that got no answer is on its error, and on the job of the next one"


@row("No second `POST` without a key")
def keyless(fake: Fake) -> str:
    """What the server cannot tell from a new call is not sent again, unless it was not done."""
    tries = {}
    for name, told in {
        "500": BROKEN,
        "connection lost": HANG_UP,
        "429": refusal(429, "RATE_LIMITED", Retry_After=SOON),
    }.items():
        with side(Layers, fake) as client:
            fake.script(told)
            client.error(lambda layers: layers.content.approve("cnt_1"))
            tries[name] = len(fake.requests)
    equal("tries of approve", tries, {"500": 1, "connection lost": 1, "429": 3})
    return "approve: one try where it may have been done, three on 429"


@row("Total time for retries")
def budget(fake: Fake) -> str:
    """No try begins that the budget has no time for."""
    with side(Layers, fake, max_retries=9, max_retry_time=1.5) as client:
        fake.script(refusal(503, "KILL_SWITCH", Retry_After="1"))
        begun = time.monotonic()
        client.error(read)
        took = time.monotonic() - begun
    equal("tries", len(fake.requests), 2)
    return f"nine retries allowed, 1.5 s in all, 1 s between: two tries, {took:.2f} s"


@row("Typed errors with request id")
def typed_errors(fake: Fake) -> str:
    """Each code of the document, a code that is new, and a status that is."""
    codes = DOCUMENT.schema("ErrorDetail")["x-error-codes"]
    with side(Layers, fake, max_retries=0) as client:
        for code, entry in codes.items():
            fake.script(refusal(entry["status"], code, X_Request_Id="req_7"))
            error = client.error(read)
            equal(code, (error.status, error.code), (entry["status"], code))
            equal(f"{code}: request id", error.request_id, "req_7")
            equal(f"{code}: details", error.details, {"at": "/brief"})
            equal(f"{code}: class", type(error), errors.BY_CODE[code])
        fake.script(refusal(409, "NEW"))
        error = client.error(read)
        equal("a new code", (type(error), error.code), (errors.ConflictError, "NEW"))
        equal("request id from the body", error.request_id, "req_body")
    classes = {errors.BY_CODE[code] for code in codes}
    return f"{len(codes)} codes, {len(classes)} classes; a new code falls to that of its status"


@row("Answers that are no answer")
def no_answer(fake: Fake) -> str:
    """A page in HTML, a status of nobody's, half of a body, a body without what is needed."""
    expected = {
        reply(502, "<h1>Bad Gateway</h1>"): errors.BadGatewayError,
        reply(520, "<h1>origin</h1>"): errors.ServerError,
        reply(499): errors.ClientError,
        reply(200, CONTAINER, cut=20): errors.APIConnectionError,
        reply(200, "<h1>Sign in to the network</h1>"): errors.ResponseDecodeError,
        reply(200, {"id": "cnt_1"}): errors.ResponseDecodeError,
        HANG_UP: errors.APIConnectionError,
    }
    for kind in KINDS:
        with side(kind, fake, max_retries=0) as client:
            for told, error in expected.items():
                fake.script(told)
                equal(f"{told.status} {told.body[:20]!r}", type(client.error(read)), error)
    return f"{len(expected)} of them, each raised as a `LayersError` of its kind"


@row("A default timeout")
def timeout(fake: Fake) -> str:
    """What a request is given where nobody says; and that a limit is one."""
    seen: list[Any] = []
    hooks = {"request": [lambda request: seen.append(request.extensions["timeout"])]}
    with httpx.Client(event_hooks=hooks) as http, side(Layers, fake, http_client=http) as client:
        fake.script(READ)
        client.call(read)
        limits = [{**each} for each in seen]
        equal("limits", limits, [{"connect": 5.0, "read": 30.0, "write": 30.0, "pool": None}])
        fake.script(reply(200, CONTAINER, wait=10.0))
        begun = time.monotonic()
        error = client.error(partial(read, timeout=0.2, max_retries=0))
        took = time.monotonic() - begun
    equal("error", type(error), errors.APITimeoutError)
    if took >= 10:
        raise AssertionError(f"a limit of 0.2 s took {took:.2f} s")
    return f"5 s to connect, 30 s for any other step; a limit of 0.2 s: raised after {took:.2f} s"


@row("Raw access to the answer")
def raw(fake: Fake) -> str:
    """The result, and what it was read from."""
    for kind in KINDS:
        with side(kind, fake) as client:
            fake.script(BROKEN, reply(200, CONTAINER, X_Request_Id="req_7", X_New="new"))
            found = client.call(lambda layers: layers.raw(layers.content.get, "cnt_1"))
            equal("id", found.parsed.id, "cnt_1")
            told = (found.status, found.headers["x-new"], found.request_id, found.retries)
            equal("answer", told, (200, "new", "req_7", 1))
            if b"cnt_1" not in found.content:
                raise AssertionError("the body is not there")
    return "`layers.raw(method, …)`: result, status, headers, body, request id, how often retried"


@row("Unknown values and fields survive")
def unknown(fake: Fake) -> str:
    """A status, a field and an object that the document does not have."""
    grown = {**CONTAINER, "status": "paused", "approvalStatus": "later", "billing": {"credits": 3}}
    for kind in KINDS:
        with side(kind, fake) as client:
            fake.script(reply(200, grown))
            found = client.call(read)
            equal("status", (found.status, found.status.is_known), ("paused", False))
            again = pickle.loads(pickle.dumps(found))  # noqa: S301 - it was made a line above
            equal("pickled and unpickled", again, found)
            equal("written again", again.to_dict()["billing"], {"credits": 3})
    return "status `paused` is kept as its text, also by `pickle`; new fields are kept on the side"


@row("One call with other settings")
def settings(fake: Fake) -> str:
    """Timeout, headers and retries of one call, and of a copy of the client."""
    with side(Layers, fake, headers={"X-Team": "growth"}) as client:
        fake.script(BROKEN)
        client.error(partial(read, max_retries=0, headers={"x-team": "core"}))
        equal("headers of a call", fake.sent("x-team"), ["core"])
        copy = client.layers.with_options(max_retries=1, headers={"X-Team": "copy"})
        fake.script(READ)
        read(copy)
        client.call(read)
        equal("headers of copy and original", fake.sent("x-team"), ["copy", "growth"])
        copy.close()
        client.call(read)
    return (
        "`timeout=`, `headers=`, `max_retries=` of a call; a copy changes and closes nothing else"
    )
