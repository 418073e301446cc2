"""The API of examples/predictions, written by hand: an implementation that no mock of ours shares.

Plain ASGI on trio's clock. `Faults` switches single promises off.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import trio

__all__ = ["EPOCH", "Faults", "Predictions"]

Json = Any
EPOCH: Final = 1_790_000_000.0
STATES: Final = ("waiting", "running", "succeeded", "broken", "stopped")
MODELS: Final = ("haiku-3", "sonnet-1")
WINDOW: Final = 30 * 86400.0
"""Seconds for which a key is remembered."""
ENDED: Final = frozenset({"succeeded", "broken", "stopped"})


@dataclass(frozen=True, slots=True)
class Faults:
    """What the server does wrong."""

    refuses_create: str | None = None
    refuses_cancel: str | None = None
    forgets_keys: bool = False
    cancels_ended: bool = False
    reopens: bool = False
    ignores_size: bool = False
    shows_others: bool = False


class RefusalError(Exception):
    """A response that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class _Prediction:
    id: str
    owner: str
    body: Json
    created: float
    stopped: float | None = None


@dataclass
class Predictions:
    """The application. A prediction waits and then runs for `waits` and `runs` seconds."""

    waits: float = 1.0
    runs: float = 4.0
    faults: Faults = Faults()
    keys: Mapping[str, str] = field(default_factory=lambda: {"tk_own": "us", "tk_other": "them"})
    made: dict[str, _Prediction] = field(default_factory=dict)
    _known: dict[tuple[str, str], tuple[float, Json, Json]] = field(default_factory=dict)

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {n.decode().lower(): v.decode("latin-1") for n, v in scope["headers"]}
        try:
            status, value = self._answer(scope, headers, body)
        except RefusalError as refusal:
            status, value = refusal.status, {"code": refusal.code, "message": refusal.message}
        raw = json.dumps(value).encode()
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": raw})

    def _answer(
        self, scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Json]:
        owner = self._owner(headers.get("authorization", ""))
        parts = scope["path"].strip("/").split("/")
        route = scope["method"], len(parts), parts[-1] if len(parts) == 3 else ""
        if parts[0] == "predictions" and route == ("POST", 1, ""):
            return self._create(owner, headers.get("request-key"), body)
        if parts[0] == "predictions" and route == ("GET", 1, ""):
            return 200, self._page(owner, dict(parse_qsl(scope["query_string"].decode())))
        if parts[0] == "predictions" and route == ("GET", 2, ""):
            return 200, self._shown(self._find(owner, parts[1]))
        if parts[0] == "predictions" and route == ("POST", 3, "cancel"):
            return 200, self._cancel(self._find(owner, parts[1]))
        raise RefusalError(404, "MISSING", "There is no such path.")

    def _owner(self, given: str) -> str:
        scheme, _, key = given.partition(" ")
        if scheme.lower() != "bearer" or key.strip() not in self.keys:
            raise RefusalError(401, "UNAUTHORIZED", "Send a valid token.")
        return self.keys[key.strip()]

    def _create(self, owner: str, key: str | None, raw: bytes) -> tuple[int, Json]:
        body = _valid(raw)
        if self.faults.refuses_create:
            raise RefusalError(422, "INVALID", self.faults.refuses_create)
        if key is not None and not 1 <= len(key) <= 64:
            raise RefusalError(422, "INVALID", "Request-Key has 1 to 64 characters.")
        known = self._known.get((owner, key)) if key else None
        fresh = known and trio.current_time() - known[0] < WINDOW
        if known and fresh and not self.faults.forgets_keys:
            if known[1] != body:
                raise RefusalError(422, "KEY_REUSED", "The key came with another body.")
            return 201, known[2]
        found = _Prediction(f"pre_{len(self.made):06x}", owner, body, trio.current_time())
        self.made[found.id] = found
        answer = self._shown(found)
        if key:
            self._known[owner, key] = (trio.current_time(), body, answer)
        return 201, answer

    def _find(self, owner: str, name: str) -> _Prediction:
        found = self.made.get(name)
        if found is None or (found.owner != owner and not self.faults.shows_others):
            raise RefusalError(404, "MISSING", "There is no such prediction.")
        return found

    def _cancel(self, found: _Prediction) -> Json:
        if self.faults.refuses_cancel:
            raise RefusalError(422, "INVALID", self.faults.refuses_cancel)
        if self._state(found) in ENDED and not self.faults.cancels_ended:
            raise RefusalError(409, "ENDED", "The prediction has ended.")
        found.stopped = trio.current_time()
        return self._shown(found)

    def _state(self, found: _Prediction) -> str:
        age = trio.current_time() - found.created
        if found.stopped is not None:
            return "stopped"
        if age < self.waits:
            return "waiting"
        if age < self.waits + self.runs or (self.faults.reopens and age > 60):
            return "running"
        return "broken" if "[fail]" in found.body["input"]["prompt"] else "succeeded"

    def _shown(self, found: _Prediction) -> Json:
        state = self._state(found)
        moment = datetime.fromtimestamp(EPOCH + found.created, UTC)
        return {
            "id": found.id,
            "state": state,
            "model": found.body["model"],
            "input": found.body["input"],
            "output": "Rain on the tin roof" if state == "succeeded" else None,
            "error": "No words left" if state == "broken" else None,
            "created": moment.isoformat().replace("+00:00", "Z"),
        }

    def _page(self, owner: str, query: Mapping[str, str]) -> Json:
        size, state, after = query.get("size", "10"), query.get("state"), query.get("after")
        if not size.isdecimal() or not 1 <= int(size) <= 50:
            raise RefusalError(422, "INVALID", "size is 1 to 50.")
        if state is not None and state not in STATES:
            raise RefusalError(422, "INVALID", "There is no such state.")
        own = [e for e in reversed(self.made.values()) if e.owner == owner]
        if after is not None:
            names = [f"c_{each.id}" for each in own]
            if after not in names:
                raise RefusalError(422, "INVALID", "Nobody issued this cursor.")
            own = own[names.index(after) + 1 :]
        fitting = [each for each in own if state is None or self._state(each) == state]
        page = fitting if self.faults.ignores_size else fitting[: int(size)]
        rest = len(fitting) > len(page)
        return {
            "results": [self._shown(each) for each in page],
            "next": f"c_{page[-1].id}" if rest else None,
        }


def _valid(raw: bytes) -> Json:
    """The body of a creation."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusalError(400, "INVALID", "The body is not JSON.") from error
    wanted = body.get("input") if isinstance(body, dict) else None
    if not isinstance(wanted, dict) or body.get("model") not in MODELS:
        raise RefusalError(422, "INVALID", "model and input are required.")
    prompt, steps = wanted.get("prompt"), wanted.get("steps", 1)
    if not isinstance(prompt, str) or not 1 <= len(prompt) <= 400:
        raise RefusalError(422, "INVALID", "prompt has 1 to 400 characters.")
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= 50:
        raise RefusalError(422, "INVALID", "steps is not between 1 and 50.")
    return body
