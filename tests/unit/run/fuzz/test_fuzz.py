"""Schemathesis, driven in process against a small server."""

from __future__ import annotations

import asyncio
import errno
import gzip
import itertools
import json
import os
import re
import sys
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import trio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from layers_contract.history.exchanges import Exchange, History
from layers_contract.run import fuzz
from layers_contract.run.fuzz.prune import prune

KEY = "sk-secret-0123456789"
PROJECT = "11111111-1111-4111-8111-111111111111"
SEED_JOB = "job_seed"
OPERATIONS = ["generateContent", "listContent", "getContent", "getJob", "cancelJob"]


def path_parameter(name: str, **schema: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **schema}}


def answer(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": name, "content": {"application/json": {"schema": schema}}}


def operation(name: str, *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    errors = {status: answer("Error") for status in ("401", "404", "405", "409", "422")}
    responses = {**more.pop("responses"), **errors}
    return {"operationId": name, "parameters": [*parameters], "responses": responses, **more}


def link(name: str, parameter: str) -> dict[str, Any]:
    return {"operationId": name, "parameters": {parameter: f"$response.body#/{parameter}"}}


LINKS = {
    "job": link("getJob", "jobId"),
    "cancel": link("cancelJob", "jobId"),
    "content": link("getContent", "containerId"),
}
PROJECT_ID = path_parameter("projectId", format="uuid")
JOB_ID = path_parameter("jobId", pattern="^job_[A-Za-z0-9_-]+$")
CONTAINER_ID = path_parameter("containerId", pattern="^cnt_[A-Za-z0-9_-]+$")
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
LIMIT = {
    "name": "limit",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": 200},
}
BRIEF = {
    "type": "object",
    "required": ["hook"],
    "properties": {
        "hook": {"type": "string", "minLength": 1, "maxLength": 2000},
        "format": {"type": "string", "enum": ["auto", "video"]},
    },
}
BODY = {
    "required": True,
    "content": {"application/json": {"schema": BRIEF, "example": {"hook": "As in the document"}}},
}


def record_of(*names: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(names),
        "properties": {name: {"type": "string"} for name in names},
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Toy", "version": "1"},
    "servers": [{"url": "https://api.example.com"}],
    "security": [{"key": []}],
    "paths": {
        "/v1/projects/{projectId}/content": {
            "post": operation(
                "generateContent",
                PROJECT_ID,
                KEY_HEADER,
                requestBody=BODY,
                responses={"202": {**answer("Job"), "links": LINKS}},
            ),
            "get": operation("listContent", PROJECT_ID, LIMIT, responses={"200": answer("Page")}),
        },
        "/v1/content/{containerId}": {
            "get": operation("getContent", CONTAINER_ID, responses={"200": answer("Container")})
        },
        "/v1/jobs/{jobId}": {"get": operation("getJob", JOB_ID, responses={"200": answer("Job")})},
        "/v1/jobs/{jobId}/cancel": {
            "post": operation(
                "cancelJob", JOB_ID, responses={"200": answer("Job"), "202": answer("Job")}
            )
        },
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
        "schemas": {
            "Job": record_of("jobId", "containerId", "status"),
            "Container": record_of("id", "status"),
            "Page": {"type": "object", "required": ["items"]},
            "Error": {"type": "object", "required": ["error"]},
        },
    },
}


def error(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"code": code}}, status, headers=headers)


def not_found(*_: object) -> Response:
    return error(404, "NOT_FOUND")


def not_allowed(_: object, exc: Any) -> Response:
    return error(405, "METHOD_NOT_ALLOWED", exc.headers)


