"""How to link into the reference that Redocly builds."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from layers_contract.spec.document import Operation

__all__ = ["link"]

NAME: Final = "reference.html"


def link(operation: Operation) -> str:
    """Where the reference shows *operation*: below its first tag, all lower case."""
    tag = next(iter(operation.raw.get("tags", ())), "other")
    slug = re.sub(r"[^\w-]+", "-", str(tag).replace("&", " and ").strip().lower())
    return f"{NAME}#/{quote(slug)}/{quote(operation.id.lower())}"
