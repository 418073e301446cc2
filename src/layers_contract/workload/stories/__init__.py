"""What actors do: short stories that give every invariant its occasions.

A story looks at what it made before and after each step, so that what an answer says can be held
against what the server shows. Stories share nothing and run side by side.
"""

from typing import Final

from layers_contract.workload.stories import access, keys, lists, projects, races, renders, reviews
from layers_contract.workload.stories._registry import ENTERED, Story

__all__ = ["STORIES", "Story"]

ORDER: Final = [each.__name__ for each in (keys, access, renders, reviews, lists, projects, races)]
STORIES: Final = tuple(sorted(ENTERED, key=lambda each: ORDER.index(each.play.__module__)))
"""Every story; where renders are scarce the first ones are told."""
