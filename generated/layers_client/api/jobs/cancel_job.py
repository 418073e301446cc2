"""POST /v1/jobs/{jobId}/cancel"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._document import CANCEL_JOB
from ..._runtime.call import Call

if TYPE_CHECKING:
    pass


def call(
    job_id: str,
) -> Call:
    """The call of `cancelJob`."""
    return Call(
        CANCEL_JOB,
        job_id,
    )
