"""Policies that forget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Project
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "policy-not-stored",
    breaks="policy.stored",
    sentence="A changed duration is answered, and read back as it was before.",
)
class _PolicyNotStored(Behaviour):
    def read_policy(self, call: Call) -> Answer:
        answer = super().read_policy(call)
        answer.body["autoApproveAfter"] = None
        return answer


class _Forgets(Behaviour):
    """Keeps a policy otherwise than it was set."""

    def kept(self, before: Project, after: Project, settings: dict[str, Json]) -> dict[str, Json]:
        return dict(after.policy)

    def changed_policy(self, project: Project, settings: dict[str, Json]) -> Project:
        after = super().changed_policy(project, settings)
        return replace(after, policy=self.kept(project, after, settings))


@fault(
    "policy-resets-the-rest",
    breaks="policy.stored",
    sentence="Changing one setting resets the others.",
)
class _PolicyResetsTheRest(_Forgets):
    def kept(self, before: Project, after: Project, settings: dict[str, Json]) -> dict[str, Json]:
        fresh = self.first_project(before.id, before.org, gated=False).policy
        return {name: settings.get(name, fresh[name]) for name in fresh}


@fault(
    "policy-caps-number",
    breaks="policy.stored",
    sentence="A number of blocked posts above ten is stored as ten.",
)
class _PolicyCapsNumber(_Forgets):
    def kept(self, before: Project, after: Project, settings: dict[str, Json]) -> dict[str, Json]:
        kept = dict(after.policy)
        return {**kept, "firstNPostsBlocked": min(10, kept["firstNPostsBlocked"])}
