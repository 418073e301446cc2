"""Containers: generate, regenerate, clone, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Project, Render
from layers_contract.mock.views import Views
from layers_contract.spec.document import pointer

__all__ = ["Content"]

Json = Any


class Content(Views):
    """What starts renders, and what shows them."""

    def generate(self, call: Call) -> Answer:
        """Start a render from a brief."""
        project = self.owned_project(call)
        self.refuse_archived(project)
        container = self.new_container(project, self.chosen_format(call), dict(call.field("brief")))
        return self.accepted(call, self.start_render(call, container, None))

    def regenerate(self, call: Call) -> Answer:
        """Render a container once more."""
        container, render = self.owned_container(call)
        self.refuse_state(call, container, render)
        self.refuse_archived(self.project_of(container))
        return self.accepted(call, self.again(call, container, render))

    def clone(self, call: Call) -> Answer:
        """Make a container from a post."""
        original, _ = self.owned_container(call)
        project = self.project_of(original)
        self.refuse_archived(project)
        if not self.is_tracked(str(call.field("sourcePlatformPostId"))):
            raise self.words.refuse("NotFound", "There is no such post.")
        brief = self.patched(original.brief, call.field("overrides") or {})
        container = self.new_container(project, original.format, brief)
        return self.accepted(call, self.start_render(call, container, None))

    def read_container(self, call: Call) -> Answer:
        """A container as it stands."""
        container, render = self.owned_container(call)
        return self.ok(call, self.container_view(container, render, self.clock.now(), call.base))

    def read_progress(self, call: Call) -> Answer:
        """The newest job of a container."""
        _, render = self.owned_container(call)
        return self.ok(call, self.progress_view(render, self.clock.now(), call.base))

    def ok(self, call: Call, body: Json) -> Answer:
        """The operation's documented success."""
        return Answer(self.successes[call.operation.id], body)

    @property
    def successes(self) -> Mapping[str, int]:
        """The status of each operation's success."""
        return self.words.successes

    def accepted(self, call: Call, render: Render) -> Answer:
        """The answer to a call that started *render*."""
        return self.ok(call, self.accepted_view(render))

    def chosen_format(self, call: Call) -> str:
        """The format that was asked for, or the document's default."""
        schema = self.contract.document.resolve(call.operation.body)
        return str(call.field("format", schema["properties"]["format"].get("default")))

    def new_container(self, project: Project, chosen: str, brief: dict[str, Json]) -> Container:
        """A container that has no render yet."""
        now = self.clock.now()
        return Container(
            id=self.new_id("ContainerId"),
            project=project.id,
            org=project.org,
            created=now,
            touched=now,
            format=chosen,
            brief=brief,
            review=self.first_review(project),
            job="",
        )

    def first_review(self, project: Project) -> str:
        """The review state of a new container."""
        gate = self.words.gate
        closed = pointer(dict(project.policy), gate.field)
        return gate.closed if closed else gate.open

    def next_review(self, container: Container, project: Project) -> str:
        """The review state of a container that is rendered again: what was reviewed is again."""
        gate = self.words.gate
        return self.first_review(project) if container.review == gate.open else gate.closed

    def again(self, call: Call, container: Container, render: Render) -> Render:
        """Start the next render of *container*, patched as the call says."""
        patch = call.field("patch") or {}
        container = replace(
            container,
            brief=self.patched(container.brief, patch),
            review=self.next_review(container, self.project_of(container)),
            touched=self.clock.now(),
        )
        return self.start_render(call, container, render)

    def patched(self, brief: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
        """*brief* with what *patch* names in place of what it had."""
        return {**brief, **patch}

    def start_render(self, call: Call, container: Container, previous: Render | None) -> Render:
        """Start a render of *container* and keep both."""
        queue, run = self.pace(container)
        render = Render(
            job=self.new_id("JobId"),
            container=container.id,
            project=container.project,
            org=container.org,
            kind=self.contract.starts[call.operation.id].kind or "",
            number=previous.number + 1 if previous else 1,
            started=self.clock.now(),
            queue=queue,
            run=run,
            outcome=self.outcome(container),
            canceled=None,
        )
        self.store.put_container(replace(container, job=render.job))
        self.store.put_render(render)
        return render

    def project_of(self, container: Container) -> Project:
        """The project that *container* belongs to."""
        project = self.store.project(container.project)
        if project is None:
            raise self.words.refuse("NotFound")
        return project

    def is_tracked(self, post: str) -> bool:
        """Whether a post can be cloned."""
        return post in self.words.posts

    def refuse_archived(self, project: Project) -> None:
        """Refuse to start anything in an archived project."""
        if project.archived is not None:
            raise self.words.refuse("Conflict", "The project is archived.")

    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        """Refuse what the lifecycles do not allow in the container's state."""
        now = self.clock.now()
        shown = (
            (self.contract.render, self.state(render, now)),
            (self.contract.review, self.review_shown(container, render, now)),
        )
        for lifecycle, state in shown:
            refusal = lifecycle.refusal(call.operation.id, state)
            if refusal:
                message = f"Not possible while the container is {state}."
                raise Refused(refusal.status, refusal.code, message)
