from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Required, Self, TypedDict

from .._runtime.model import Field, Model


class RejectRequest(Model):
    """Why, and whether to render again at once.

    Attributes:
        reason: What was wrong, 1 to 1,024 characters.
        regenerate: Start the next render in the same step.
        patch: Fields of a brief to replace; what is left out keeps its value.
    """

    __slots__ = (
        "reason",
        "regenerate",
        "patch",
    )

    def __init__(
        self,
        *,
        reason: str,
        regenerate: bool | None = None,
        patch: BriefPatch | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.reason = reason
        self.regenerate = regenerate
        self.patch = patch
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.reason = take("reason")
        new.regenerate = take("regenerate", None)
        new.patch = None if (value := take("patch", None)) is None else BriefPatch.from_dict(value)
        new.additional_properties = rest
        return new


class RejectRequestDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    reason: Required[str]
    regenerate: bool | None
    patch: BriefPatch | BriefPatchDict | None


from .brief_patch import BriefPatch, BriefPatchDict

RejectRequest.fields = (
    Field("reason", "reason"),
    Field("regenerate", "regenerate"),
    Field("patch", "patch", BriefPatch),
)
