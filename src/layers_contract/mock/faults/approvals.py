"""Reviews that are skipped, forgotten, repeated or too powerful."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Call, Container, Project, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]


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
    "decision-early",
    breaks="approval.early",
    sentence="A container can be decided on before its render has completed.",
)
class _DecisionEarly(_Tolerates):
    render_matters = False


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
