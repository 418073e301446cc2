from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class ProjectStatus(OpenEnum):
    """Whether the project takes new work."""

    ACTIVE = "active"
    ARCHIVED = "archived"


read_project_status = reader(ProjectStatus)

ProjectStatusValue: TypeAlias = (
    ProjectStatus
    | Literal[
        "active",
        "archived",
    ]
)
"""What may be given for one: the member, or its text."""
