from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment
from .approval_status import ApprovalStatus, read_approval_status


class Approval(Model):
    """An approval.

    Attributes:
        id: A container's id.
        approval_status: Where the review stands. Independent of the container's status.
        approved_at: A moment in UTC, RFC 3339 with `Z`.
        approved_by: Who approved.
    """

    __slots__ = (
        "id",
        "approval_status",
        "approved_at",
        "approved_by",
    )

    def __init__(
        self,
        *,
        id: str,
        approval_status: ApprovalStatus,
        approved_at: datetime,
        approved_by: str,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.approval_status = approval_status
        self.approved_at = approved_at
        self.approved_by = approved_by
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.id = take("id")
        new.approval_status = read_approval_status(take("approvalStatus"))
        new.approved_at = moment(take("approvedAt"))
        new.approved_by = take("approvedBy")
        new.additional_properties = rest
        return new


Approval.fields = (
    Field("id", "id"),
    Field("approval_status", "approvalStatus"),
    Field("approved_at", "approvedAt"),
    Field("approved_by", "approvedBy"),
)
