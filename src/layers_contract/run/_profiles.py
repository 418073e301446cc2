"""How thorough a run is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from layers_contract.run import fuzz

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Which stories are told, how often, and how much Schemathesis does.

    A story is told in its own profile and in those of a higher `rank`. `programs` is how many
    Hypothesis draws, as far as the renders last. `examples` is what Schemathesis tries for each
    operation, `fuzzed_renders` the most that it may start. Where the run costs no more than
    `renders`, `stories` names those that are worth it.
    """

    rank: int
    rounds: int
    programs: int
    examples: int
    phases: tuple[str, ...]
    fuzzed_renders: int
    renders: float = inf
    stories: frozenset[str] = frozenset()


CHEAP: Final = frozenset(
    {"replays", "simultaneous-calls", "without-a-key", "one-render", "rendered-again", "canceled"}
    | {"approved", "reader"}
)
"""Eleven renders with Schemathesis's own; the longest is three of them, one after another."""
PROFILES: Final[Mapping[str, Profile]] = {
    "quick": Profile(0, 1, 0, 2, ("examples",), 0, 12, CHEAP),
    "standard": Profile(1, 1, 12, 10, fuzz.PHASES, 12),
    "thorough": Profile(2, 3, 96, 50, fuzz.PHASES, 100),
}
