"""The projects that exist from the start, and what belongs to whom."""

from __future__ import annotations

from typing import Final

from layers_contract.mock.clock import SIMULATED_EPOCH, Clock
from layers_contract.mock.model import Call, Container, Project, Render
from layers_contract.mock.options import OTHER, OWN, MockOptions, World
from layers_contract.mock.serving import Serving
from layers_contract.mock.store import Store
from layers_contract.mock.words import Words

__all__ = ["Settled"]

DAY: Final = 24 * 60 * 60


class Settled(Serving):
    """Projects, containers and renders, each found for its owner alone."""

    words: Words

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Words) -> None:
        super().__init__(options, clock, store, words)
        self.world = World.of(words.contract.document)
        self._prefixes = {name: words.prefix(name) for name in ("ContainerId", "JobId", "MediaId")}
        self.settle()

    def settle(self) -> None:
        """Make the world's projects, where they are not there yet."""
        world = self.world
        owned = [(world.open, False), (world.gated, True), *((p, False) for p in world.disposable)]
        with self.store.transaction():
            for project_id, gated in owned:
                self.store.add_project(self.first_project(project_id, OWN.org, gated=gated))
            for project_id in (world.foreign, world.foreign_disposable):
                self.store.add_project(self.first_project(project_id, OTHER.org, gated=False))

    def first_project(self, project_id: str, org: str, *, gated: bool) -> Project:
        """A project as it is before anybody changed it."""
        gate = self.words.gate.field.strip("/")
        policy = {gate: gated, "firstNPostsBlocked": 0, "autoApproveAfter": None}
        return Project(project_id, org, policy, SIMULATED_EPOCH - DAY, None)

    def new_id(self, schema: str) -> str:
        """A fresh id for *schema*: its prefix and 26 characters, the older the smaller."""
        return self.spell_id(self._prefixes[schema], self.fresh())

    def owned_project(self, call: Call) -> Project:
        """The project that the path names, if it is the caller's."""
        project = self.store.project(call.ids["projectId"])
        if project is None or not self.owns(call.credential, project.org):
            raise self.words.refuse("NotFound")
        return project

    def owned_container(self, call: Call) -> tuple[Container, Render]:
        """The container that the path names with its newest render, if it is the caller's."""
        found = self.store.container(call.ids["containerId"])
        if found is None or not self.owns(call.credential, found[0].org):
            raise self.words.refuse("NotFound")
        return found

    def owned_render(self, call: Call) -> Render:
        """The render whose job the path names, if it is the caller's."""
        render = self.store.render(call.ids["jobId"])
        if render is None or not self.owns(call.credential, render.org):
            raise self.words.refuse("NotFound")
        return render
