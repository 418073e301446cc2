"""Which operation a path and a method name: one regular expression for all paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from layers_contract.spec.document import Operation

__all__ = ["Route", "Routes"]


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the document: its parameters' names and its operations by method."""

    names: tuple[str, ...]
    operations: Mapping[str, Operation]

    @property
    def allowed(self) -> str:
        """The value of an `Allow` header."""
        return ", ".join(self.operations)


class Routes:
    """The document's paths."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        self._routes = [
            Route(tuple(re.findall(r"{(.+?)}", path)), methods) for path, methods in by_path.items()
        ]
        self._pattern = re.compile("|".join(f"({_pattern(path)})" for path in by_path))
        self._first = self._starts()

    def match(self, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a path that is still percent-encoded, with its parameters decoded."""
        found = self._pattern.fullmatch(raw_path)
        if found is None or found.lastindex is None:
            return None
        route = self._first[found.lastindex]
        values = found.groups()[found.lastindex :]
        ids = {
            name: unquote(value) if "%" in value else value
            for name, value in zip(route.names, values, strict=False)
        }
        return route, ids

    def _starts(self) -> dict[int, Route]:
        """The number of each path's own group: the last one to close where the path matches."""
        starts: dict[int, Route] = {}
        number = 1
        for route in self._routes:
            starts[number] = route
            number += 1 + len(route.names)
        return starts


def _pattern(path: str) -> str:
    parts = re.split(r"{.+?}", path)
    return "([^/]+)".join(re.escape(part) for part in parts)
