"""A history as a HAR 1.2 file, which browsers and proxies can open."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.outcome import Outcome

from ._text import REDACTED, heading, public

__all__ = ["to_har"]

HTTP: Final = "HTTP/1.1"


def to_har(outcome: Outcome) -> str:
    """A run's exchanges as HAR; fields of our own start with an underscore, as HAR asks."""
    log = {
        "version": "1.2",
        "creator": {"name": "layers-contract", "version": outcome.contract.document.version},
        "comment": "; ".join(
            [
                ", ".join(f"{name} {value}" for name, value in heading(outcome).items()),
                *outcome.notes,
            ]
        ),
        "entries": [_entry(outcome, each.as_received()) for each in outcome.history],
    }
    return json.dumps({"log": log}, indent=1) + "\n"


def _entry(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    took = -1.0 if exchange.received is None else (exchange.received - exchange.sent) * 1000
    entry = {
        "startedDateTime": datetime.fromtimestamp(exchange.sent, UTC).isoformat(
            timespec="microseconds"
        ),
        "time": round(took, 3),
        "request": _request(outcome, exchange),
        "response": _response(outcome, exchange),
        "cache": {},
        "timings": {"send": 0, "wait": round(took, 3), "receive": 0},
        "_operation": exchange.operation,
        "_actor": exchange.actor,
        "_credential": exchange.credential,
        "_intent": exchange.intent,
    }
    return entry | ({"_error": exchange.failure} if exchange.failure else {})


def _request(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    query = urlencode(exchange.query, quote_via=quote, errors="replace")
    url = outcome.target.rstrip("/") + exchange.path + (f"?{query}" if query else "")
    headers = public(exchange.request_headers, outcome.secret_header)
    if exchange.credential != "none":
        headers[outcome.secret_header.lower()] = REDACTED
    headers |= {name.lower(): REDACTED for name in outcome.headers}
    request = {
        "method": exchange.method,
        "url": url,
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(headers.items()),
        "queryString": _pairs(exchange.query),
        "headersSize": -1,
        "bodySize": len(exchange.request_body),
    }
    body = _body(exchange.request_headers, exchange.request_body)
    return request | ({"postData": body} if exchange.request_body else {})


def _response(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    return {
        "status": exchange.status or 0,
        "statusText": _phrase(exchange.status),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(public(exchange.headers, outcome.secret_header).items()),
        "content": {"size": len(exchange.body), **_body(exchange.headers, exchange.body)},
        "redirectURL": exchange.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": len(exchange.body),
    }


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def _pairs(items: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in items]


def _body(headers: Any, body: bytes) -> dict[str, Any]:
    media = {"mimeType": headers.get("content-type", "")}
    try:
        return {**media, "text": body.decode()}
    except UnicodeDecodeError:
        return {**media, "text": base64.b64encode(body).decode(), "encoding": "base64"}
