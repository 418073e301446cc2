"""Archives that forget."""

from __future__ import annotations

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Project, Render
from layers_contract.mock.registry import fault


@fault(
    "archive-lets-run",
    breaks="archive.cancels",
    sentence="Archiving a project leaves its renders running.",
)
class _ArchiveLetsRun(Behaviour):
    def end_all(self, project: Project) -> None:
        return


def _started(render: Render) -> tuple[float, str]:
    return render.started, render.job


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
