"""Clones in the wrong place, or of the wrong brief."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Project
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "clone-lands-elsewhere",
    breaks="clone.container",
    sentence="A clone is made in another project of the organization.",
)
class _CloneLandsElsewhere(Behaviour):
    def clone(self, call: Call) -> Answer:
        self._cloning = True
        try:
            return super().clone(call)
        finally:
            self._cloning = False

    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        container = super().new_container(project, chosen, brief)
        cloning = getattr(self, "_cloning", False)
        return replace(container, project=self.world.disposable[-1]) if cloning else container


@fault(
    "clone-reuses-container",
    breaks="clone.container",
    sentence="Clone renders the container in the path again.",
)
class _CloneReusesContainer(Behaviour):
    def clone(self, call: Call) -> Answer:
        original, render = self.owned_container(call)
        if not self.is_tracked(str(call.field("sourcePlatformPostId"))):
            return super().clone(call)
        return self.accepted(call, self.start_render(call, original, render))


@fault(
    "clone-edits-original",
    breaks="clone.original",
    sentence="The overrides of a clone are written into the original's brief too.",
)
class _CloneEditsOriginal(Behaviour):
    def clone(self, call: Call) -> Answer:
        answer = super().clone(call)
        original, _ = self.owned_container(call)
        brief = self.patched(original.brief, call.field("overrides") or {})
        self.store.put_container(replace(original, brief=brief))
        return answer


@fault(
    "clone-touches-original",
    breaks="clone.original",
    sentence="A clone moves the original's updatedAt.",
)
class _CloneTouchesOriginal(Behaviour):
    def clone(self, call: Call) -> Answer:
        answer = super().clone(call)
        original, _ = self.owned_container(call)
        self.store.put_container(replace(original, touched=self.clock.now()))
        return answer


@fault(
    "overrides-ignored",
    breaks="clone.overrides",
    sentence="Clone ignores its overrides.",
)
class _OverridesIgnored(Behaviour):
    def clone(self, call: Call) -> Answer:
        if call.field("overrides"):
            call.body = {k: v for k, v in call.body.items() if k != "overrides"}
        return super().clone(call)
