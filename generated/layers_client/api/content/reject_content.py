"""POST /v1/content/{containerId}/reject"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import REJECT_CONTENT
from ..._runtime.call import Call
from ..._runtime.model import to_json
from ...models.reject_request import RejectRequest

if TYPE_CHECKING:
    from ...models.brief_patch import BriefPatch, BriefPatchDict


def call(
    container_id: str,
    *,
    reason: str,
    regenerate: bool | None = None,
    patch: BriefPatch | BriefPatchDict | None = None,
) -> Call:
    """The call of `rejectContent`."""
    return Call(
        REJECT_CONTENT,
        container_id,
        body=to_json(
            {
                "reason": reason,
                "regenerate": regenerate,
                "patch": patch,
            },
            RejectRequest,
        ),
    )
