"""One call, however often it is sent: keys, replays, conflicts, calls in flight."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import anyio

from layers_contract.mock.checking import Checking
from layers_contract.mock.clock import Clock
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import ABSENT, Answer, Call, Record
from layers_contract.mock.options import MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.vocabulary import Vocabulary

__all__ = ["Idempotency", "window_of"]

Json = Any
_canonical: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
Handler = Callable[[Call], Answer]


USUAL: Final = 24 * 60 * 60.0
"""How long a key is remembered where neither the document nor the options say; seconds."""


def window_of(options: MockOptions, words: Vocabulary) -> float:
    """How long the mock remembers a key; seconds."""
    if options.window is not None:
        return options.window
    known = words.contract.idempotency.window if "x-idempotency" in words.raw else USUAL
    return known if isfinite(known) else USUAL


@dataclass(slots=True)
class Flight:
    """A call that holds a key and has not been answered; `landed` is there once one waits."""

    fingerprint: str
    landed: anyio.Event | None = None


class Idempotency(Checking):
    """Answers a repeated call as it was answered first."""

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Vocabulary) -> None:
        super().__init__(options, clock, store, words)
        self._flights: dict[str, Flight] = {}
        if "x-idempotency" in words.raw:
            self._rule = words.contract.idempotency
            self._window = window_of(options, words)
            self._scope_parts = tuple(words.raw["x-idempotency"]["scope"])

    async def once(self, call: Call, handler: Handler) -> Answer:
        """Carry *call* out, unless its key says that this was done."""
        key = self.key_of(call)
        if key is None:
            await self.work(call)
            return self.commit(call, handler)
        scope, fingerprint = self.scope(call, key), self.fingerprint(call)
        replay = await self.find_replay(call, scope, fingerprint)
        if replay is not None:
            return replay
        with self.reserve(scope, fingerprint):
            await self.work(call)
            return self.commit(call, handler, scope, fingerprint)

    def key_of(self, call: Call) -> str | None:
        """The call's idempotency key."""
        key = call.params.get(self._rule.header)
        return None if key is None else str(key)

    def scope(self, call: Call, key: str) -> str:
        """What a key is unique within, as the document says, and the key."""
        parts = {
            "credential": call.credential.key,
            "operation": call.operation.id,
            "path": call.path,
        }
        text = repr([*(parts[name] for name in self._scope_parts), key])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def fingerprint(self, call: Call) -> str:
        """The same for bodies that are equal as the document has it: as JSON, or as bytes."""
        if call.body is ABSENT:
            return ""
        if self._rule.equal_bodies == "bytes":
            return hashlib.sha256(call.raw).hexdigest()
        return hashlib.sha256(_canonical(call.body).encode()).hexdigest()

    async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
        """The first answer to this call; one in flight is waited for, or refused."""
        while True:
            record = self.find_record(scope)
            if record is not None:
                if self.is_conflict(record.fingerprint, fingerprint):
                    return self.on_conflict(call, record)
                return self.replay(call, record)
            flight = self._flights.get(scope)
            if flight is None:
                return None
            if self.is_conflict(flight.fingerprint, fingerprint):
                raise self.conflict()
            if not self.options.wait_in_flight and self._rule.in_flight_status is not None:
                raise self.in_flight()
            flight.landed = flight.landed or anyio.Event()
            await flight.landed.wait()

    def find_record(self, scope: str) -> Record | None:
        """What the key stands for, while its window is open."""
        record = self.store.record(scope)
        return record if record is not None and not self.is_expired(record) else None

    def is_expired(self, record: Record) -> bool:
        """Whether the key of *record* is new again."""
        return self.clock.now() - record.created >= self._window

    def is_conflict(self, known: str, fingerprint: str) -> bool:
        """Whether a key that stands for one body came with another."""
        return known != fingerprint

    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        """What a known key with another body is answered."""
        raise self.conflict()

    def replay(self, call: Call, record: Record) -> Answer:
        """The first answer once more."""
        return Answer(record.status, record.body)

    def conflict(self) -> Refused:
        """The refusal of a known key with another body."""
        message = self.words.refusals["IdempotencyConflict"][2]
        return Refused(self._rule.conflict_status, self._rule.conflict_code, message)

    def in_flight(self) -> Refused:
        """The refusal of a call that is being carried out already."""
        message = "A call with this key is under way. Try again in a moment."
        rule = self._rule
        status = rule.in_flight_status or rule.conflict_status
        return Refused(status, rule.in_flight_code or rule.conflict_code, message)

    @contextmanager
    def reserve(self, scope: str, fingerprint: str) -> Iterator[None]:
        """Hold the key while its call is carried out."""
        flight = self._flights[scope] = Flight(fingerprint)
        try:
            yield
        finally:
            self._flights.pop(scope, None)
            if flight.landed:
                flight.landed.set()

    async def work(self, call: Call) -> None:
        """Let the time pass that starting a render takes."""
        if self.options.latency:
            await self.clock.sleep(self.options.latency)

    def commit(
        self, call: Call, handler: Handler, scope: str | None = None, fingerprint: str = ""
    ) -> Answer:
        """Carry *call* out and note its key, both or neither."""
        with self.store.transaction():
            answer = handler(call)
            if scope is not None:
                self.record_key(scope, fingerprint, answer)
        return answer

    def record_key(self, scope: str, fingerprint: str, answer: Answer) -> None:
        """Note what the key stands for."""
        record = Record(fingerprint, answer.status, answer.body, self.clock.now())
        self.store.put_record(scope, record)
