"""What a contract run has recorded, sent and read once more by the client's public methods."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx
from tests.client.sides import KEY, Side

from layers_client import APIStatusError, AsyncLayers, Layers
from layers_client._runtime.model import moment
from layers_client.errors import BY_CODE, BY_STATUS
from layers_client.models import Job
from layers_contract.codegen.client.operations import identifier, method_name
from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.mock import MockOptions, TrioClock, app
from layers_contract.mock import target as target_of
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import simulate
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.target import parse

__all__ = ["Findings", "recorded", "round_trip"]

Json = Any
Client = type[Layers] | type[AsyncLayers]
KEY_HEADER: Final = "idempotency-key"
TAG_HEADER: Final = "if-none-match"
REFUSED_AS_IT_IS: Final = 422
"""What the document does not allow need not be sayable, such as null for a text."""
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
OPERATIONS: Final = load().operations


@cache
def _contract() -> Contract:
    return Contract(load())


def recorded(*variants: str, profile: str = "standard") -> list[Exchange]:
    """What a run against a mock with these variants was answered, where the document knows of it.

    Bodies that are no JSON, or lack what is required, are left out: no client could send them.
    """
    options = MockOptions(render=5, latency=0.05, seed=0, variants=variants)
    target = parse(target_of(options, "http://mock.invalid"), "mock")
    application = app(options, TrioClock())
    try:
        found = simulate(_contract(), target, application, epoch=SIMULATED_EPOCH, profile=profile)
    finally:
        application.behaviour.store.close()
    return [each for each in found.history if _is_documented(each) and _is_sayable(each)]


def _is_sayable(exchange: Exchange) -> bool:
    operation, body = _contract().operations[str(exchange.operation)], exchange.request_json
    if not operation.body_required:
        return not exchange.request_body or body is not NOT_JSON
    schema = _contract().document.resolve(operation.body)
    return isinstance(body, dict) and body.keys() >= set(schema.get("required", ()))


def _is_documented(exchange: Exchange) -> bool:
    if exchange.operation is None or exchange.status is None:
        return False
    return str(exchange.status) in OPERATIONS[exchange.operation].responses


@dataclass
class Findings:
    """What the trips came to."""

    troubles: list[str] = field(default_factory=list)
    """Answers that were not read as what they are."""
    differences: list[str] = field(default_factory=list)
    """Requests that are not what was recorded."""
    alike: Counter[str] = field(default_factory=Counter)
    """Requests that are, by operation."""
    unsayable: Counter[str] = field(default_factory=Counter)
    """Requests that no call makes, by why. Their answers are read all the same."""
    read: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers, by operation and status."""


class Call(NamedTuple):
    """A public method, with what to give it, and what the server has to answer."""

    resource: str
    method: str
    ids: Sequence[str | Job]
    values: Mapping[str, Any]
    answers: Sequence[Exchange]
    """For a job that is taken up again, the answers to two looks at it."""


class UnsayableError(Exception):
    """No call of the client sends this."""


class Player:
    """A client whose server answers with what it is told, and keeps the requests."""

    def __init__(self, client: Client) -> None:
        self._answers: list[Exchange] = []
        kind = "sync" if client is Layers else "async"
        self.side = Side(kind, self._answer, max_retries=0)

    def _answer(self, _: httpx.Request) -> httpx.Response:
        told = self._answers.pop(0)
        return httpx.Response(told.status or 0, headers=dict(told.headers), content=told.body)

    def play(self, call: Call) -> Any:
        """What the call returns, or the error that it raises; of a list, the first page."""
        self._answers = list(call.answers)
        try:
            found = self.side.settle(lambda: self._begun(call))
            while self._answers:
                self.side.settle(found.refresh)
            return found
        except Exception as error:  # noqa: BLE001 - whatever it is, it is judged
            return error

    def _begun(self, call: Call) -> Any:
        found = _method(self.side.layers, call)(*call.ids, **call.values)
        if not hasattr(found, "pages"):
            return found
        pages = found.pages()
        return next(pages) if isinstance(pages, Iterator) else anext(pages)


