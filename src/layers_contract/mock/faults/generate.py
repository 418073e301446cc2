"""Containers that are not what was asked for, and briefs that are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Project
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
