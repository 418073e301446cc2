"""POST /v1/content/{containerId}/approve"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import APPROVE_CONTENT
from ..._runtime.call import Call
from ..._runtime.model import UNSET, to_json
from ...models.approve_request import ApproveRequest

if TYPE_CHECKING:
    pass


def call(
    container_id: str,
    *,
    note: str | None = None,
) -> Call:
    """The call of `approveContent`."""
    return Call(
        APPROVE_CONTENT,
        container_id,
        body=to_json(
            {
                "note": note,
            },
            ApproveRequest,
        )
        or UNSET,
    )
