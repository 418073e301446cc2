"""Somebody else with the same key, who works on the same resources while a run goes on."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

__all__ = ["EVERYTHING", "Together"]

Message = MutableMapping[str, Any]
App = Callable[[Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]
Call = tuple[str, str, Any]
CONTAINER: Final = re.compile(rb'"(cnt_\w+)"')
JOB: Final = re.compile(rb'"(job_\w+)"')
OWN: Final = b"lk_mock_own"
NEWEST: Final = 12
EVERYTHING: Final = frozenset({"regenerate", "decide", "cancel", "archive", "repeat"})
"""What the other one does unless told otherwise; `policy` is left out."""


class Together:
    """An application that two work with: each request may be followed by one of somebody else's.

    *share* of the requests are. What the other one does is among *kinds*: a regenerate, a cancel, a
    decision, an archive of one of *projects*, a change of the policy of one of them, or the repeat
    of a call that was just made.
    """

    def __init__(
        self,
        app: App,
        seed: int,
        projects: tuple[str, ...],
        share: float,
        kinds: frozenset[str] = EVERYTHING,
    ) -> None:
        self._app, self._random, self._share = app, random.Random(seed), share  # noqa: S311 - no secret
        self._projects, self._kinds = list(projects), kinds
        self._containers: list[str] = []
        self._jobs: list[str] = []
        self._calls: list[tuple[str, str, list[tuple[bytes, bytes]], bytes]] = []
        self.done: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, answer = bytearray(), bytearray()

        async def reading() -> Message:
            message: Message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            answer.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, reading, sending)
        self._look(scope, bytes(body), bytes(answer))
        if self._random.random() < self._share:
            await self._act()

    def _look(self, scope: Any, body: bytes, answer: bytes) -> None:
        headers = dict(scope["headers"])
        if headers.get(b"x-api-key") != OWN:
            return
        for found, names in ((CONTAINER, self._containers), (JOB, self._jobs)):
            fresh = {each.decode() for each in found.findall(answer)} - set(names)
            names.extend(sorted(fresh) if scope["method"] == "POST" else [])
            del names[:-NEWEST]
        if scope["method"] == "POST":
            self._calls.append((scope["method"], scope["path"], list(scope["headers"]), body))

    async def _act(self) -> None:
        choices = [call for kind in sorted(self._kinds) for call in self._choices(kind)]
        if "archive" in self._kinds and self._projects and self._random.random() < 0.02:
            choices = [("DELETE", f"/v1/projects/{self._projects.pop()}", None)]
        if "repeat" in self._kinds and self._calls and self._random.random() < 0.2:
            method, path, headers, body = self._random.choice(self._calls[-NEWEST:])
            await self._send(method, path, headers, body)
        elif choices:
            method, path, value = self._random.choice(choices)
            raw = b"" if value is None else json.dumps(value).encode()
            sent = [(b"content-type", b"application/json"), (b"host", b"mock.invalid")]
            sent += [(b"content-length", str(len(raw)).encode()), (b"x-api-key", OWN)]
            await self._send(method, path, sent, raw)

    def _choices(self, kind: str) -> list[Call]:
        if kind == "cancel" and self._jobs:
            return [("POST", f"/v1/jobs/{self._random.choice(self._jobs)}/cancel", None)] * 2
        if kind == "policy" and self._projects:
            value = {"requiresApproval": self._random.random() < 0.5}
            return [("PATCH", f"/v1/projects/{self._projects[0]}/approval-policy", value)]
        if kind not in ("regenerate", "decide") or not self._containers:
            return []
        place = f"/v1/content/{self._random.choice(self._containers)}"
        hook = {"patch": {"hook": f"theirs {len(self.done)}"}}
        again = {"reason": "no", "regenerate": True}
        if kind == "regenerate":
            return [
                ("POST", f"{place}/regenerate", {}),
                ("POST", f"{place}/regenerate", hook),
                ("POST", f"{place}/reject", again),
            ]
        return [("POST", f"{place}/approve", {}), ("POST", f"{place}/reject", {"reason": "no"})]

    async def _send(
        self, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        answer: dict[str, Any] = {}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answer.setdefault("status", message.get("status"))

        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(),
            "query_string": b"", "headers": headers, "scheme": "http", "http_version": "1.1",
            "server": ("mock.invalid", 80), "client": ("other", 1), "root_path": "",
            "asgi": {"version": "3.0"}, "state": {},
        }  # fmt: skip
        await self._app(scope, receive, send)
        self.done.append(f"{answer.get('status')} {method} {path}")