@dataclass
class Toy:
    """A server that keeps what the document says; `odd` answers in place of getJob."""

    odd: Callable[[Request], Any] | None = None
    jobs: dict[str, float] = field(default_factory=lambda: {SEED_JOB: 0.0})
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def job(self, name: str) -> dict[str, str]:
        done = time.monotonic() - self.jobs[name] > 0.01
        status = "completed" if done else "running"
        return {"jobId": name, "containerId": f"cnt_{name[4:]}", "status": status}

    async def project(self, request: Request) -> Response:
        if request.path_params["projectId"] != PROJECT:
            return not_found()
        return await (self.generate if request.method == "POST" else self.list)(request)

    async def generate(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            body = None
        kind = request.headers.get("content-type", "").startswith("application/json")
        key = request.headers.get("idempotency-key", "default")
        if not (kind and valid(body) and 1 <= len(key) <= 255):
            return error(422, "VALIDATION")
        name = f"job_{next(self.numbers)}"
        self.jobs[name] = time.monotonic()
        return JSONResponse(self.job(name), 202)

    async def list(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "25")
        if not re.fullmatch("[0-9]+", limit) or not 1 <= int(limit) <= 200:
            return error(422, "VALIDATION")
        return JSONResponse({"items": []})

    async def content(self, request: Request) -> Response:
        name = "job_" + request.path_params["name"][4:]
        if name not in self.jobs:
            return not_found()
        return JSONResponse({"id": "cnt_" + name[4:], "status": "queued"})

    async def read(self, request: Request) -> Response:
        if self.odd is not None:
            odd: Response = await self.odd(request)
            return odd
        name = request.path_params["name"]
        return JSONResponse(self.job(name)) if name in self.jobs else not_found()

    async def cancel(self, request: Request) -> Response:
        name = request.path_params["name"]
        return JSONResponse(self.job(name), 202) if name in self.jobs else not_found()

    def app(self) -> Any:
        routes = [
            Route("/v1/projects/{projectId}/content", self.project, methods=["GET", "POST"]),
            Route("/v1/content/{name}", self.content),
            Route("/v1/jobs/{name}", self.read),
            Route("/v1/jobs/{name}/cancel", self.cancel, methods=["POST"]),
        ]
        inner = Starlette(routes=routes, exception_handlers={404: not_found, 405: not_allowed})

        async def guard(scope: Any, receive: Any, send: Any) -> None:
            key = dict(scope["headers"]).get(b"x-api-key")
            self.seen.append((scope["method"], scope["path"], key and key.decode()))
            own = key == KEY.encode()
            await (inner if own else error(401, "UNAUTHENTICATED"))(scope, receive, send)

        return guard


def valid(body: object) -> bool:
    return (
        isinstance(body, dict)
        and set(body) <= {"hook", "format"}  # unknown members: not promised, so refused here
        and isinstance(body.get("hook"), str)
        and 1 <= len(body["hook"]) <= 2000
        and body.get("format", "auto") in ("auto", "video")
    )


@contextmanager
def serve(app: Any) -> Iterator[str]:
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.force_exit = server.should_exit = True
    thread.join()


def ids(_: str) -> Mapping[str, str]:
    return {"projectId": PROJECT, "jobId": SEED_JOB, "containerId": "cnt_seed"}


def plan(url: str, **changes: Any) -> fuzz.Plan:
    settings: dict[str, Any] = {
        "url": url,
        "headers": {"X-Api-Key": KEY},
        "secret_headers": frozenset({"x-api-key"}),
        "operations": OPERATIONS,
        "ids": ids,
        "may_send": lambda _operation, _body: True,
        "examples": 5,
        "run_id": "run",
    }
    return fuzz.Plan(**{**settings, **changes})


def fuzzed(toy: Toy, **changes: Any) -> tuple[History, fuzz.Outcome]:
    history = History()
    with serve(toy.app()) as url:
        outcome = fuzz.run(DOCUMENT, plan(url, **changes), history.add)
    return history, outcome


@dataclass
class Whole:
    toy: Toy
    history: History
    outcome: fuzz.Outcome

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.history)


@pytest.fixture(scope="module")
def whole() -> Whole:
    toy = Toy()
    return Whole(toy, *fuzzed(toy))


