"""Rejections without their reason or their render."""

from __future__ import annotations

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault


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
    "reject-starts-nothing",
    breaks="reject.regenerate",
    sentence="Rejecting with regenerate starts no job.",
    assumed=True,
)
class _RejectStartsNothing(Behaviour):
    def next_job(self, call: Call, container: Container, render: Render) -> Render | None:
        return None


@fault(
    "reject-names-old-job",
    breaks="reject.regenerate",
    sentence="Rejecting with regenerate answers with the job of the rejected render.",
)
class _RejectNamesOldJob(Behaviour):
    def next_job(self, call: Call, container: Container, render: Render) -> Render | None:
        return render if super().next_job(call, container, render) else None
