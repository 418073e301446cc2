from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypedDict

from .._runtime.model import Field, Model


class RegenerateRequest(Model):
    """What to change before the container is rendered again.

    Attributes:
        patch: Fields of a brief to replace; what is left out keeps its value.
    """

    __slots__ = ("patch",)

    def __init__(
        self,
        *,
        patch: BriefPatch | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.patch = patch
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.patch = None if (value := take("patch", None)) is None else BriefPatch.from_dict(value)
        new.additional_properties = rest
        return new


class RegenerateRequestDict(TypedDict, total=False):
    """A dict that may be given for it, with fields named as there or as in JSON."""

    patch: BriefPatch | BriefPatchDict | None


from .brief_patch import BriefPatch, BriefPatchDict

RegenerateRequest.fields = (Field("patch", "patch", BriefPatch),)