class Calls:
    """How to say, with the client's methods, what was sent."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._layers = Layers(api_key=KEY)
        self._tagged: dict[tuple[str, str], Exchange] = {}
        self._plain: dict[str, Call] = {}
        for each in exchanges:
            if each.status == 200 and "etag" in each.headers:
                self._tagged[each.path, each.headers["etag"]] = each
            if str(each.status)[0] == "2" and TAG_HEADER not in each.request_headers:
                self._plain.setdefault(str(each.operation), self._call(each))

    def of(self, exchange: Exchange) -> Call:
        """The call that sends what *exchange* did.

        Raises:
            UnsayableError: There is none.
        """
        tag = exchange.request_headers.get(TAG_HEADER)
        if tag is None:
            return self._checked(self._call(exchange))
        if (exchange.path, tag) not in self._tagged:
            raise UnsayableError("a tag that no answer has had")
        before = self._tagged[exchange.path, tag]
        job = Job.from_dict(before.json)
        return Call("jobs", "resume", [job], {}, (before, exchange))

    def like(self, exchange: Exchange) -> Call:
        """Another call of the same operation, to read the answer with."""
        return self._plain[str(exchange.operation)]._replace(answers=(exchange,))

    def _call(self, exchange: Exchange) -> Call:
        resource = OPERATIONS[str(exchange.operation)].raw["tags"][0]
        method = method_name(str(exchange.operation), resource)
        values = {identifier(name): value for name, value in _values(exchange)}
        return Call(resource, method, self._ids(exchange), values, (exchange,))

    def _ids(self, exchange: Exchange) -> list[str]:
        named = OPERATIONS[str(exchange.operation)].path_parameters
        return [exchange.path_params[parameter.name] for parameter in named]

    def _checked(self, call: Call) -> Call:
        try:
            signature(_method(self._layers, call)).bind(*call.ids, **call.values)
            json.dumps(call.values, ensure_ascii=False).encode()
        except (TypeError, UnicodeEncodeError) as error:
            raise UnsayableError(f"{call.method}: {error}") from None
        return call


def _method(layers: Any, call: Call) -> Any:
    return getattr(getattr(layers, call.resource), call.method)


def _values(exchange: Exchange) -> Iterator[tuple[str, Json]]:
    """What the method is to be given besides ids, by the document's names."""
    query: dict[str, list[str]] = {}
    for name, value in exchange.query:
        query.setdefault(name, []).append(value)
    for name, values in query.items():
        yield name, values if len(values) > 1 else values[0]
    if isinstance(exchange.request_json, dict):
        yield from exchange.request_json.items()
    if KEY_HEADER in exchange.request_headers:
        yield "idempotencyKey", exchange.request_headers[KEY_HEADER]


def round_trip(exchanges: Sequence[Exchange], client: Client) -> Findings:
    """Make each call again with the client, and read each answer with it."""
    findings, player, calls = Findings(), Player(client), Calls(exchanges)
    for each in exchanges:
        name = f"{each.number}: {each.operation} {each.status}"
        try:
            outcome = player.play(calls.of(each))
        except UnsayableError as error:
            findings.unsayable[str(error)] += 1
            outcome = player.play(calls.like(each))
        else:
            differences = [
                f"{name}: {d}" for d in _differences(each, player.side.server.requests[-1])
            ]
            findings.alike[str(each.operation)] += not differences
            if each.status == REFUSED_AS_IT_IS:
                findings.unsayable.update(differences)
            else:
                findings.differences += differences
        findings.read[str(each.operation), each.status or 0] += 1
        findings.troubles += [f"{name}: {trouble}" for trouble in _troubles(each, outcome)]
    player.side.close()
    return findings


def _differences(exchange: Exchange, request: httpx.Request) -> Iterator[str]:
    """How the client's request differs from the one that was recorded."""
    sent = Exchange("", "", 0, request_body=request.content)
    for what, theirs, ours in (
        ("method", exchange.method, request.method),
        ("path", exchange.path, request.url.raw_path.decode().partition("?")[0]),
        ("query", sorted(exchange.query), sorted(request.url.params.multi_items())),
        ("body", _body(exchange), _body(sent)),
        ("key", exchange.request_headers.get(KEY_HEADER), _own_key(exchange, request)),
        ("tag", exchange.request_headers.get(TAG_HEADER), request.headers.get(TAG_HEADER)),
    ):
        if theirs != ours:
            yield f"{what} is {ours!r}, was {theirs!r}"


def _body(exchange: Exchange) -> Json:
    """The request's body; where all of it may be left out, so may the body."""
    return exchange.request_json or {}


def _own_key(exchange: Exchange, request: httpx.Request) -> str | None:
    """The request's key, unless the client has made one where the recorded call had none."""
    key = request.headers.get(KEY_HEADER)
    made = KEY_HEADER not in exchange.request_headers and key is not None
    return None if made and UUID(key).version == 4 else key


def _troubles(exchange: Exchange, outcome: Any) -> Iterator[str]:
    """How *outcome* is not what the answer says."""
    if str(exchange.status)[0] in "45":
        yield from _misread_error(exchange, outcome)
    elif isinstance(outcome, Exception):
        yield f"{type(outcome).__name__}: {outcome}"
    elif exchange.status != 304:
        read = getattr(outcome, "envelope", outcome).to_dict()
        theirs, ours = _plain(exchange.json), _plain(read)
        if theirs != ours:
            yield f"read {ours!r} of {theirs!r}"


def _misread_error(exchange: Exchange, error: Any) -> Iterator[str]:
    if not isinstance(error, APIStatusError):
        yield f"{type(error).__name__}: {error}"
        return
    told = exchange.json["error"]
    kind = BY_CODE.get(told["code"]) or BY_STATUS[exchange.status or 0]
    expected = (kind, exchange.status, told["code"], told["message"], told.get("details"))
    found = (type(error), error.status, error.code, error.message, error.details)
    if found != expected:
        yield f"raised {found!r} for {expected!r}"
    if error.request_id != exchange.headers["x-request-id"]:
        yield f"raised with request id {error.request_id}"


def _plain(value: Json) -> Json:
    """*value* without what is null, and with moments that are equal however they are written."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return moment(value) if isinstance(value, str) and TIME.match(value) else value
