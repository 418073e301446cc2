"""GET /v1/projects/{projectId}/content"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..._document import LIST_CONTENT
from ..._runtime.call import Call

if TYPE_CHECKING:
    from uuid import UUID

    from ...models.approval_status import ApprovalStatusValue
    from ...models.container_status import ContainerStatusValue
    from ...models.format_ import FormatValue


def call(
    project_id: str | UUID,
    *,
    status: ContainerStatusValue | Sequence[ContainerStatusValue] | None = None,
    format: FormatValue | Sequence[FormatValue] | None = None,
    approval_status: ApprovalStatusValue | Sequence[ApprovalStatusValue] | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call:
    """The call of `listContent`."""
    return Call(
        LIST_CONTENT,
        project_id,
        query={
            "status": status,
            "format": format,
            "approvalStatus": approval_status,
            "cursor": cursor,
            "limit": limit,
        },
    )
