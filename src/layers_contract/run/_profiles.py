"""How thorough a run is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layers_contract import fuzz

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Which stories are told, how often, and how much Schemathesis does.

    A story is told in its own profile and in those of a higher `rank`. `programs` is how many
    Hypothesis draws, as far as the renders last. `examples` is what Schemathesis tries for each
    operation, `fuzzed_renders` the most that it may start.
    """

    rank: int
    rounds: int
    programs: int
    examples: int
    phases: tuple[str, ...]
    fuzzed_renders: int


PROFILES: Final[Mapping[str, Profile]] = {
    "quick": Profile(0, 1, 2, 2, ("examples", "stateful"), 3),
    "standard": Profile(1, 1, 16, 10, fuzz.PHASES, 12),
    "thorough": Profile(2, 3, 96, 50, fuzz.PHASES, 100),
}
