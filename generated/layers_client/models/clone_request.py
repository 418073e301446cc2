from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypedDict

from .._runtime.model import Field, Model
from .clone_mode import CloneMode, CloneModeValue, read_clone_mode


class CloneRequest(Model):
    """Which post to start from, and how.

    Attributes:
        source_platform_post_id: The post's id, ours or the platform's; a post that is tracked.
        mode: `fork` stays close to the post, `reimagine` keeps its idea alone.
        overrides: Fields of a brief to replace; what is left out keeps its value.
    """

    __slots__ = (
        "source_platform_post_id",
        "mode",
        "overrides",
    )

    def __init__(
        self,
        *,
        source_platform_post_id: str,
        mode: CloneMode | None = None,
        overrides: BriefPatch | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.source_platform_post_id = source_platform_post_id
        self.mode = mode
        self.overrides = overrides
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.source_platform_post_id = take("sourcePlatformPostId")
        new.mode = None if (value := take("mode", None)) is None else read_clone_mode(value)
        new.overrides = (
            None if (value := take("overrides", None)) is None else BriefPatch.from_dict(value)
        )
        new.additional_properties = rest
        return new


class CloneRequestDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    source_platform_post_id: str
    sourcePlatformPostId: str
    mode: CloneModeValue | None
    overrides: BriefPatch | BriefPatchDict | None


from .brief_patch import BriefPatch, BriefPatchDict

CloneRequest.fields = (
    Field("source_platform_post_id", "sourcePlatformPostId"),
    Field("mode", "mode"),
    Field("overrides", "overrides", BriefPatch),
)
