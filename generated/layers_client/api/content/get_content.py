"""GET /v1/content/{containerId}"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GET_CONTENT
from ..._runtime.call import Call

if TYPE_CHECKING:
    pass


def call(
    container_id: str,
) -> Call:
    """The call of `getContent`."""
    return Call(
        GET_CONTENT,
        container_id,
    )
