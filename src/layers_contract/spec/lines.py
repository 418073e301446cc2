"""On which line of which file a promise is written: for the annotations of a CI server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from layers_contract.spec.document import default_path
from layers_contract.spec.files import DocumentFiles

__all__ = ["promise_places"]

PROMISES: Final = "x-promises"


def promise_places(files: DocumentFiles) -> dict[str, tuple[str, int]]:
    """Each promise's file, relative to the working directory where it is below it, and line.

    Where an overlay writes a promise again, the overlay is the place.
    """
    found: dict[str, tuple[str, int]] = {}
    for path in (files.document or default_path(), *files.overlays):
        name = _name(path)
        found |= {promise: (name, line) for promise, line in _lines(path)}
    return found


def _name(path: Path) -> str:
    """The path for a reader of the repository; the shipped document's name where it has none."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        shipped = path == default_path()
        return "openapi/layers.yaml" if shipped else path.as_posix()


def _lines(path: Path) -> Iterator[tuple[str, int]]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                waiting.append(value)
                if getattr(key, "value", None) == PROMISES:
                    yield from _promises(value)


def _promises(node: yaml.Node) -> Iterator[tuple[str, int]]:
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        for key, value in item.value if isinstance(item, yaml.MappingNode) else ():
            if key.value == "id":
                yield str(value.value), item.start_mark.line + 1
