"""GET /v1/content/{containerId}/progress"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GET_CONTENT_PROGRESS
from ..._runtime.call import Call

if TYPE_CHECKING:
    pass


def call(
    container_id: str,
) -> Call:
    """The call of `getContentProgress`."""
    return Call(
        GET_CONTENT_PROGRESS,
        container_id,
    )
