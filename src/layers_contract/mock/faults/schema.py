"""Answers that do not fit the document, and requests that are let through."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.checking import Checked
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]


@fault(
    "accepted-with-created",
    breaks="schema.status",
    sentence="Generate answers with 201.",
)
class _AcceptedWithCreated(Behaviour):
    def ok(self, call: Call, body: Json) -> Answer:
        answer = super().ok(call, body)
        if call.operation.id == "generateContent":
            answer.status = 201
        return answer


@fault(
    "archive-without-content",
    breaks="schema.status",
    sentence="Archive answers with 204 and no body.",
)
class _ArchiveWithoutContent(Behaviour):
    def archive(self, call: Call) -> Answer:
        super().archive(call)
        return Answer(204, b"")


@fault(
    "json-called-text",
    breaks="schema.content-type",
    sentence="A container is sent as text/plain.",
)
class _JsonCalledText(Behaviour):
    def read_container(self, call: Call) -> Answer:
        answer = super().read_container(call)
        answer.media = "text/plain; charset=utf-8"
        return answer


@fault(
    "error-called-html",
    breaks="schema.content-type",
    sentence="Errors are sent as text/html.",
)
class _ErrorCalledHtml(Behaviour):
    def refusal(self, refusal: Refused, request_id: str) -> Answer:
        answer = super().refusal(refusal, request_id)
        answer.media = "text/html"
        return answer


class _LeavesOut(Behaviour):
    """Leaves out a member of a container where it has nothing to say."""

    member = ""

    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        view = super().container_view(container, render, now, base)
        return {name: value for name, value in view.items() if name != self.member or value}


@fault(
    "no-error-left-out",
    breaks="schema.body",
    sentence="A container without an error has no lastError at all.",
)
class _NoErrorLeftOut(_LeavesOut):
    member = "lastError"


@fault(
    "no-influencer-left-out",
    breaks="schema.body",
    sentence="A container without an influencer has no influencerId at all.",
)
class _NoInfluencerLeftOut(_LeavesOut):
    member = "influencerId"


@fault(
    "brief-left-out",
    breaks="schema.body",
    sentence="A container is shown without its brief until it has completed.",
)
class _BriefLeftOut(Behaviour):
    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        view = super().container_view(container, render, now, base)
        if not self.is_completed(render, now):
            del view["brief"]
        return view


@fault(
    "starts-as-draft",
    breaks="schema.body",
    sentence="A container starts in a state that is not in its lifecycle.",
)
class _StartsAsDraft(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        state = super().container_state(container, render, now)
        return "draft" if state == self.contract.render.initial[0] else state


@fault(
    "width-is-text",
    breaks="schema.body",
    sentence="An asset's width is a string.",
)
class _WidthIsText(Behaviour):
    def asset(self, render: Render, number: int, kind: str, base: str) -> View:
        view = super().asset(render, number, kind, base)
        return {**view, "width": str(view["width"])}


@fault(
    "updated-is-missing",
    breaks="schema.body",
    sentence="A container lacks its updatedAt.",
)
class _UpdatedIsMissing(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        del view["updatedAt"]
        return view


@fault(
    "accepted-lacks-location",
    breaks="schema.body",
    sentence="The 202 lacks its locationUrl.",
)
class _AcceptedLacksLocation(Behaviour):
    def accepted_view(self, render: Render) -> View:
        view = super().accepted_view(render)
        del view["locationUrl"]
        return view


@fault(
    "time-without-zone",
    breaks="schema.body",
    sentence="Timestamps have no time zone.",
)
class _TimeWithoutZone(Behaviour):
    def stamp(self, moment: float) -> str:
        return super().stamp(moment).removesuffix("Z")


@fault(
    "request-id-empty",
    breaks="schema.headers",
    sentence="The request id's header is empty.",
    assumed=True,
)
class _RequestIdEmpty(Behaviour):
    def finish(self, call: Call, answer: Answer) -> Answer:
        answer = super().finish(call, answer)
        answer.headers[self.words.request_id_header] = ""
        return answer


@fault(
    "retry-after-missing",
    breaks="schema.headers",
    sentence="A call beyond the rate limit is not told how long to wait.",
    rate_limit="300",
)
class _RetryAfterMissing(Behaviour):
    def too_many(self, wait: int) -> Refused:
        refused = super().too_many(wait)
        return Refused(refused.status, refused.code, refused.message)


@fault(
    "policy-takes-any-number",
    breaks="schema.rejects-invalid",
    sentence="A policy may hold back more posts than the document allows.",
)
class _PolicyTakesAnyNumber(Behaviour):
    def check(self, call: Call, raw: bytes) -> None:
        if call.operation.id != "updateApprovalPolicy" or b"51" not in raw:
            super().check(call, raw)
            return
        super().check(call, raw.replace(b"51", b"50"))


@fault(
    "long-hook-accepted",
    breaks="schema.rejects-invalid",
    sentence="A hook may be as long as it likes.",
    assumed=True,
)
class _LongHookAccepted(Behaviour):
    def check_body(self, call: Call) -> None:
        body = call.body
        brief = call.field("brief") if isinstance(body, dict) else None
        if isinstance(brief, dict) and isinstance(brief.get("hook"), str):
            call.body = {**body, "brief": {**brief, "hook": brief["hook"][:2000]}}
        super().check_body(call)
        call.body = body


@fault(
    "limit-out-of-bounds-accepted",
    breaks="schema.rejects-invalid",
    sentence="A limit out of bounds is brought back into them silently.",
)
class _LimitOutOfBoundsAccepted(Behaviour):
    def check_value(self, checked: Checked, value: Json) -> None:
        if not (checked.type == "integer" and isinstance(value, int)):
            super().check_value(checked, value)

    def page_size(self, call: Call) -> int:
        return min(max(super().page_size(call), 1), 100)


@fault(
    "reason-may-be-missing",
    breaks="schema.rejects-invalid",
    sentence="A rejection needs no reason.",
)
class _ReasonMayBeMissing(Behaviour):
    def check_body(self, call: Call) -> None:
        body = call.body
        if call.operation.id == "rejectContent" and isinstance(body, dict):
            call.body = {"reason": "none given", **body}
        super().check_body(call)
