from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypedDict

from .._runtime.model import UNSET, Field, Model, Unset


class ApprovalPolicyUpdate(Model):
    """The settings to change.

    Attributes:
        requires_approval: Whether what is rendered waits for a review.
        first_n_posts_blocked: How many first posts are held back, 0 to 50.
        auto_approve_after: Approve by itself after this ISO 8601 duration; null for never.
    """

    __slots__ = (
        "requires_approval",
        "first_n_posts_blocked",
        "auto_approve_after",
    )

    def __init__(
        self,
        *,
        requires_approval: bool | None = None,
        first_n_posts_blocked: int | None = None,
        auto_approve_after: str | None | Unset = UNSET,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.requires_approval = requires_approval
        self.first_n_posts_blocked = first_n_posts_blocked
        self.auto_approve_after = auto_approve_after
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.requires_approval = take("requiresApproval", None)
        new.first_n_posts_blocked = take("firstNPostsBlocked", None)
        new.auto_approve_after = take("autoApproveAfter", UNSET)
        new.additional_properties = rest
        return new


class ApprovalPolicyUpdateDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    requires_approval: bool | None
    requiresApproval: bool | None
    first_n_posts_blocked: int | None
    firstNPostsBlocked: int | None
    auto_approve_after: str | None
    autoApproveAfter: str | None


ApprovalPolicyUpdate.fields = (
    Field("requires_approval", "requiresApproval"),
    Field("first_n_posts_blocked", "firstNPostsBlocked"),
    Field("auto_approve_after", "autoApproveAfter", null=True),
)
