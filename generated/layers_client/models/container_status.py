from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class ContainerStatus(OpenEnum):
    """How far the newest render has come.

    * `queued`: accepted, not yet running.
    * `generating`: running; there are no assets yet.
    * `completed`: done; assets and captions are there.
    * `failed`: ended with an error, which is in `lastError`.
    * `canceled`: ended by a cancel or by the project's archive.
    """

    QUEUED = "queued"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


read_container_status = reader(ContainerStatus)

ContainerStatusValue: TypeAlias = (
    ContainerStatus
    | Literal[
        "queued",
        "generating",
        "completed",
        "failed",
        "canceled",
    ]
)
"""What may be given for one: the member, or its text."""
