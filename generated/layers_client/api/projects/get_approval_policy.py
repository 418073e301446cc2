"""GET /v1/projects/{projectId}/approval-policy"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GET_APPROVAL_POLICY
from ..._runtime.call import Call

if TYPE_CHECKING:
    from uuid import UUID


def call(
    project_id: str | UUID,
) -> Call:
    """The call of `getApprovalPolicy`."""
    return Call(
        GET_APPROVAL_POLICY,
        project_id,
    )
