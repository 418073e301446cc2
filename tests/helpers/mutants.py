"""Documents with one thing wrong, to prove that a rule can fail."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

Json = Any

GONE: Final = object()
"""As a value in `Fault.edits`: what stands there is taken away."""

GENERATE: Final = "/paths/~1v1~1projects~1{projectId}~1content/post"
LIST: Final = "/paths/~1v1~1projects~1{projectId}~1content/get"
READ: Final = "/paths/~1v1~1content~1{containerId}/get"
REJECT: Final = "/paths/~1v1~1content~1{containerId}~1reject/post"
JOB: Final = "/paths/~1v1~1jobs~1{jobId}/get"
SCHEMAS: Final = "/components/schemas"


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the rule that sees it, and the edits that make it, by JSON Pointer."""

    rule: str
    edits: dict[str, Json] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.rule}-{next(reversed(self.edits)).rsplit('/', 1)[-1]}"

    def applied_to(self, document: dict[str, Json]) -> dict[str, Json]:
        """A copy of *document* with the fault in it."""
        copy = deepcopy(document)
        for pointer, value in self.edits.items():
            edit(copy, pointer, value)
        return copy


def edit(document: dict[str, Json], pointer: str, value: Json) -> None:
    """Put *value* where *pointer* leads; `/-` adds to a list, `GONE` takes away."""
    *way, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    holder: Json = document
    for part in way:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    if last == "-":
        holder.append(deepcopy(value))
        return
    key = int(last) if isinstance(holder, list) else last
    if value is GONE:
        del holder[key]
    else:
        holder[key] = deepcopy(value)
