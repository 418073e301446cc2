"""How durations, numbers and sources are said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layers_contract.contract import seconds

__all__ = ["ENDS", "SOURCES", "between", "lasting", "listed", "plural", "seconds"]

SOURCES: Final = {
    "seed": "Stated on the API's page about content items.",
    "linked": "Stated on another page of the API's documentation.",
    "derived": "Follows from what those pages state, by logic.",
    "assumed": "No page says so; this document decides it. It may turn out otherwise.",
}
"""What each source word means, surest first."""

ENDS: Final = {"success": "ends well", "failure": "ends in failure", "cancel": "ends by a cancel"}

_UNITS: Final = ((3600, "hour"), (60, "minute"))


def lasting(duration: str | float) -> str:
    """*duration*, in ISO 8601 or in seconds: `24 hours`, `1 minute`, `2 s`."""
    length = seconds(duration) if isinstance(duration, str) else duration
    for size, unit in _UNITS:
        if length >= size and length % size == 0:
            return plural(int(length // size), unit)
    return f"{length:g} s"


def plural(number: int, one: str) -> str:
    """`1 hour`, `24 hours`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def between(schedule: tuple[float, float]) -> str:
    """Two lengths of time as a range: `2 s to 10 s`, or the one that both are."""
    first, last = map(lasting, schedule)
    return first if first == last else f"{first} to {last}"
