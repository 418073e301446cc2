"""Hand-made histories of the predictions example, and of what is laid on it.

    tape = Recorder()
    made = tape.create(key="k")
    tape.read(made, "running", at=3)

A call is sent one second after the one before and takes a tenth; `at` and `took` make calls
overlap, `lost=True` leaves one without an answer. A 4XX without an answer has the error's shape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.helpers.histories import EPOCH, GONE, stamp

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Expectations, Facts
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, read_yaml

Json = Any
FILE: Final = Path(__file__).resolve().parents[2] / "examples/predictions/openapi.yaml"
CODES: Final = {401: "UNAUTHORIZED", 404: "MISSING", 409: "ENDED", 422: "INVALID", 400: "INVALID"}
RENDER: Final = 60.0


@cache
def _read() -> dict[str, Json]:
    raw: dict[str, Json] = read_yaml(FILE)
    return raw


def plain() -> dict[str, Json]:
    """The example, as it stands in the repository."""
    return deepcopy(_read())


def extended() -> dict[str, Json]:
    """The example with what it does not use: expiry, a retry, a range, a validator, keys kept."""
    raw = plain()
    prediction = raw["components"]["schemas"]["Prediction"]
    cycle = prediction["x-lifecycles"]["prediction"]
    cycle["states"]["expired"] = {"ends": "failure", "source": "seed"}
    cycle["transitions"] += [
        {
            "from": ["succeeded"],
            "to": ["expired"],
            "by": "server",
            "after": "P1D",
            "source": "seed",
        },
        {"from": ["broken"], "to": ["waiting"], "by": ["retryPrediction"], "source": "seed"},
    ]
    cycle["refusals"][0]["in"].append("expired")
    raw["components"]["schemas"]["PredictionState"]["enum"].append("expired")
    paths = raw["paths"]
    canceled = paths["/predictions/{predictionId}/cancel"]["post"]["responses"]
    canceled["202"] = canceled["200"]
    retry = deepcopy(paths["/predictions/{predictionId}/cancel"])
    paths["/predictions/{predictionId}/cancel"]["post"]["security"] = [{"Token": ["write"]}]
    retry["post"] |= {
        "operationId": "retryPrediction",
        "x-starts": {"container": "none", "job": "", "source": "seed"},
    }
    paths["/predictions/{predictionId}/retry"] = retry
    listing = paths["/predictions"]["get"]
    listing["x-pagination"]["filters"]["since"] = {"field": "/created", "is": "at-least"}
    listing["parameters"].append({"name": "since", "in": "query", "schema": {"type": "string"}})
    paths["/predictions/{predictionId}"]["get"]["x-polling"]["validator"] = {
        "request": "If-None-Match",
        "response": "ETag",
        "unchanged": 304,
    }
    raw["x-idempotency"]["invalid-request-keeps-key"] = {"value": True, "source": "seed"}
    raw["x-idempotency"]["equal-bodies"] = {"value": "json", "source": "seed"}
    return raw


@dataclass(frozen=True)
class Made:
    """A prediction: what its creation answered."""

    exchange: Exchange
    id: str
    shown: dict[str, Json]


@dataclass
class Recorder:
    """A history under way."""

    raw: dict[str, Json] = field(default_factory=extended)
    expect: Expectations = field(default_factory=lambda: Expectations(render=RENDER, marker="lc-"))
    exchanges: list[Exchange] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.contract = Contract(Document(self.raw))

    @property
    def facts(self) -> Facts:
        """What the history shows."""
        return Facts(self.contract, History(self.exchanges), self.expect)

    def verdicts(self, *, strict: bool = True) -> dict[str, Judged]:
        """The verdicts, by id."""
        found = judge(self.contract, History(self.exchanges), self.expect, strict=strict)
        return {each.promise.id: each for each in found}

    def call(
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        *,
        status: int = 200,
        answer: Json = None,
        code: str | None = None,
        body: Json = None,
        query: Sequence[tuple[str, str]] = (),
        key: str | None = None,
        sends: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        at: float | None = None,
        took: float = 0.1,
        lost: bool = False,
        credential: str = "own",
    ) -> Exchange:
        """Take down one call."""
        spec = self.contract.operations[operation]
        sent = self.now if at is None else at
        self.now = max(self.now, sent + 1.0)
        if status >= 400 and answer is None:
            answer = {"code": code or CODES.get(status, "INVALID"), "message": "No."}
        exchange = Exchange(
            method=spec.method,
            path=spec.url(**(ids or {})),
            sent=EPOCH + sent,
            query=tuple(query),
            request_headers={
                **({"content-type": "application/json"} if body is not None else {}),
                **({"request-key": key} if key is not None else {}),
                **(sends or {}),
            },
            request_body=b"" if body is None else json.dumps(body).encode(),
            operation=operation,
            path_params=dict(ids or {}),
            credential=credential,
            actor="story",
        )
        if lost:
            exchange.failure = "ReadError"
        else:
            exchange.received = EPOCH + sent + took
            exchange.status = status
            exchange.body = b"" if answer is None else json.dumps(answer).encode()
            kind = {"content-type": "application/json"} if exchange.body else {}
            exchange.headers = {**kind, **(headers or {})}
        self.exchanges.append(exchange)
        return exchange

    def create(
        self, name: str | None = None, state: str = "waiting", prompt: str = "Rain", **call: Any
    ) -> Made:
        """A new prediction."""
        sent = self.now if call.get("at") is None else call["at"]
        name = name or f"pre_{len(self.exchanges)}"
        body = {"model": "haiku-3", "input": {"prompt": prompt}}
        shown = prediction(name, state, created=sent)
        given = {"status": 201, "answer": shown, "body": body, **call}
        return Made(self.call("createPrediction", **given), name, shown)

    def again(self, made: Made, **call: Any) -> Exchange:
        """The call that made a prediction once more; answered as the first time unless told."""
        first = made.exchange
        given: dict[str, Any] = {
            "body": first.request_json,
            "key": first.request_headers.get("request-key"),
            "status": 201,
        }
        given |= {"answer": made.shown} if call.get("status", 201) < 400 else {}
        return self.call("createPrediction", **{**given, **call})

    def read(
        self,
        made: Made,
        state: str = "running",
        show: Mapping[str, Json] | None = None,
        **call: Any,
    ) -> Exchange:
        """The prediction."""
        answer = as_it_is(made, state, show) if call.get("status", 200) == 200 else None
        return self.call("getPrediction", {"predictionId": made.id}, **{"answer": answer, **call})

    def cancel(self, made: Made, state: str = "stopped", **call: Any) -> Exchange:
        """A cancel."""
        answer = as_it_is(made, state) if call.get("status", 200) < 300 else None
        return self.call(
            "cancelPrediction", {"predictionId": made.id}, **{"answer": answer, **call}
        )

    def retry(self, made: Made, **call: Any) -> Exchange:
        """A broken prediction, run once more."""
        answer = as_it_is(made, "waiting") if call.get("status", 200) < 300 else None
        return self.call("retryPrediction", {"predictionId": made.id}, **{"answer": answer, **call})

    def page(
        self,
        *items: Mapping[str, Json],
        after: str | None = None,
        leads_to: str | None = None,
        query: Sequence[tuple[str, str]] = (),
        **call: Any,
    ) -> Exchange:
        """A page of the list."""
        asked = [*query, *([("after", after)] if after else [])]
        answer = {"results": list(items), "next": leads_to}
        return self.call("listPredictions", answer=answer, query=asked, **call)


def as_it_is(made: Made, state: str, show: Mapping[str, Json] | None = None) -> dict[str, Json]:
    """A prediction as a sound server shows it in *state*."""
    shown = prediction(made.id, state) | {"created": made.shown["created"]} | dict(show or {})
    return {name: value for name, value in shown.items() if value is not GONE}


def prediction(name: str, state: str, created: float = 0.0) -> dict[str, Json]:
    """A prediction of that name in *state*."""
    return {
        "id": name,
        "state": state,
        "model": "haiku-3",
        "input": {"prompt": "Rain"},
        "output": "Rain on the roof" if state == "succeeded" else None,
        "error": "The model gave up" if state == "broken" else None,
        "created": stamp(created),
    }
