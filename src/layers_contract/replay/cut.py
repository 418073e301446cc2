"""Cut a script down to the fewest steps that still show something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from layers_contract.replay.script import Step

__all__ = ["cut"]

Shows = Callable[[Sequence[Step]], bool]


def cut(steps: Sequence[Step], shows: Shows) -> list[Step]:
    """The steps that are left when none can be spared any more: delta debugging.

    *shows* tells whether a script still shows what is looked for; *steps* do.
    """
    kept, size = list(steps), max(len(steps) // 2, 1)
    while True:
        shorter = _without_one_part(kept, size, shows)
        if shorter is not None:
            kept = shorter
        elif size == 1:
            return kept
        else:
            size = max(size // 2, 1)
        size = min(size, max(len(kept) // 2, 1))


def _without_one_part(steps: list[Step], size: int, shows: Shows) -> list[Step] | None:
    """*steps* without some *size* of them that can be spared, or None."""
    for start in reversed(range(0, len(steps), size)):
        rest = {step.number for step in (*steps[:start], *steps[start + size :])}
        shorter = _sound(steps, rest)
        if 0 < len(shorter) < len(steps) and shows(shorter):
            return shorter
    return None


def _sound(steps: Sequence[Step], kept: Collection[int]) -> list[Step]:
    """The steps of *kept* that take nothing from a step that is gone; *steps* are in order."""
    left: dict[int, Step] = {}
    for step in steps:
        if step.number in kept and all(ref.number in left for ref in step.refs):
            left[step.number] = step
    return list(left.values())
