from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class Caption(Model):
    """The text to post beside the creative.

    Attributes:
        platform: Where the text is for, such as `tiktok`.
        text: The text.
    """

    __slots__ = (
        "platform",
        "text",
    )

    def __init__(
        self,
        *,
        platform: str,
        text: str,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.platform = platform
        self.text = text
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.platform = take("platform")
        new.text = take("text")
        new.additional_properties = rest
        return new


Caption.fields = (
    Field("platform", "platform"),
    Field("text", "text"),
)
