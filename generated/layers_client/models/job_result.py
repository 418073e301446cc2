from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class JobResult(Model):
    """What a completed render made.

    Attributes:
        container_id: A container's id.
        assets: The rendered files.
    """

    __slots__ = (
        "container_id",
        "assets",
    )

    def __init__(
        self,
        *,
        container_id: str,
        assets: list[Asset] | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.container_id = container_id
        self.assets = assets
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.container_id = take("containerId")
        new.assets = (
            None
            if (value := take("assets", None)) is None
            else [Asset.from_dict(each) for each in value]
        )
        new.additional_properties = rest
        return new


from .asset import Asset

JobResult.fields = (
    Field("container_id", "containerId"),
    Field("assets", "assets", Asset),
)
