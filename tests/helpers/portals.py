"""Portals without Graphviz: nodes stand below each other, edges run straight."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest

from layers_contract.diff.model import Change, Release
from layers_contract.publish.portal import Download, graph, write
from layers_contract.spec.document import Document, load

README: Final = """# layers-client

```sh
pip install layers-client
```

```python
print("first")
```

```python
print("second")
```

```python
layers.jobs.resume("job_1")
```
"""

FIRST: Final = Release("1.0.0", "2026-09-01", ())
DOWNLOADS: Final = (
    Download("openapi.yaml", "The `document`.", 123_456, "ab" * 32),
    Download("layers_client-1.0.0-py3-none-any.whl", "The client.", 999, "cd" * 32),
)


def change(rating: Any = "breaking", *operations: str, what: str = "It differs.") -> Change:
    return Change(rating, operations, "#/info", what, "Look at it.", "a-rule")


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    return load().raw


def raw() -> dict[str, Any]:
    """A document to change as one likes."""
    return copy.deepcopy(_raw())


def layouts(sources: Sequence[str]) -> list[graph.Layout]:
    return [_layout(source) for source in sources]


def _layout(source: str) -> graph.Layout:
    names = re.findall(r"^(\w+) \[", source, re.MULTILINE)
    nodes = {name: (100.0, 50.0 * n) for n, name in enumerate(n for n in names if n != "node")}
    pairs = re.findall(r"^(\w+) -> (\w+) ", source, re.MULTILINE)
    return graph.Layout(
        400, 50.0 * len(nodes), nodes, {pair: _route(nodes, pair) for pair in pairs}
    )


def _route(nodes: dict[str, graph.Point], pair: tuple[str, str]) -> graph.Route:
    start, end = nodes[pair[0]], nodes[pair[1]]
    return graph.Route((start, start, end, end), (end[0], end[1] + 5), start)


class Portal:
    """Writes pages and gives them as text."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.setattr(graph, "layouts", layouts)

    def pages(
        self,
        document: dict[str, Any] | None = None,
        releases: Sequence[Release] = (FIRST,),
        downloads: Sequence[Download] = DOWNLOADS,
        readme: str = README,
    ) -> tuple[str, str]:
        write(Document(document or _raw()), releases, downloads, readme, self.folder)
        index, changelog = (self.folder / name for name in ("index.html", "changelog.html"))
        return index.read_text(encoding="utf-8"), changelog.read_text(encoding="utf-8")


__all__ = ["DOWNLOADS", "FIRST", "README", "Portal", "change", "layouts", "raw"]
