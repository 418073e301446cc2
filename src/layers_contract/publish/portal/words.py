"""How durations, numbers and sources are said."""

from __future__ import annotations

from typing import Final

from layers_contract.codegen.client.keys import lasting as length
from layers_contract.codegen.client.keys import listed
from layers_contract.spec.contract import seconds

__all__ = ["ENDS", "SOURCES", "between", "lasting", "listed", "plural", "seconds"]

SOURCES: Final = {
    "seed": "Stated on the API's page about content items.",
    "linked": "Stated on another page of the API's documentation.",
    "derived": "Follows from what those pages state, by logic.",
    "assumed": "No page says so; this document decides it. It may turn out otherwise.",
}
"""What each source word means, surest first."""

ENDS: Final = {"success": "ends well", "failure": "ends in failure", "cancel": "ends by a cancel"}


def lasting(duration: str | float) -> str:
    """*duration*, in ISO 8601 or in seconds: `24 hours`, `1 minute`, `2 s`."""
    return length(seconds(duration) if isinstance(duration, str) else duration)


def plural(number: int, one: str) -> str:
    """`1 hour`, `24 hours`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def between(pace: tuple[str, str]) -> str:
    """Two lengths of time as a range: `2 s to 10 s`, or the one that both are."""
    first, last = pace
    return first if first == last else f"{first} to {last}"
