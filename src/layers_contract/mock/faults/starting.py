"""Generate, regenerate and clone that start the wrong thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "format-ignored",
    breaks="generate.container",
    sentence="The format that was asked for is ignored.",
)
class _FormatIgnored(Behaviour):
    def chosen_format(self, call: Call) -> str:
        wanted = super().chosen_format(call)
        others = [f for f in self.contract.document.schema("Format")["enum"] if f != wanted]
        return str(others[0])


@fault(
    "container-in-wrong-project",
    breaks="generate.container",
    sentence="A container is made in another project than the one in the path.",
)
class _ContainerInWrongProject(Behaviour):
    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        container = super().new_container(project, chosen, brief)
        return replace(container, project=self.world.disposable[-1])


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
