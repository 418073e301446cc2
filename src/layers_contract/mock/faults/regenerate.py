"""New renders of the wrong container, with the wrong brief, or at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.faults._races import DecidesLate
from layers_contract.mock.model import Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "renders-race",
    breaks="regenerate.race",
    sentence="Two calls for a new render that arrive together are both accepted.",
)
class _RendersRace(DecidesLate):
    operations = frozenset({"regenerateContent"})


@fault(
    "regenerate-makes-container",
    breaks="regenerate.container",
    sentence="Regenerate makes a new container.",
)
class _RegenerateMakesContainer(Behaviour):
    def again(self, call: Call, container: Container, render: Render) -> Render:
        other = replace(container, id=self.new_id("ContainerId"))
        return super().again(call, other, render)


@fault(
    "regenerate-reuses-job",
    breaks="regenerate.job",
    sentence="Regenerate runs under the job id of the render before.",
)
class _RegenerateReusesJob(Behaviour):
    def again(self, call: Call, container: Container, render: Render) -> Render:
        fresh = replace(super().again(call, container, render), job=render.job)
        found = self.store.container(fresh.container)
        if found:
            self.store.put_container(replace(found[0], job=fresh.job))
        self.store.put_render(fresh)
        return fresh


class _Patches(Behaviour):
    """Another way to lay a patch over a brief, for regenerate alone."""

    def laid(self, brief: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
        return dict(brief)

    def again(self, call: Call, container: Container, render: Render) -> Render:
        started = super().again(call, container, render)
        found = self.store.container(container.id)
        if found:
            brief = self.laid(container.brief, call.field("patch") or {})
            self.store.put_container(replace(found[0], brief=brief))
        return started


@fault(
    "patch-ignored",
    breaks="regenerate.patch",
    sentence="Regenerate ignores its patch.",
)
class _PatchIgnored(_Patches):
    pass


@fault(
    "patch-drops-the-rest",
    breaks="regenerate.patch",
    sentence="A patch replaces the whole brief but for the hook.",
)
class _PatchDropsTheRest(_Patches):
    def laid(self, brief: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
        return {"hook": brief.get("hook", ""), **patch} if patch else dict(brief)


@fault(
    "patch-appends-tags",
    breaks="regenerate.patch",
    sentence="A patch's theme tags are added to the old ones instead of replacing them.",
)
class _PatchAppendsTags(_Patches):
    def laid(self, brief: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
        tags = [*brief.get("themeTags", ()), *patch.get("themeTags", ())]
        return {**brief, **patch, **({"themeTags": tags} if tags else {})}


@fault(
    "patch-skips-language",
    breaks="regenerate.patch",
    sentence="A patch cannot change the language.",
)
class _PatchSkipsLanguage(_Patches):
    def laid(self, brief: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
        kept = {name: value for name, value in patch.items() if name != "language"}
        return {**brief, **kept}
