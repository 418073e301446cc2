"""From a call to its answer: every gate in turn, then what the operation does."""

from __future__ import annotations

import hashlib
from typing import Any

from layers_contract.mock.errors import Refused
from layers_contract.mock.idempotency import Handler, Idempotency
from layers_contract.mock.model import Answer, Call

__all__ = ["Serving"]

Json = Any


class Serving(Idempotency):
    """Lets a call through every gate. What its operation does, a subclass says."""

    async def respond(self, call: Call) -> Answer:
        """The answer to a call of a documented operation."""
        try:
            answer = await self.carry_out(call)
        except Refused as refusal:
            answer = self.refusal(refusal, call.request_id)
        return self.finish(call, answer)

    async def carry_out(self, call: Call) -> Answer:
        """Let the call through every gate, then do what it asks for."""
        call.credential = self.authenticate(call)
        self.authorize(call)
        self.limit(call)
        if call.operation.body is None:
            self.check(call, b"")
        else:
            raw = await call.read()
            self.check_media_type(call, raw)
            self.check(call, raw)
        handler = self.at_one_moment(self.handler(call))
        if call.operation.method == "GET":
            return handler(call)
        if call.operation.id in self.contract.idempotent:
            return await self.once(call, handler)
        with self.store.transaction():
            return handler(call)

    def at_one_moment(self, handler: Handler) -> Handler:
        """*handler*, while the clock stands still."""

        def held(call: Call) -> Answer:
            with self.clock.held():
                return handler(call)

        return held

    def handler(self, call: Call) -> Handler:
        """The method that carries out the call's operation."""
        raise NotImplementedError

    def tag(self, view: Json, body: bytes) -> str:
        """The entity tag of a view: another one for another body."""
        return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'

    def is_known(self, known: str, tag: str) -> bool:
        """Whether the caller has what *tag* stands for."""
        tags = [each.strip().removeprefix("W/") for each in known.split(",")]
        return known.strip() == "*" or tag in tags

    def finish(self, call: Call, answer: Answer) -> Answer:
        """Add what every answer of a documented operation carries."""
        if self.words.request_id_header:
            answer.headers[self.words.request_id_header] = call.request_id
        counted = self._classes[call.operation.id]
        if self.words.rate_header and counted:
            answer.headers[self.words.rate_header] = counted
        return answer

    def file(self, name: str, query: str) -> Answer:
        """A file that an answer gave the address of."""
        raise self.words.refuse("NotFound")

    def refusal(self, refusal: Refused, request_id: str) -> Answer:
        """A refusal as an answer."""
        body = self.error_view(refusal, request_id)
        return Answer(refusal.status, body, dict(refusal.headers))

    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        """What every refusal looks like."""
        shape = self.words.error_shape(refusal.status)
        return shape.filled(refusal.code, refusal.message, request_id, refusal.details)
