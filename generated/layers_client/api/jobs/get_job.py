"""GET /v1/jobs/{jobId}"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import GET_JOB
from ..._runtime.call import Call

if TYPE_CHECKING:
    pass


def call(
    job_id: str,
) -> Call:
    """The call of `getJob`."""
    return Call(
        GET_JOB,
        job_id,
    )
