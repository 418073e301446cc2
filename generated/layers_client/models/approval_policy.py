from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment


class ApprovalPolicy(Model):
    """Whether what a project renders waits for a review.

    Attributes:
        project_id: A project's id.
        requires_approval: Whether what is rendered waits for a review.
        first_n_posts_blocked: How many first posts are held back.
        auto_approve_after: Approve by itself after this ISO 8601 duration; null for never.
        updated_at: A moment in UTC, RFC 3339 with `Z`.
    """

    __slots__ = (
        "project_id",
        "requires_approval",
        "first_n_posts_blocked",
        "auto_approve_after",
        "updated_at",
    )

    def __init__(
        self,
        *,
        project_id: str,
        requires_approval: bool,
        first_n_posts_blocked: int,
        auto_approve_after: str | None,
        updated_at: datetime | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.project_id = project_id
        self.requires_approval = requires_approval
        self.first_n_posts_blocked = first_n_posts_blocked
        self.auto_approve_after = auto_approve_after
        self.updated_at = updated_at
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.project_id = take("projectId")
        new.requires_approval = take("requiresApproval")
        new.first_n_posts_blocked = take("firstNPostsBlocked")
        new.auto_approve_after = take("autoApproveAfter")
        new.updated_at = None if (value := take("updatedAt", None)) is None else moment(value)
        new.additional_properties = rest
        return new


ApprovalPolicy.fields = (
    Field("project_id", "projectId"),
    Field("requires_approval", "requiresApproval"),
    Field("first_n_posts_blocked", "firstNPostsBlocked"),
    Field("auto_approve_after", "autoApproveAfter", null=True),
    Field("updated_at", "updatedAt"),
)
