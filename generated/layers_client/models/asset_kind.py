from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum


class AssetKind(OpenEnum):
    """What the asset is."""

    VIDEO = "video"
    IMAGE = "image"


AssetKindValue: TypeAlias = (
    AssetKind
    | Literal[
        "video",
        "image",
    ]
)
"""What may be given for one: the member, or its text."""
