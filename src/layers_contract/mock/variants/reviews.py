"""Reviews that begin or change at another moment."""

from __future__ import annotations

from dataclasses import replace

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Call, Container, Project, Render
from layers_contract.mock.registry import variant
from layers_contract.mock.store import FIRST

DECISIONS = frozenset({"approveContent", "rejectContent"})


@variant(
    "pending-at-completion", sentence="A gated container is pending only once it has completed."
)
class _PendingAtCompletion(Behaviour):
    def review_shown(self, container: Container, render: Render, now: float) -> str:
        shown = super().review_shown(container, render, now)
        early = render.number == 1 and not self.is_completed(render, now)
        return self.words.gate.open if early and shown == self.words.gate.closed else shown


@variant(
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


@variant("archived-takes-work", sentence="An archived project goes on taking new work.")
class _ArchivedTakesWork(Behaviour):
    def refuse_archived(self, project: Project) -> None:
        return


@variant("clone-starts-empty", sentence="A clone takes nothing from the container in its path.")
class _CloneStartsEmpty(Behaviour):
    def owned_container(self, call: Call) -> tuple[Container, Render]:
        container, render = super().owned_container(call)
        if call.operation.id == "cloneContentFromPost":
            container = replace(container, brief={"hook": "As posted"}, format="auto")
        return container, render


@variant("approves-by-itself", sentence="What nobody has decided on is approved after six hours.")
class _ApprovesByItself(Behaviour):
    patience = 6 * 60 * 60.0

    def first_project(self, project_id: str, org: str, *, gated: bool) -> Project:
        project = super().first_project(project_id, org, gated=gated)
        return replace(project, policy={**project.policy, "autoApproveAfter": "PT6H"})

    def review_shown(self, container: Container, render: Render, now: float) -> str:
        shown = super().review_shown(container, render, now)
        late = now >= self.finished(render) + self.patience
        if late and self.is_completed(render, now) and shown == self.words.gate.closed:
            return self.words.deciding("approveContent")
        return shown


@variant("first-posts-are-reviewed", sentence="A project's first posts are reviewed in any case.")
class _FirstPostsAreReviewed(Behaviour):
    def first_project(self, project_id: str, org: str, *, gated: bool) -> Project:
        project = super().first_project(project_id, org, gated=gated)
        return replace(project, policy={**project.policy, "firstNPostsBlocked": 20})

    def first_review(self, project: Project) -> str:
        made = sum(1 for _ in self.store.containers(project.id, FIRST))
        few = made < project.policy["firstNPostsBlocked"]
        return self.words.gate.closed if few else super().first_review(project)


@variant(
    "early-decisions",
    sentence="A container can be approved or rejected while it renders.",
    against=["approval.early"],
)
class _EarlyDecisions(Behaviour):
    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        now = self.clock.now()
        pending = self.review_shown(container, render, now) == self.words.gate.closed
        if not (pending and self.is_running(render, now) and call.operation.id in DECISIONS):
            super().refuse_state(call, container, render)
