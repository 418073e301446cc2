"""What is not as it was asked for: briefs, kinds, reasons, refusals without a reason."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.registry import fault

Json = Any
BASIC_PLANE = "\uffff"
RIGHT_TO_LEFT = ("\u0590", "\u08ff")


@fault(
    "brief-loses-emoji",
    breaks="generate.brief",
    sentence="Characters beyond the basic plane are lost when a brief is stored.",
)
class _BriefLosesEmoji(Behaviour):
    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        hook = "".join(c for c in brief["hook"] if c <= BASIC_PLANE)
        return super().new_container(project, chosen, {**brief, "hook": hook})


@fault(
    "brief-cut-at-255",
    breaks="generate.brief",
    sentence="A hook is stored up to its 255th character.",
)
class _BriefCut(Behaviour):
    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        return super().new_container(project, chosen, {**brief, "hook": brief["hook"][:255]})


@fault(
    "brief-keeps-first-tag",
    breaks="generate.brief",
    sentence="Of several tags the first alone is stored.",
)
class _BriefKeepsFirstTag(Behaviour):
    def generate(self, call: Call) -> Answer:
        answer = super().generate(call)
        found = self.store.container(answer.body["containerId"])
        tags = call.field("brief").get("themeTags")
        if found and tags:
            brief = {**found[0].brief, "themeTags": tags[:1]}
            self.store.put_container(replace(found[0], brief=brief))
        return answer


@fault(
    "right-to-left-is-invalid",
    breaks="generate.accepts",
    sentence="A hook that is written from right to left is refused as invalid.",
)
class _RightToLeftIsInvalid(Behaviour):
    def generate(self, call: Call) -> Answer:
        first, last = RIGHT_TO_LEFT
        if any(first <= c <= last for c in call.field("brief")["hook"]):
            raise self.words.refuse("Invalid")
        return super().generate(call)


@fault(
    "kind-in-short",
    breaks="job.kind",
    sentence="The kind of a job that generates is given in short.",
)
class _KindInShort(Behaviour):
    def start_render(self, call: Call, container: Container, previous: Render | None) -> Render:
        render = super().start_render(call, container, previous)
        if previous is not None or call.operation.id != "generateContent":
            return render
        render = replace(render, kind="generate")
        self.store.put_render(render)
        return render


@fault(
    "failed-is-final",
    breaks="lifecycle.allowed",
    sentence="A container that has failed cannot be rendered again.",
)
class _FailedIsFinal(Behaviour):
    def regenerate(self, call: Call) -> Answer:
        _, render = self.owned_container(call)
        if self.state(render, self.clock.now()) == self.words.failure:
            raise self.words.refuse("Conflict")
        return super().regenerate(call)


@fault(
    "one-new-render-only",
    breaks="lifecycle.allowed",
    sentence="A container can be rendered again once, and not twice.",
)
class _OneNewRenderOnly(Behaviour):
    def regenerate(self, call: Call) -> Answer:
        _, render = self.owned_container(call)
        if render.number > 1 and not self.is_running(render, self.clock.now()):
            raise self.words.refuse("Conflict")
        return super().regenerate(call)


@fault(
    "approval-needs-note",
    breaks="approval.taken",
    sentence="An approval without a note is refused as a conflict.",
)
class _ApprovalNeedsNote(Behaviour):
    def approve(self, call: Call) -> Answer:
        self.owned_container(call)
        if not call.field("note"):
            raise self.words.refuse("Conflict")
        return super().approve(call)


@fault(
    "updated-stands-still",
    breaks="container.updated-moves",
    sentence="The updatedAt stays what it was when the render was asked for.",
)
class _UpdatedStandsStill(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        return container.touched


@fault(
    "late-cancel-has-other-reason",
    breaks="cancel.reason",
    sentence="A cancel that comes too late is given another reason than the documented one.",
)
class _LateCancelHasOtherReason(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        answer = super().too_late(call, render, now)
        return Answer(answer.status, {**answer.body, "reason": "TOO_LATE"})


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
    "reason-is-cut",
    breaks="reject.reason",
    sentence="A reason is kept up to its 100th character.",
)
class _ReasonIsCut(Behaviour):
    def reject(self, call: Call) -> Answer:
        answer = super().reject(call)
        return Answer(answer.status, {**answer.body, "reason": answer.body["reason"][:100]})


@fault(
    "second-failure-without-error",
    breaks="container.last-error",
    sentence="A container that fails when it is rendered again shows no error.",
)
class _SecondFailureWithoutError(Behaviour):
    def last_error(self, render: Render) -> Json:
        return None if render.number > 1 else super().last_error(render)
