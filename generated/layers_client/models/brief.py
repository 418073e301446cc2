from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Required, Self, TypedDict

from .._runtime.model import Field, Model


class Brief(Model):
    """What the creative is to say, to whom, and with what.

    Attributes:
        hook: The line that opens the creative, 1 to 2,000 characters.
        target_platforms: Where it will be posted, such as `tiktok` or `instagram`.
        influencer_id: An influencer's id.
        theme_tags: Words of your own.
        reference_media_ids: Media to work from.
        language: The language to write in, as a BCP 47 tag.
    """

    __slots__ = (
        "hook",
        "target_platforms",
        "influencer_id",
        "theme_tags",
        "reference_media_ids",
        "language",
    )

    def __init__(
        self,
        *,
        hook: str,
        target_platforms: list[str] | None = None,
        influencer_id: str | None = None,
        theme_tags: list[str] | None = None,
        reference_media_ids: list[str] | None = None,
        language: str | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.hook = hook
        self.target_platforms = target_platforms
        self.influencer_id = influencer_id
        self.theme_tags = theme_tags
        self.reference_media_ids = reference_media_ids
        self.language = language
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.hook = take("hook")
        new.target_platforms = take("targetPlatforms", None)
        new.influencer_id = take("influencerId", None)
        new.theme_tags = take("themeTags", None)
        new.reference_media_ids = take("referenceMediaIds", None)
        new.language = take("language", None)
        new.additional_properties = rest
        return new


class BriefDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    hook: Required[str]
    target_platforms: Sequence[str] | None
    targetPlatforms: Sequence[str] | None
    influencer_id: str | None
    influencerId: str | None
    theme_tags: Sequence[str] | None
    themeTags: Sequence[str] | None
    reference_media_ids: Sequence[str] | None
    referenceMediaIds: Sequence[str] | None
    language: str | None


Brief.fields = (
    Field("hook", "hook"),
    Field("target_platforms", "targetPlatforms"),
    Field("influencer_id", "influencerId"),
    Field("theme_tags", "themeTags"),
    Field("reference_media_ids", "referenceMediaIds"),
    Field("language", "language"),
)