def test_every_request_on_the_wire_is_recorded(whole: Whole) -> None:
    """What the server saw and what the history holds are the same requests, in the same order."""
    recorded = [(e.method, unquote(e.path)) for e in whole]
    assert recorded == [(method, path) for method, path, _ in whole.toy.seen]


def test_all_phases_exercise_all_operations(whole: Whole) -> None:
    """Whatever a phase left out is named, with a reason."""
    done = set(whole.outcome.requests) | {(s.phase, s.operation) for s in whole.outcome.skips}
    phases = ("examples", "coverage", "fuzzing", "stateful")
    assert done >= {(phase, name) for phase in phases for name in OPERATIONS}
    assert ("stateful", "generateContent") in whole.outcome.requests
    assert whole.outcome.troubles == ()


def test_a_server_that_keeps_the_document_has_no_findings(whole: Whole) -> None:
    """No check that is run cries wolf here."""
    assert [(e.path, e.intent, f) for e in whole for f in e.findings] == []


def test_positive_data_goes_to_what_exists(whole: Whole) -> None:
    """No positive request is answered 404, in any phase."""
    positive = [e for e in whole if e.intent == "positive"]
    assert {e.status for e in positive} <= {200, 202}
    assert {e.actor for e in positive} > {"schemathesis:coverage", "schemathesis:fuzzing"}


def test_negative_ids_stay_negative(whole: Whole) -> None:
    """An id broken on purpose is not mended."""
    broken = [e for e in whole if e.operation == "getJob" and e.intent.startswith("negative: path")]
    assert broken
    assert SEED_JOB not in {e.path_params["jobId"] for e in broken}


def test_ids_from_links_are_kept(whole: Whole) -> None:
    """The stateful phase reads jobs that it has started itself."""
    reads = [e for e in whole if e.operation == "getJob" and e.actor == "schemathesis:stateful"]
    assert {e.path_params["jobId"] for e in reads if e.status == 200} - {SEED_JOB}


def test_valid_keys_are_new_and_invalid_ones_are_left(whole: Whole) -> None:
    """Valid idempotency keys start with the run's id and never repeat; too long stays too long."""
    name = "idempotency-key"
    keyed = [e for e in whole if name in e.request_headers and e.credential == "own"]
    keys = [e.request_headers[name] for e in keyed if e.intent == "positive"]
    assert all(key.startswith("run-") and len(key) <= 255 for key in keys)
    assert len(set(keys)) == len(keys) > 3
    assert any(len(e.request_headers[name]) > 255 for e in keyed)


def test_credentials_are_marked_and_never_kept(whole: Whole) -> None:
    """Requests without the key are seen for what they are; the key is nowhere in the history."""
    assert {e.credential for e in whole} == {"own", "none", "invalid"}
    assert {e.status for e in whole if e.credential != "own"} == {401}
    assert KEY not in repr(list(whole))


def test_checks_are_named_where_they_apply(whole: Whole) -> None:
    """An exchange names the checks that judged it; content type probes have but one."""
    for exchange in whole:
        probe = "`Content-Type`" in exchange.intent
        if exchange.credential == "own" and exchange.operation and not probe:
            assert "response_schema_conformance" in exchange.checks
            judged = "negative_data_rejection" in exchange.checks
            assert judged == exchange.intent.startswith("negative")


def test_equal_seeds_give_equal_requests(whole: Whole) -> None:
    """A second run in the same process sends the same bytes; another seed does not."""

    def sent(history: History) -> list[object]:
        return [
            (e.method, e.path, e.query, dict(e.request_headers, host=""), e.request_body)
            for e in history
        ]

    again, _ = fuzzed(Toy())
    other, _ = fuzzed(Toy(), seed=1)
    assert sent(again) == sent(whole.history) != sent(other)


