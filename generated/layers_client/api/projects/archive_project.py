"""DELETE /v1/projects/{projectId}"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import ARCHIVE_PROJECT
from ..._runtime.call import Call

if TYPE_CHECKING:
    from uuid import UUID


def call(
    project_id: str | UUID,
) -> Call:
    """The call of `archiveProject`."""
    return Call(
        ARCHIVE_PROJECT,
        project_id,
    )
