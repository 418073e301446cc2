"""GET /v1/content/{containerId}/assets/{assetId}"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GET_CONTENT_ASSET
from ..._runtime.call import Call

if TYPE_CHECKING:
    pass


def call(
    container_id: str,
    asset_id: str,
) -> Call:
    """The call of `getContentAsset`."""
    return Call(
        GET_CONTENT_ASSET,
        container_id,
        asset_id,
    )
