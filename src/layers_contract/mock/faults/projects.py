"""Archives and policies that forget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Project, Render
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "archive-lets-run",
    breaks="archive.cancels",
    sentence="Archiving a project leaves its renders running.",
)
class _ArchiveLetsRun(Behaviour):
    def end_all(self, project: Project) -> None:
        return


@fault(
    "archive-cancels-the-newest",
    breaks="archive.cancels",
    sentence="Archiving a project cancels the newest of its renders only.",
)
class _ArchiveCancelsTheNewest(Behaviour):
    def end_all(self, project: Project) -> None:
        now = self.clock.now()
        for render in sorted(self.store.unfinished(project.id, now), key=_started)[-1:]:
            self.stop(render, now)


def _started(render: Render) -> tuple[float, str]:
    return render.started, render.job


@fault(
    "archive-forgets-begun",
    breaks="archive.cancels",
    sentence="Archiving a project cancels what is in the queue, not what runs already.",
)
class _ArchiveForgetsBegun(Behaviour):
    def end_all(self, project: Project) -> None:
        now = self.clock.now()
        for render in self.store.unfinished(project.id, now):
            if now < render.started + render.queue:
                self.stop(render, now)


@fault(
    "archive-only-once",
    breaks="archive.again",
    sentence="Archiving an archived project is refused.",
)
class _ArchiveOnlyOnce(Behaviour):
    def archive(self, call: Call) -> Answer:
        self.refuse_archived(self.owned_project(call))
        return super().archive(call)


@fault(
    "archive-cancels-finished",
    breaks="lifecycle.terminal",
    sentence="Archiving a project cancels what has ended long ago.",
)
class _ArchiveCancelsFinished(Behaviour):
    def end_all(self, project: Project) -> None:
        now = self.clock.now()
        for _, _, render in [*self.store.containers(project.id, (float("inf"), 0))]:
            self.store.put_render(replace(render, canceled=now))

    def state(self, render: Render, now: float) -> str:
        canceled = render.canceled is not None and render.canceled <= now
        return self.words.canceled if canceled else super().state(render, now)


class _Forgets(Behaviour):
    """Keeps a policy otherwise than it was set."""

    def kept(self, before: Project, after: Project, settings: dict[str, Json]) -> dict[str, Json]:
        return dict(after.policy)

    def changed_policy(self, project: Project, settings: dict[str, Json]) -> Project:
        after = super().changed_policy(project, settings)
        return replace(after, policy=self.kept(project, after, settings))


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
