from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class ErrorDetail(Model):
    """What went wrong.

    Attributes:
        code: For programs; codes are added over time and never renamed.
        message: For people.
        request_id: Names the exchange; quote it to support.
        details: More, depending on the code.
    """

    __slots__ = (
        "code",
        "message",
        "request_id",
        "details",
    )

    def __init__(
        self,
        *,
        code: str,
        message: str,
        request_id: str,
        details: dict[str, Any] | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.message = message
        self.request_id = request_id
        self.details = details
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.code = take("code")
        new.message = take("message")
        new.request_id = take("requestId")
        new.details = take("details", None)
        new.additional_properties = rest
        return new


ErrorDetail.fields = (
    Field("code", "code"),
    Field("message", "message"),
    Field("request_id", "requestId"),
    Field("details", "details"),
)
