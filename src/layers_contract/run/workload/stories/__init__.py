"""What actors do: short stories that give every invariant its occasions.

A story looks at what it made before and after each step, so that what an answer says can be held
against what the server shows. Stories share nothing and run side by side. Each stands in the module
that the group of its first promise names; one that is told for no promise reads lists.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from layers_contract.run.workload.stories._registry import ENTERED, Story

__all__ = ["STORIES", "Story"]

ORDER: Final = (
    *("replays", "fresh-calls", "similar-keys", "simultaneous-calls", "invalid-first"),
    *("another-organization", "odd-bodies", "without-a-key", "told-apart", "one-render"),
    *("rendered-again", "cloned", "canceled"),
    *("canceled-side-by-side", "failed", "approved", "rejected"),
    *("without-review", "decided-too-early", "listed", "reader", "archived"),
    *("archived-by-strangers", "policy-changed", "lost-answer", "bodies-against-each-other"),
    *("decided-twice-at-once", "rendered-twice-at-once", "same-calls-at-once"),
    *("canceled-at-the-finish", "archived-meanwhile"),
)
"""The names of all stories; where renders are scarce the first ones are told."""

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

STORIES: Final = tuple(sorted(ENTERED, key=lambda each: ORDER.index(each.name)))
"""Every story, in that order."""
