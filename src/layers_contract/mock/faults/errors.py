"""Refusals in the wrong shape, and requests that break the server."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Call, Container
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "error-without-request-id",
    breaks="errors.shape",
    sentence="An error lacks its requestId.",
)
class _ErrorWithoutRequestId(Behaviour):
    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        view = super().error_view(refusal, request_id)
        del view["error"]["requestId"]
        return view


@fault(
    "not-found-is-flat",
    breaks="errors.shape",
    sentence="A 404 has its message at the top instead of the documented error object.",
)
class _NotFoundIsFlat(Behaviour):
    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        view = super().error_view(refusal, request_id)
        missing = refusal.status == self.words.refusals["NotFound"][0]
        return {"detail": refusal.message} if missing else view


@fault(
    "code-of-another-status",
    breaks="errors.code",
    sentence="An invalid request is refused with the code of a conflict.",
)
class _CodeOfAnotherStatus(Behaviour):
    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        status, code, _ = self.words.refusals["Invalid"]
        view = super().error_view(refusal, request_id)
        if (refusal.status, refusal.code) == (status, code):
            view["error"]["code"] = self.words.refusals["Conflict"][1]
        return view


@fault(
    "not-found-as-invalid",
    breaks="errors.code",
    sentence="A 404 carries the code of an invalid request.",
)
class _NotFoundAsInvalid(Behaviour):
    def error_view(self, refusal: Refused, request_id: str) -> dict[str, Json]:
        view = super().error_view(refusal, request_id)
        if refusal.status == self.words.refusals["NotFound"][0]:
            view["error"]["code"] = self.words.refusals["Invalid"][1]
        return view


def _broken() -> Refused:
    return Refused(500, "INTERNAL", "Something went wrong on our side.")


@fault(
    "emoji-breaks-server",
    breaks="errors.no-server-error",
    sentence="A hook with a character beyond the basic plane is a server error.",
)
class _EmojiBreaksServer(Behaviour):
    def outcome(self, container: Container) -> str:
        if any(ord(letter) > 0xFFFF for letter in str(container.brief.get("hook", ""))):
            raise _broken()
        return super().outcome(container)


@fault(
    "bad-json-breaks-server",
    breaks="errors.no-server-error",
    sentence="A body that is not JSON is a server error.",
)
class _BadJsonBreaksServer(Behaviour):
    def parse(self, raw: bytes) -> Json:
        try:
            return super().parse(raw)
        except Refused:
            raise _broken() from None


@fault(
    "bad-cursor-breaks-server",
    breaks="errors.no-server-error",
    sentence="A cursor that nobody issued is a server error.",
)
class _BadCursorBreaksServer(Behaviour):
    def start_of(self, call: Call, project: Any) -> Any:
        try:
            return super().start_of(call, project)
        except Refused:
            raise _broken() from None
