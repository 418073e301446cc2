from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment
from .approval_status import ApprovalStatus, read_approval_status


class Rejection(Model):
    """A rejection.

    Attributes:
        id: A container's id.
        approval_status: Where the review stands. Independent of the container's status.
        rejected_at: A moment in UTC, RFC 3339 with `Z`.
        rejected_by: Who rejected.
        reason: What was wrong.
        job: The job of the next render, where one was asked for.
    """

    __slots__ = (
        "id",
        "approval_status",
        "rejected_at",
        "rejected_by",
        "reason",
        "job",
    )

    def __init__(
        self,
        *,
        id: str,
        approval_status: ApprovalStatus,
        rejected_at: datetime,
        rejected_by: str,
        reason: str,
        job: Job | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.approval_status = approval_status
        self.rejected_at = rejected_at
        self.rejected_by = rejected_by
        self.reason = reason
        self.job = job
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.id = take("id")
        new.approval_status = read_approval_status(take("approvalStatus"))
        new.rejected_at = moment(take("rejectedAt"))
        new.rejected_by = take("rejectedBy")
        new.reason = take("reason")
        new.job = None if (value := take("job", None)) is None else Job.from_dict(value)
        new.additional_properties = rest
        return new


from .job import Job

Rejection.fields = (
    Field("id", "id"),
    Field("approval_status", "approvalStatus"),
    Field("rejected_at", "rejectedAt"),
    Field("rejected_by", "rejectedBy"),
    Field("reason", "reason"),
    Field("job", "job", Job),
)
