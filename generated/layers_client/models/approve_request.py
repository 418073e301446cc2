from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypedDict

from .._runtime.model import Field, Model


class ApproveRequest(Model):
    """A word on the decision.

    Attributes:
        note: For your own records, up to 1,024 characters.
    """

    __slots__ = ("note",)

    def __init__(
        self,
        *,
        note: str | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.note = note
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.note = take("note", None)
        new.additional_properties = rest
        return new


class ApproveRequestDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    note: str | None


ApproveRequest.fields = (Field("note", "note"),)
