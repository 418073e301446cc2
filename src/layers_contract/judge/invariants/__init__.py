"""The catalogue: for every observable promise of the document a pure function that judges it.

A promise is judged in the module, or the package, that its group names.
"""

from importlib import import_module
from typing import Final

from layers_contract.judge.invariants._base import (
    ENTERED,
    HELD,
    Check,
    Invariant,
    Occasion,
    Violation,
)
from layers_contract.judge.invariants._parts import lack
from layers_contract.judge.invariants._policy import soft_policy
from layers_contract.judge.invariants._starts import is_replay
from layers_contract.judge.invariants._things import births
from layers_contract.judge.invariants.derived import RULE_CHECKS, seen_states, unasked

__all__ = [
    "CATALOGUE",
    "HELD",
    "RULE_CHECKS",
    "Check",
    "Invariant",
    "Occasion",
    "Violation",
    "births",
    "is_replay",
    "lack",
    "seen_states",
    "soft_policy",
    "unasked",
]

GROUPS: Final = (
    *("approval", "policy", "lifecycle", "container", "idempotency", "asset", "reject", "errors"),
    *("generate", "job", "cancel", "auth", "archive", "progress", "list", "regenerate", "clone"),
    "schema",
)

for group in GROUPS:
    import_module(f"{__name__}.{group}")

CATALOGUE: Final = {
    each.id: each
    for each in sorted(ENTERED.values(), key=lambda each: GROUPS.index(each.id.split(".")[0]))
}
"""Every invariant, by the id of its promise, in the order in which reports name them."""
