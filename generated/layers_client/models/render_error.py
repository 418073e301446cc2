from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class RenderError(Model):
    """Why a render failed.

    Attributes:
        code: For programs; values are added over time.
        message: For people.
    """

    __slots__ = (
        "code",
        "message",
    )

    def __init__(
        self,
        *,
        code: str,
        message: str,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.code = take("code")
        new.message = take("message")
        new.additional_properties = rest
        return new


RenderError.fields = (
    Field("code", "code"),
    Field("message", "message"),
)
