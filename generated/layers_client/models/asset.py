from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model
from .asset_kind import AssetKind, read_asset_kind


class Asset(Model):
    """A rendered file.

    Attributes:
        id: The id of an asset or of reference media.
        kind: What the asset is.
        url: Permanent address of the file.
        width: Pixels.
        height: Pixels.
        duration_ms: Length of a video in milliseconds; an image has none.
    """

    __slots__ = (
        "id",
        "kind",
        "url",
        "width",
        "height",
        "duration_ms",
    )

    def __init__(
        self,
        *,
        id: str,
        kind: AssetKind | None = None,
        url: str | None = None,
        width: int | None = None,
        height: int | None = None,
        duration_ms: int | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.kind = kind
        self.url = url
        self.width = width
        self.height = height
        self.duration_ms = duration_ms
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.id = take("id")
        new.kind = None if (value := take("kind", None)) is None else read_asset_kind(value)
        new.url = take("url", None)
        new.width = take("width", None)
        new.height = take("height", None)
        new.duration_ms = take("durationMs", None)
        new.additional_properties = rest
        return new


Asset.fields = (
    Field("id", "id"),
    Field("kind", "kind"),
    Field("url", "url"),
    Field("width", "width"),
    Field("height", "height"),
    Field("duration_ms", "durationMs"),
)
