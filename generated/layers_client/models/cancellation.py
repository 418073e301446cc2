from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class Cancellation(Model):
    """What became of a cancel.

    Attributes:
        job_id: A job's id.
        accepted: Whether the signal was taken; false where the job had ended.
        reason: Why the signal was not taken, such as `ALREADY_COMPLETED`.
    """

    __slots__ = (
        "job_id",
        "accepted",
        "reason",
    )

    def __init__(
        self,
        *,
        job_id: str,
        accepted: bool,
        reason: str | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.job_id = job_id
        self.accepted = accepted
        self.reason = reason
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.job_id = take("jobId")
        new.accepted = take("accepted")
        new.reason = take("reason", None)
        new.additional_properties = rest
        return new


Cancellation.fields = (
    Field("job_id", "jobId"),
    Field("accepted", "accepted"),
    Field("reason", "reason"),
)
