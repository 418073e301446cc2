"""POST /v1/projects/{projectId}/content"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GENERATE_CONTENT
from ..._runtime.call import Call
from ..._runtime.model import to_json
from ...models.generate_request import GenerateRequest

if TYPE_CHECKING:
    from uuid import UUID

    from ...models.brief import Brief, BriefDict
    from ...models.format_ import FormatValue


def call(
    project_id: str | UUID,
    *,
    brief: Brief | BriefDict,
    format: FormatValue | None = None,
) -> Call:
    """The call of `generateContent`."""
    return Call(
        GENERATE_CONTENT,
        project_id,
        body=to_json(
            {
                "brief": brief,
                "format": format,
            },
            GenerateRequest,
        ),
    )
