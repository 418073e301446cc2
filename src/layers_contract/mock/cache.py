"""The store with what was read lately kept at hand; no other process writes to the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from layers_contract.mock.model import Container, Project, Render
from layers_contract.mock.store import Store

__all__ = ["CachedStore"]

_MOST: Final = 20_000
"""How many rows of a kind are kept at hand."""

_Row = TypeVar("_Row")


class CachedStore(Store):
    """Reads what it knows from memory. What is written goes to the file first."""

    def __init__(self, path: str = ":memory:") -> None:
        super().__init__(path)
        self._projects: dict[str, Project] = {}
        self._containers: dict[str, tuple[Container, Render]] = {}
        self._renders: dict[str, Render] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing."""
        try:
            with super().transaction():
                yield
        except BaseException:
            for known in (self._projects, self._containers, self._renders):
                known.clear()
            raise

    def project(self, project_id: str) -> Project | None:
        """The project of that id."""
        known = self._projects.get(project_id)
        return known or _keep(self._projects, project_id, super().project(project_id))

    def put_project(self, project: Project) -> None:
        """Keep *project* in place of what was there."""
        super().put_project(project)
        self._projects.pop(project.id, None)

    def container(self, container_id: str) -> tuple[Container, Render] | None:
        """A container with its newest render."""
        known = self._containers.get(container_id)
        return known or _keep(self._containers, container_id, super().container(container_id))

    def put_container(self, container: Container) -> None:
        """Keep *container*, in place of what was there under its id."""
        super().put_container(container)
        self._containers.pop(container.id, None)

    def render(self, job_id: str) -> Render | None:
        """The render of that job."""
        known = self._renders.get(job_id)
        return known or _keep(self._renders, job_id, super().render(job_id))

    def put_render(self, render: Render) -> None:
        """Keep *render*, in place of what was there under its job."""
        super().put_render(render)
        self._renders.pop(render.job, None)
        self._containers.pop(render.container, None)


def _keep(known: dict[str, _Row], name: str, row: _Row | None) -> _Row | None:
    """*row*, noted under *name*."""
    if row is not None:
        if len(known) >= _MOST:
            known.clear()
        known[name] = row
    return row
