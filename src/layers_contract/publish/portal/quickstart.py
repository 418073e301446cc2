"""The quick start with the client, and what a step of a quick start is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers_contract.codegen.snippets import snippets

__all__ = ["KEY", "Snippet", "python"]

KEY: Final = "LAYERS_API_KEY"
"""The variable that holds the API key; the client reads it as well."""

_TITLES: Final = ("Generate, and wait", "Come back to it from another process")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A step: what it does, the operation that it calls (if it does), its commands, and when."""

    title: str
    operation: str
    code: str
    note: str = ""


def python(readme: str, wheel: str) -> list[Snippet]:
    """How to install the client from *wheel*, and the first examples of its README."""
    blocks = (block.rstrip() for block in snippets(readme))
    shown = [Snippet(title, "", block) for title, block in zip(_TITLES, blocks, strict=False)]
    install = Snippet("Install the client", "", f"pip install ./{wheel}\nexport {KEY}=…")
    return [install, *shown] if wheel else shown
