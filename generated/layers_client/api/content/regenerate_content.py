"""POST /v1/content/{containerId}/regenerate"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import REGENERATE_CONTENT
from ..._runtime.call import Call
from ..._runtime.model import UNSET, to_json
from ...models.regenerate_request import RegenerateRequest

if TYPE_CHECKING:
    from ...models.brief_patch import BriefPatch, BriefPatchDict


def call(
    container_id: str,
    *,
    patch: BriefPatch | BriefPatchDict | None = None,
) -> Call:
    """The call of `regenerateContent`."""
    return Call(
        REGENERATE_CONTENT,
        container_id,
        body=to_json(
            {
                "patch": patch,
            },
            RegenerateRequest,
        )
        or UNSET,
    )