def test_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No file, no output, no changed settings; a schemathesis.toml nearby is not read."""
    (tmp_path / "schemathesis.toml").write_text("this is not = = toml")
    monkeypatch.chdir(tmp_path)
    before = (list(warnings.filters), sys.getrecursionlimit())
    fuzzed(Toy(), examples=2)
    assert [path.name for path in tmp_path.iterdir()] == ["schemathesis.toml"]
    assert capfd.readouterr() == ("", "")
    assert (list(warnings.filters), sys.getrecursionlimit()) == before


def test_what_cannot_be_cleared_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was given up may still write to its folder while that is being removed."""

    def busy(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTEMPTY, "Directory not empty")

    monkeypatch.setattr(os, "rmdir", busy)
    fuzzed(Toy(), examples=1)


def test_runs_in_a_thread_beside_trio() -> None:
    """Neither the main thread nor a signal handler is needed."""
    outcomes = []

    async def main() -> None:
        run = lambda: fuzzed(Toy(), examples=1)[1]  # noqa: E731
        outcomes.append(await trio.to_thread.run_sync(run))

    trio.run(main)
    assert outcomes[0].troubles == ()


def test_operations_not_named_are_left_alone() -> None:
    """Only what the plan allows is sent; an operation the document lacks is reported."""
    history, outcome = fuzzed(Toy(), operations=["getJob", "nothing"])
    assert {e.operation for e in history} <= {"getJob", None}
    assert fuzz.Skip("", "nothing", "not in the document") in outcome.skips


def test_what_is_out_of_budget_is_not_sent() -> None:
    """A refused request is counted and neither sent nor judged; the others go on."""
    toy = Toy()
    asked: list[tuple[str, bytes]] = []

    def may_send(name: str, body: bytes) -> bool:
        asked.append((name, body))
        return name != "generateContent"

    history, outcome = fuzzed(toy, may_send=may_send)
    assert outcome.denied == {"generateContent": sum(n == "generateContent" for n, _ in asked)}
    assert not any(p.endswith("/content") and m == "POST" for m, p, _ in toy.seen)
    assert any(b'"hook"' in body for _, body in asked)
    assert [f for e in history for f in e.findings] == []


def test_stops_when_told() -> None:
    """After `stop` says so, nothing more is sent."""
    left = itertools.count()
    history, outcome = fuzzed(Toy(), stop=lambda: next(left) >= 20)
    assert len(history) == 20
    assert outcome.ended == "stopped"


def test_reports_progress() -> None:
    """Each phase tells how far it is."""
    told: list[fuzz.Progress] = []
    with serve(Toy().app()) as url:
        fuzz.run(DOCUMENT, plan(url, examples=2), lambda _: None, told.append)
    assert {p.phase for p in told} == {"examples", "coverage", "fuzzing", "stateful"}
    assert fuzz.Progress("coverage", "generateContent", 1, 5) in told


