from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment
from .project_status import ProjectStatus, read_project_status


class ArchivedProject(Model):
    """A project that takes no new work.

    Attributes:
        id: A project's id.
        status: Whether the project takes new work.
        archived_at: A moment in UTC, RFC 3339 with `Z`.
    """

    __slots__ = (
        "id",
        "status",
        "archived_at",
    )

    def __init__(
        self,
        *,
        id: str,
        status: ProjectStatus,
        archived_at: datetime,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.status = status
        self.archived_at = archived_at
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.id = take("id")
        new.status = read_project_status(take("status"))
        new.archived_at = moment(take("archivedAt"))
        new.additional_properties = rest
        return new


ArchivedProject.fields = (
    Field("id", "id"),
    Field("status", "status"),
    Field("archived_at", "archivedAt"),
)
