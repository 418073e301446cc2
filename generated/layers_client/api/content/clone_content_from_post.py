"""POST /v1/content/{containerId}/clone-from-post"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import CLONE_CONTENT_FROM_POST
from ..._runtime.call import Call
from ..._runtime.model import to_json
from ...models.clone_request import CloneRequest

if TYPE_CHECKING:
    from ...models.brief_patch import BriefPatch, BriefPatchDict
    from ...models.clone_mode import CloneModeValue


def call(
    container_id: str,
    *,
    source_platform_post_id: str,
    mode: CloneModeValue | None = None,
    overrides: BriefPatch | BriefPatchDict | None = None,
) -> Call:
    """The call of `cloneContentFromPost`."""
    return Call(
        CLONE_CONTENT_FROM_POST,
        container_id,
        body=to_json(
            {
                "sourcePlatformPostId": source_platform_post_id,
                "mode": mode,
                "overrides": overrides,
            },
            CloneRequest,
        ),
    )
