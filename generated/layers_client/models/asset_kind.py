from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class AssetKind(OpenEnum):
    """What the asset is."""

    VIDEO = "video"
    IMAGE = "image"


read_asset_kind = reader(AssetKind)

AssetKindValue: TypeAlias = (
    AssetKind
    | Literal[
        "video",
        "image",
    ]
)
"""What may be given for one: the member, or its text."""
