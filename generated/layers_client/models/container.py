from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from .._runtime.model import Field, Model, moment
from .approval_status import ApprovalStatus, read_approval_status
from .container_status import ContainerStatus, read_container_status
from .format_ import Format, read_format


class Container(Model):
    """One creative, with its media, captions and review.

    Attributes:
        id: A container's id.
        project_id: A project's id.
        status: How far the newest render has come. * `queued`: accepted, not yet running. *
            `generating`: running; there are no assets yet. * `completed`: done; assets and
            captions are there. * `failed`: ended with an error, which is in `lastError`. *
            `canceled`: ended by a cancel or by the project's archive.
        approval_status: Where the review stands. Independent of the container's status.
        format: What kind of creative. * `video_remix`: a video cut from reference media, with overlays.
            * `slideshow_remix`: several images with typographic hooks. * `ugc_remix`: a video
            in the style of an influencer. * `auto`: the server picks.
        influencer_id: The influencer that voices it, if any.
        brief: The brief that the newest render worked from.
        assets: The rendered files; empty until the render has completed.
        captions: One text for each platform.
        last_error: Why the render failed; null otherwise.
        created_at: A moment in UTC, RFC 3339 with `Z`.
        updated_at: A moment in UTC, RFC 3339 with `Z`.
    """

    __slots__ = (
        "id",
        "project_id",
        "status",
        "approval_status",
        "format",
        "influencer_id",
        "brief",
        "assets",
        "captions",
        "last_error",
        "created_at",
        "updated_at",
    )

    def __init__(
        self,
        *,
        id: str,
        project_id: str,
        status: ContainerStatus,
        approval_status: ApprovalStatus,
        format: Format,
        influencer_id: str | None,
        brief: ContainerBrief,
        assets: list[Asset],
        captions: list[Caption],
        last_error: RenderError | None,
        created_at: datetime,
        updated_at: datetime,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.project_id = project_id
        self.status = status
        self.approval_status = approval_status
        self.format = format
        self.influencer_id = influencer_id
        self.brief = brief
        self.assets = assets
        self.captions = captions
        self.last_error = last_error
        self.created_at = created_at
        self.updated_at = updated_at
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.id = take("id")
        new.project_id = take("projectId")
        new.status = read_container_status(take("status"))
        new.approval_status = read_approval_status(take("approvalStatus"))
        new.format = read_format(take("format"))
        new.influencer_id = take("influencerId")
        new.brief = ContainerBrief.from_dict(take("brief"))
        new.assets = [Asset.from_dict(each) for each in take("assets")]
        new.captions = [Caption.from_dict(each) for each in take("captions")]
        new.last_error = (
            None if (value := take("lastError")) is None else RenderError.from_dict(value)
        )
        new.created_at = moment(take("createdAt"))
        new.updated_at = moment(take("updatedAt"))
        new.additional_properties = rest
        return new


from .asset import Asset
from .caption import Caption
from .container_brief import ContainerBrief
from .render_error import RenderError

Container.fields = (
    Field("id", "id"),
    Field("project_id", "projectId"),
    Field("status", "status"),
    Field("approval_status", "approvalStatus"),
    Field("format", "format"),
    Field("influencer_id", "influencerId", null=True),
    Field("brief", "brief", ContainerBrief),
    Field("assets", "assets", Asset),
    Field("captions", "captions", Caption),
    Field("last_error", "lastError", RenderError, null=True),
    Field("created_at", "createdAt"),
    Field("updated_at", "updatedAt"),
)
