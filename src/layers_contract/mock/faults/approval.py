"""Reviews that are skipped, forgotten, repeated, raced or too powerful."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.faults._races import DecidesLate
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.registry import fault
from layers_contract.mock.store import FIRST

Json = Any
View = dict[str, Json]
TOGETHER = 60.0
"""Seconds between containers that were made together."""


@fault(
    "clone-needs-no-review",
    breaks="approval.gate",
    sentence="A clone in a project with a review needs none.",
)
class _CloneNeedsNoReview(Behaviour):
    def clone(self, call: Call) -> Answer:
        answer = super().clone(call)
        found = self.store.container(answer.body["containerId"])
        if found:
            self.store.put_container(replace(found[0], review=self.words.gate.open))
        return answer


@fault(
    "gate-is-open",
    breaks="approval.gate",
    sentence="A container of a project that asks for a review needs none.",
)
class _GateIsOpen(Behaviour):
    def first_review(self, project: Project) -> str:
        return self.words.gate.open


@fault(
    "gate-is-closed",
    breaks="approval.gate",
    sentence="A container of a project that asks for no review waits for one.",
)
class _GateIsClosed(Behaviour):
    def first_review(self, project: Project) -> str:
        return self.words.gate.closed


@fault(
    "gate-opens-on-regenerate",
    breaks="approval.gate",
    sentence="A container that is rendered again keeps the decision on the render before.",
)
class _GateOpensOnRegenerate(Behaviour):
    def next_review(self, container: Container, project: Project) -> str:
        return container.review


@fault(
    "decision-is-not-shown",
    breaks="approval.visible",
    sentence="A decision is answered and kept, but the container goes on showing a pending review.",
)
class _DecisionIsNotShown(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        gate = self.words.gate
        decided = view["approvalStatus"] != gate.open
        return {**view, "approvalStatus": gate.closed} if decided else view


@fault(
    "rejection-is-approval",
    breaks="approval.visible",
    sentence="A rejected container is shown as approved.",
)
class _RejectionIsApproval(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        if view["approvalStatus"] == self.words.deciding("rejectContent"):
            view["approvalStatus"] = self.words.deciding("approveContent")
        return view


class _Tolerates(Behaviour):
    """Leaves out one of the checks on a decision."""

    render_matters = True
    review_matters = True

    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        kept = {
            self.contract.render.field: self.render_matters,
            self.contract.review.field: self.review_matters,
        }
        now = self.clock.now()
        if call.operation.id in self.contract.starts and "reject" not in call.operation.id:
            super().refuse_state(call, container, render)
            return
        shown = ((self.contract.render, self.state(render, now)),
                 (self.contract.review, container.review))  # fmt: skip
        refused = [
            lifecycle
            for lifecycle, state in shown
            if kept[lifecycle.field] and lifecycle.refusal(call.operation.id, state)
        ]
        if refused:
            super().refuse_state(call, container, render)


@fault(
    "decision-twice",
    breaks="approval.once",
    sentence="A container that was decided on can be decided on again.",
)
class _DecisionTwice(_Tolerates):
    review_matters = False


@fault(
    "rejection-cancels",
    breaks="approval.keeps-status",
    sentence="A rejected container is shown as canceled.",
)
class _RejectionCancels(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        rejected = container.review == self.words.deciding("rejectContent")
        state = super().container_state(container, render, now)
        return self.words.canceled if rejected else state


@fault(
    "approval-restarts",
    breaks="approval.keeps-status",
    sentence="An approved container is shown in its last running state again.",
)
class _ApprovalRestarts(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        approved = container.review == self.words.deciding("approveContent")
        state = super().container_state(container, render, now)
        return self.words.steps["success"][-1] if approved else state


@fault(
    "decision-early",
    breaks="approval.early",
    sentence="A container can be decided on before its render has completed.",
)
class _DecisionEarly(_Tolerates):
    render_matters = False


@fault(
    "decision-drops-caption",
    breaks="approval.keeps-rest",
    sentence="Approving a container drops the last of its captions.",
)
class _DecisionDropsCaption(Behaviour):
    def captions(self, container: Container, render: Render) -> list[dict[str, Json]]:
        shown = super().captions(container, render)
        decided = container.review not in (self.words.gate.open, self.words.gate.closed)
        return shown[:-1] if decided and len(shown) > 1 else shown


@fault(
    "decision-spreads",
    breaks="approval.apart",
    sentence="A decision on one container decides on those that were made together with it.",
)
class _DecisionSpreads(Behaviour):
    def decided(self, container: Container, review: str) -> Container:
        for _, other, render in list(self.store.containers(container.project, FIRST)):
            twin = abs(other.created - container.created) < TOGETHER and other.id != container.id
            waits = other.review == self.words.gate.closed
            if twin and waits and self.is_completed(render, self.clock.now()):
                self.store.put_container(replace(other, review=review))
        return super().decided(container, review)


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
    "decisions-race",
    breaks="approval.race",
    sentence="Two decisions that arrive together are both taken: checked, then stored.",
)
class _DecisionsRace(DecidesLate):
    operations = frozenset({"approveContent", "rejectContent"})
