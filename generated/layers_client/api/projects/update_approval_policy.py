"""PATCH /v1/projects/{projectId}/approval-policy"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import UPDATE_APPROVAL_POLICY
from ..._runtime.call import Call
from ..._runtime.model import UNSET, Unset, to_json
from ...models.approval_policy_update import ApprovalPolicyUpdate

if TYPE_CHECKING:
    from uuid import UUID


def call(
    project_id: str | UUID,
    *,
    requires_approval: bool | None = None,
    first_n_posts_blocked: int | None = None,
    auto_approve_after: str | None | Unset = UNSET,
) -> Call:
    """The call of `updateApprovalPolicy`."""
    return Call(
        UPDATE_APPROVAL_POLICY,
        project_id,
        body=to_json(
            {
                "requiresApproval": requires_approval,
                "firstNPostsBlocked": first_n_posts_blocked,
                "autoApproveAfter": auto_approve_after,
            },
            ApprovalPolicyUpdate,
        ),
    )
