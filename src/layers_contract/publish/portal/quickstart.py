"""The quick start with the client, and what a step of a quick start is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers_contract.codegen.client.facts import Facts
from layers_contract.codegen.snippets import snippets

__all__ = ["Snippet", "python"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A step: what it does, the operation that it calls (if it does), its commands, and when."""

    title: str
    operation: str
    code: str
    note: str = ""


def python(client: Facts, readme: str, wheel: str) -> list[Snippet]:
    """How to install the client from *wheel*, and the first examples of its README."""
    blocks = [block.rstrip() for block in snippets(readme)]
    shown = [Snippet(title, "", block) for title, block in _shown(client, blocks)]
    key = client.names.key_variable
    install = Snippet("Install the client", "", f"pip install ./{wheel}\nexport {key}=…")
    return [install, *shown] if wheel else shown


def _shown(client: Facts, blocks: list[str]) -> Iterator[tuple[str, str]]:
    """The first example, and how to come back to what it starts."""
    if client.main is None:
        yield from (("Call it", block) for block in blocks[:1])
        return
    verb = client.main.split("_", 1)[0].capitalize()
    yield from ((f"{verb}, and wait", block) for block in blocks[:1])
    coming_back = [block for block in blocks if ".resume(" in block]
    yield from (("Come back to it from another process", block) for block in coming_back[:1])
