from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment
from .job_status import JobStatus, read_job_status


class AcceptedJob(Model):
    """The envelope of a render that was just accepted.

    Attributes:
        job_id: A job's id.
        kind: What started it, such as `content_generate`; values are added over time.
        status: Whether the render goes on, or how it ended.
        stage: What the server is at, in its own words; values are added over time.
        project_id: A project's id.
        container_id: A container's id.
        location_url: Where to poll, relative to the server.
        started_at: When the render was accepted.
        progress: How much of a running render is done, 0 to 1.
        finished_at: When the render ended.
        result: What a completed render made.
        error: Why the render failed.
    """

    __slots__ = (
        "job_id",
        "kind",
        "status",
        "stage",
        "project_id",
        "container_id",
        "location_url",
        "started_at",
        "progress",
        "finished_at",
        "result",
        "error",
    )

    def __init__(
        self,
        *,
        job_id: str,
        kind: str,
        status: JobStatus,
        stage: str | None,
        project_id: str,
        container_id: str,
        location_url: str,
        started_at: datetime | None,
        progress: float | None = None,
        finished_at: datetime | None = None,
        result: JobResult | None = None,
        error: RenderError | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.job_id = job_id
        self.kind = kind
        self.status = status
        self.stage = stage
        self.project_id = project_id
        self.container_id = container_id
        self.location_url = location_url
        self.started_at = started_at
        self.progress = progress
        self.finished_at = finished_at
        self.result = result
        self.error = error
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.job_id = take("jobId")
        new.kind = take("kind")
        new.status = read_job_status(take("status"))
        new.stage = take("stage")
        new.project_id = take("projectId")
        new.container_id = take("containerId")
        new.location_url = take("locationUrl")
        new.started_at = None if (value := take("startedAt")) is None else moment(value)
        new.progress = take("progress", None)
        new.finished_at = None if (value := take("finishedAt", None)) is None else moment(value)
        new.result = None if (value := take("result", None)) is None else JobResult.from_dict(value)
        new.error = None if (value := take("error", None)) is None else RenderError.from_dict(value)
        new.additional_properties = rest
        return new


from .job_result import JobResult
from .render_error import RenderError

AcceptedJob.fields = (
    Field("job_id", "jobId"),
    Field("kind", "kind"),
    Field("status", "status"),
    Field("stage", "stage", null=True),
    Field("project_id", "projectId"),
    Field("container_id", "containerId"),
    Field("location_url", "locationUrl"),
    Field("started_at", "startedAt", null=True),
    Field("progress", "progress"),
    Field("finished_at", "finishedAt"),
    Field("result", "result", JobResult),
    Field("error", "error", RenderError),
)
