from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required, Self, TypedDict

from .._runtime.model import Field, Model
from .format_ import Format, FormatValue, read_format


class GenerateRequest(Model):
    """What to generate.

    Attributes:
        brief: What the creative is to say, to whom, and with what.
        format: What kind of creative. * `video_remix`: a video cut from reference media, with overlays.
            * `slideshow_remix`: several images with typographic hooks. * `ugc_remix`: a video
            in the style of an influencer. * `auto`: the server picks.
    """

    __slots__ = (
        "brief",
        "format",
    )

    def __init__(
        self,
        *,
        brief: Brief,
        format: Format | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.brief = brief
        self.format = format
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.brief = Brief.from_dict(take("brief"))
        new.format = None if (value := take("format", None)) is None else read_format(value)
        new.additional_properties = rest
        return new


class GenerateRequestDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    brief: Required[Brief | BriefDict]
    format: FormatValue | None


from .brief import Brief, BriefDict

GenerateRequest.fields = (
    Field("brief", "brief", Brief),
    Field("format", "format"),
)
