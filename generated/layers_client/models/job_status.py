from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class JobStatus(OpenEnum):
    """Whether the render goes on, or how it ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


read_job_status = reader(JobStatus)

JobStatusValue: TypeAlias = (
    JobStatus
    | Literal[
        "running",
        "completed",
        "failed",
        "canceled",
    ]
)
"""What may be given for one: the member, or its text."""
