from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from .._runtime.model import Field, Model


class ContainerPage(Model):
    """One page of containers, newest first.

    Attributes:
        items: The containers.
        next_cursor: Give it back as `cursor` for the next page; null, or not there, on the last one.
    """

    __slots__ = (
        "items",
        "next_cursor",
    )

    def __init__(
        self,
        *,
        items: list[Container],
        next_cursor: str | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.items = items
        self.next_cursor = next_cursor
        self.additional_properties = additional_properties or {}

    @classmethod
    def from_dict(cls, source: Mapping[str, Any]) -> Self:
        new = cls.__new__(cls)
        rest = dict(source)
        take = rest.pop
        new.items = [Container.from_dict(each) for each in take("items")]
        new.next_cursor = take("nextCursor", None)
        new.additional_properties = rest
        return new


from .container import Container

ContainerPage.fields = (
    Field("items", "items", Container),
    Field("next_cursor", "nextCursor"),
)
