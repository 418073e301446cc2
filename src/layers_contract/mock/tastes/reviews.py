"""Reviews that begin or change at another moment."""

from __future__ import annotations

from dataclasses import replace

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Call, Container, Project, Render
from layers_contract.mock.registry import taste


@taste("pending-at-completion", sentence="A gated container is pending only once it has completed.")
class _PendingAtCompletion(Behaviour):
    def review_shown(self, container: Container, render: Render, now: float) -> str:
        shown = super().review_shown(container, render, now)
        early = render.number == 1 and not self.is_completed(render, now)
        return self.words.gate.open if early and shown == self.words.gate.closed else shown


@taste(
    "decision-until-completion",
    sentence="A container that is rendered again shows its decision until it has completed.",
)
class _DecisionUntilCompletion(Behaviour):
    decisions: dict[str, str] | None = None

    def next_review(self, container: Container, project: Project) -> str:
        review = super().next_review(container, project)
        if review != container.review:
            self.decisions = {**(self.decisions or {}), container.id: container.review}
        return review

    def decided(self, container: Container, review: str) -> Container:
        self.decisions = {k: v for k, v in (self.decisions or {}).items() if k != container.id}
        return super().decided(container, review)

    def review_shown(self, container: Container, render: Render, now: float) -> str:
        before = (self.decisions or {}).get(container.id)
        if before is not None and not self.is_completed(render, now):
            return before
        return super().review_shown(container, render, now)


@taste("archived-takes-work", sentence="An archived project goes on taking new work.")
class _ArchivedTakesWork(Behaviour):
    def refuse_archived(self, project: Project) -> None:
        return


@taste("clone-starts-empty", sentence="A clone takes nothing from the container in its path.")
class _CloneStartsEmpty(Behaviour):
    def owned_container(self, call: Call) -> tuple[Container, Render]:
        container, render = super().owned_container(call)
        if call.operation.id == "cloneContentFromPost":
            container = replace(container, brief={"hook": "As posted"}, format="auto")
        return container, render
