"""What the document says of repeated calls, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final

from layers_contract.spec.contract import Idempotency

__all__ = ["EQUAL", "KEEPS", "SCOPES", "lasting", "listed", "sentences"]

SCOPES: Final = {"credential": "API key", "operation": "operation", "path": "path"}
KEEPS: Final = "A request that fails validation does not use up its key."
EQUAL: Final = {
    "json": "Bodies are the same when their JSON values are: member order and spaces do not count.",
    "bytes": "Bodies are the same only when every byte is.",
}
_UNITS: Final = ((172800, 86400, "day"), (3600, 3600, "hour"), (60, 60, "minute"))
"""From how many seconds on each unit is used, and how many it has."""


def sentences(keys: Idempotency, raw: Mapping[str, Any]) -> Iterator[str]:
    """What *keys*, which stands in the document as *raw*, means for whoever makes up a key."""
    if isfinite(keys.window):
        yield f"A key is remembered for {lasting(keys.window)}."
    else:
        yield "How long a key is remembered is not promised."
    scope = [SCOPES[each] for each in raw["scope"]]
    yield f"It names one call only for the same {listed(scope, 'and')}."
    yield f"With another body it is refused with {keys.conflict_status} `{keys.conflict_code}`."
    if keys.keeps_key:
        yield KEEPS
    if "equal-bodies" in raw:
        yield EQUAL[keys.equal_bodies]


def lasting(seconds: float) -> str:
    """A length of time: `30 days`, `24 hours`, `1 minute`, `2 s`."""
    for least, size, unit in _UNITS:
        if seconds >= least and seconds % size == 0:
            number = int(seconds // size)
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:g} s"


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
