"""Refusals in the wrong shape or with effects, and requests that break the server."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "unknown-format-starts-job",
    breaks="errors.refused-does-nothing",
    sentence="A format that nobody knows is refused, and rendered all the same.",
)
class _UnknownFormatStartsJob(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        try:
            super().check(call, raw)
        except Refused:
            if call.operation.id == "generateContent" and b"no-such-format" in raw:
                call.body = json.loads(raw)
                with self.store.transaction():
                    self.generate(call)
            raise


@fault(
    "refused-strangers-approve",
    breaks="errors.refused-does-nothing",
    sentence="Another organization's approval is answered with 404, and taken.",
)
class _RefusedStrangersApprove(Behaviour):
    async def respond(self, call: Call) -> Answer:
        answer = await super().respond(call)
        found = self.store.container(call.ids.get("containerId", ""))
        approves = call.operation.id == "approveContent" and call.credential.org
        if approves and found and found[0].org != call.credential.org:
            review = self.words.deciding(call.operation.id)
            self.store.put_container(replace(found[0], review=review))
        return answer


@fault(
    "policy-half-changed",
    breaks="errors.refused-does-nothing",
    sentence="A change of a policy with one bad setting is refused, and the good ones are kept.",
)
class _PolicyHalfChanged(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        try:
            super().check(call, raw)
        except Refused:
            if call.operation.id == "updateApprovalPolicy" and b"51" in raw:
                good = {n: v for n, v in json.loads(raw).items() if n == "requiresApproval"}
                call.body = good
                with self.store.transaction():
                    self.update_policy(call)
            raise


@fault(
    "late-rejection-taken",
    breaks="errors.refused-does-nothing",
    sentence="Rejecting what is approved is answered with a conflict, and carried out.",
)
class _LateRejectionTaken(Behaviour):
    async def respond(self, call: Call) -> Answer:
        answer = await super().respond(call)
        found = self.store.container(call.ids.get("containerId", ""))
        refused = call.operation.id == "rejectContent" and answer.status >= HTTPStatus.BAD_REQUEST
        if refused and found and found[0].review == self.words.deciding("approveContent"):
            review = self.words.deciding(call.operation.id)
            self.store.put_container(replace(found[0], review=review))
        return answer


@fault(
    "missing-job-is-gone",
    breaks="errors.not-found",
    sentence="A job that never was is answered with 410.",
)
class _MissingJobIsGone(Behaviour):
    def read_job(self, call: Call) -> Answer:
        if self.store.render(call.ids["jobId"]) is None:
            raise Refused.plain(HTTPStatus.GONE, "It is gone.")
        return super().read_job(call)


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
