"""Projects: the approval policy, and the archive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.jobs import Jobs
from layers_contract.mock.model import Answer, Call, Project

__all__ = ["Projects"]

Json = Any


class Projects(Jobs):
    """What holds for a project as a whole."""

    def read_policy(self, call: Call) -> Answer:
        """The project's approval policy."""
        return self.ok(call, self.policy_view(self.owned_project(call)))

    def update_policy(self, call: Call) -> Answer:
        """Change some settings of the policy."""
        project = self.changed_policy(self.owned_project(call), call.body)
        self.store.put_project(project)
        return self.ok(call, self.policy_view(project))

    def changed_policy(self, project: Project, settings: dict[str, Json]) -> Project:
        """*project* with those of its settings replaced that are named."""
        named = {
            name: int(settings[name]) if isinstance(settings[name], float) else settings[name]
            for name in project.policy
            if name in settings
        }
        return replace(project, policy={**project.policy, **named}, policy_updated=self.clock.now())

    def archive(self, call: Call) -> Answer:
        """Archive a project, once; end what is under way in it."""
        project = self.owned_project(call)
        if project.archived is None:
            project = replace(project, archived=self.clock.now())
            self.store.put_project(project)
            self.end_all(project)
        view = {
            "id": project.id,
            "status": self.words.archived,
            "archivedAt": self.stamp(project.archived or 0.0),
        }
        return self.ok(call, view)

    def end_all(self, project: Project) -> None:
        """Cancel the unfinished renders of *project*."""
        now = self.clock.now()
        for render in self.store.unfinished(project.id, now):
            self.stop(render, now)
