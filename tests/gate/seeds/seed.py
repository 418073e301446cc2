"""What a seeded change is, and the edits it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from layers_contract.diff.model import Rating
from layers_contract.spec.nodes import tokens

Json = Any
Edit = Callable[[dict[str, Json]], None]

POST: Final = "/paths/~1v1~1projects~1{projectId}~1content/post"
LIST: Final = "/paths/~1v1~1projects~1{projectId}~1content/get"
READ: Final = "/paths/~1v1~1content~1{containerId}/get"
PROGRESS: Final = "/paths/~1v1~1content~1{containerId}~1progress/get"
REGENERATE: Final = "/paths/~1v1~1content~1{containerId}~1regenerate/post"
APPROVE: Final = "/paths/~1v1~1content~1{containerId}~1approve/post"
REJECT: Final = "/paths/~1v1~1content~1{containerId}~1reject/post"
JOB: Final = "/paths/~1v1~1jobs~1{jobId}/get"
CANCEL: Final = "/paths/~1v1~1jobs~1{jobId}~1cancel/post"
SCHEMAS: Final = "/components/schemas"
RENDER: Final = f"{SCHEMAS}/Container/x-lifecycles/render"
REVIEW: Final = f"{SCHEMAS}/Container/x-lifecycles/approval"


@dataclass(frozen=True, slots=True)
class Seed:
    """A change: its name, the part of the document, the edits, and what must be found.

    One of the changes found must have the rating, the rule and exactly these operations.
    """

    name: str
    part: str
    edits: tuple[Edit, ...]
    rating: Rating
    rule: str
    operations: tuple[str, ...]

    @property
    def breaking(self) -> bool:
        """Whether the gate must stop it below a major version."""
        return self.rating == "breaking"

    def made_in(self, document: dict[str, Json]) -> dict[str, Json]:
        """A copy of *document* with the change."""
        changed: dict[str, Json] = json.loads(json.dumps(document))
        for edit in self.edits:
            edit(changed)
        return changed


def put(pointer: str, value: Json) -> Edit:
    """Set what is at *pointer*."""

    def edit(document: dict[str, Json]) -> None:
        parent, last = _parent(document, pointer)
        parent[last] = value

    return edit


def drop(pointer: str) -> Edit:
    """Take away what is at *pointer*; it must be there."""

    def edit(document: dict[str, Json]) -> None:
        parent, last = _parent(document, pointer)
        del parent[last]

    return edit


def add(pointer: str, *values: Json) -> Edit:
    """Put *values* at the end of the list at *pointer*."""

    def edit(document: dict[str, Json]) -> None:
        parent, last = _parent(document, pointer)
        parent[last] = [*parent[last], *values]

    return edit


def take(pointer: str, value: Json) -> Edit:
    """Take *value* out of the list at *pointer*; it must be in it."""

    def edit(document: dict[str, Json]) -> None:
        parent, last = _parent(document, pointer)
        parent[last].remove(value)

    return edit


def move(pointer: str, name: str) -> Edit:
    """Give the member at *pointer* another *name*, in its place."""

    def edit(document: dict[str, Json]) -> None:
        parent, last = _parent(document, pointer)
        members = {name if key == last else key: value for key, value in parent.items()}
        parent.clear()
        parent.update(members)

    return edit


def everywhere(old: str, new: str) -> Edit:
    """Write *new* for the string *old*, as a key, a value or the end of a reference."""

    def edit(document: dict[str, Json]) -> None:
        text = json.dumps(document).replace(f'"{old}"', f'"{new}"').replace(f'/{old}"', f'/{new}"')
        changed = json.loads(text)
        document.clear()
        document.update(changed)

    return edit


def _parent(document: dict[str, Json], pointer: str) -> tuple[Json, Json]:
    found: Json = document
    *way, last = tokens(pointer)
    for token in way:
        found = found[int(token)] if isinstance(found, list) else found[token]
    return found, int(last) if isinstance(found, list) else last