def test_the_callers_errors_are_the_callers() -> None:
    """An exception in one of the caller's functions ends the run and comes out of it."""
    with pytest.raises(ZeroDivisionError):
        fuzzed(Toy(), ids=lambda _: {"jobId": str(1 // 0)})


async def endless(_: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):  # uvicorn would go on for a client that has left
            yield b"x" * 65536

    return StreamingResponse(body())


async def dripping(_: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(body(), media_type="application/json")


BOMB = gzip.compress(bytes(50_000_000))


async def bomb(_: Request) -> Response:
    return Response(BOMB, headers={"Content-Encoding": "gzip"}, media_type="application/json")


async def not_gzip(_: Request) -> Response:
    return Response(b"plain", headers={"Content-Encoding": "gzip"})


async def hanging(_: Request) -> Response:
    await asyncio.sleep(2)
    return Response()


HOSTILE = [
    (endless, "longer than 100,000 bytes"),
    (bomb, "longer than 100,000 bytes"),
    (dripping, "within 0.3 s"),
    (hanging, "within 0.3 s"),
    (not_gzip, "Content-Encoding"),
]


@pytest.mark.parametrize(("odd", "failure"), HOSTILE)
def test_hostile_answers_are_cut(odd: Callable[[Request], Any], failure: str) -> None:
    """Endless, slow and packed answers become failures in bounded time, and the rest goes on."""
    start = time.monotonic()
    history, outcome = fuzzed(
        Toy(odd), timeout=0.3, max_body=100_000, phases=["coverage"], examples=1
    )
    failures = [e for e in history if e.failure]
    assert failures
    assert all(failure in str(e.failure) and len(e.body) <= 100_000 for e in failures)
    assert all(not e.findings and not e.checks for e in failures)
    assert ("coverage", "cancelJob") in outcome.requests
    assert time.monotonic() - start < 10


def test_an_operation_that_never_answers_is_given_up() -> None:
    """Three silences and it is left alone, which is said."""
    history, outcome = fuzzed(Toy(hanging), timeout=0.2, phases=["coverage"])
    silent = [e for e in history if e.failure is not None and e.operation == "getJob"]
    assert len(silent) == 3
    assert any(s.operation == "getJob" and "given up" in s.reason for s in outcome.skips)


def test_a_server_that_is_not_there_ends_the_run() -> None:
    """Ten refused connections are enough, and they are exchanges too."""
    with serve(Toy().app()) as url:
        pass
    history = History()
    outcome = fuzz.run(DOCUMENT, plan(url), history.add)
    assert outcome.ended == "10 requests in a row had no answer"
    assert {e.status for e in history} == {None}
    assert "refused" in str(history[0].failure)


def test_redirects_are_not_followed() -> None:
    """The key never goes to another host."""
    elsewhere = Toy()
    with serve(elsewhere.app()) as other:

        async def away(_: Request) -> Response:
            return RedirectResponse(other + "/v1/jobs/job_seed", 307)

        history, _ = fuzzed(Toy(away), phases=["coverage"])
    assert elsewhere.seen == []
    assert 307 in {e.status for e in history}


def test_failures_of_checks_become_findings_and_stop_nothing() -> None:
    """A broken answer is found in every phase, by name, in one line without the key."""

    async def broken(request: Request) -> Response:
        return JSONResponse({"leak": KEY, "jobId": request.path_params["name"]}, 200)

    history, outcome = fuzzed(Toy(broken))
    found = [(e, f) for e in history for f in e.findings if e.operation == "getJob"]
    assert {f.check for _, f in found} >= {"response_schema_conformance"}
    assert {e.actor for e, _ in found} >= {"schemathesis:fuzzing", "schemathesis:stateful"}
    assert all("\n" not in f.message and KEY not in f.message for _, f in found)
    assert outcome.troubles == ()


def test_ignored_auth_is_found_on_the_request_it_was_seen_on() -> None:
    """A server that asks for no key is found on the exchange sent without one."""
    toy = Toy()
    history = History()
    with serve(open_to_all(toy)) as url:
        fuzz.run(DOCUMENT, plan(url, phases=["coverage"]), history.add)
    found = {e.credential for e in history for f in e.findings if f.check == "ignored_auth"}
    assert found == {"none"}


def open_to_all(toy: Toy) -> Any:
    guarded = toy.app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        others = [(n, v) for n, v in scope["headers"] if n != b"x-api-key"]
        headers = [*others, (b"x-api-key", KEY.encode())]
        await guarded({**scope, "headers": headers}, receive, send)

    return app


def test_unknown_members_are_pruned_at_any_depth() -> None:
    """References, branches and arrays are looked through; a free-form object is left as it is."""
    schema = {
        "allOf": [{"$ref": "#/x-bundled/a"}],
        "properties": {"list": {"items": {"properties": {"x": {}}}}, "free": {"type": "object"}},
        "x-bundled": {"a": {"properties": {"known": {}}}},
    }
    value = {"known": 1, "no": 2, "list": [{"x": 1, "y": 2}], "free": {"any": 1}}
    kept = {"known": 1, "list": [{"x": 1}], "free": {"any": 1}}
    assert prune(value, schema) == kept
