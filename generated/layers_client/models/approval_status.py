from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class ApprovalStatus(OpenEnum):
    """Where the review stands. Independent of the container's status."""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


read_approval_status = reader(ApprovalStatus)

ApprovalStatusValue: TypeAlias = (
    ApprovalStatus
    | Literal[
        "not_required",
        "pending",
        "approved",
        "rejected",
    ]
)
"""What may be given for one: the member, or its text."""
