from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class Error(Model):
    """What every refusal and failure looks like.

    Attributes:
        error: What went wrong.
    """

    __slots__ = ("error",)

    def __init__(
        self,
        *,
        error: ErrorDetail,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.error = error
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.error = ErrorDetail.from_dict(take("error"))
        new.additional_properties = rest
        return new


from .error_detail import ErrorDetail

Error.fields = (Field("error", "error", ErrorDetail),)
