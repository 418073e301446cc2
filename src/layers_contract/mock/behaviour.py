"""The behaviour as a whole: from a call to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layers_contract.mock.clock import Clock
from layers_contract.mock.errors import MockError, Refused
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.media import Media
from layers_contract.mock.model import Answer, Call
from layers_contract.mock.options import MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.words import Words

__all__ = ["HANDLERS", "Behaviour"]

Json = Any

HANDLERS: Final[Mapping[str, str]] = {
    "generateContent": "generate",
    "listContent": "list_content",
    "getContent": "read_container",
    "getContentProgress": "read_progress",
    "getContentAsset": "sign_asset",
    "regenerateContent": "regenerate",
    "cloneContentFromPost": "clone",
    "approveContent": "approve",
    "rejectContent": "reject",
    "getJob": "read_job",
    "cancelJob": "cancel",
    "getApprovalPolicy": "read_policy",
    "updateApprovalPolicy": "update_policy",
    "archiveProject": "archive",
}
"""The method that carries out each operation of the document."""


class Behaviour(Media):
    """Keeps every promise of the document.

    Faults and variants subclass this and override the one method that they are about. An override
    takes part in a line of others, so it calls `super()`.
    """

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Words) -> None:
        super().__init__(options, clock, store, words)
        missing = [name for name in self.contract.operations if name not in HANDLERS]
        if missing:
            raise MockError(f"the mock has no handler for {', '.join(missing)}")
        self._handlers: dict[str, Handler] = {
            name: getattr(self, HANDLERS[name]) for name in self.contract.operations
        }

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
        self.limit(call)
        if call.operation.body is None:
            self.check(call, b"")
        else:
            raw = await call.read()
            self.check_media_type(call, raw)
            self.check(call, raw)
        handler = self._handlers[call.operation.id]
        if call.operation.method == "GET":
            return handler(call)
        if call.operation.id in self.contract.idempotent:
            return await self.once(call, handler)
        with self.store.transaction():
            return handler(call)

    def finish(self, call: Call, answer: Answer) -> Answer:
        """Add what every answer of a documented operation carries."""
        answer.headers[self.words.request_id_header] = call.request_id
        answer.headers[self.words.rate_header] = self._classes[call.operation.id]
        return answer

    def refusal(self, refusal: Refused, request_id: str) -> Answer:
        """A refusal as an answer."""
        body = self.error_view(refusal, request_id)
        return Answer(refusal.status, body, dict(refusal.headers))

    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        """What every refusal looks like."""
        error: dict[str, Json] = {
            "code": refusal.code,
            "message": refusal.message,
            "requestId": request_id,
        }
        if refusal.details:
            error["details"] = dict(refusal.details)
        return {"error": error}
