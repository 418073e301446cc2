"""What a story is, and how one is entered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from layers_contract.run.workload.actor import Actor
from layers_contract.target import Target

__all__ = ["ENTERED", "Story", "story"]

Play = Callable[[Actor], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Story:
    """A story, what it costs, and for which promises it is told.

    `renders` is what it starts where promises are kept. `promises` are ids or beginnings of ids.
    `needs` are entries of the target file, such as `projects.open`; `parts` are those of `Roles`
    that an operation of the document has to play. `profile` is the least that tells it; one that is
    not `repeatable` is told once in a run. One that `changes` something is not told to a server
    that may only be read. `lack` says what else is missing.
    Those that are `is_derived` come from the document's rules, and are told in every profile that
    ranks as high.
    """

    name: str
    play: Play
    renders: int
    promises: tuple[str, ...]
    needs: tuple[str, ...]
    profile: str
    repeatable: bool
    parts: tuple[str, ...] = ()
    changes: bool = False
    lack: str | None = None
    is_derived: bool = False

    def lacks(self, target: Target) -> str | None:
        """What the target file would have to say for this story to be told."""
        if self.lack:
            return self.lack
        if (self.renders or self.changes) and not target.allow.generate:
            return "the target file allows no generation ([allow] generate)"
        for need in self.needs:
            table, _, key = need.rpartition(".")
            if not getattr(getattr(target, table) if table else target, key):
                return f"the target file gives no {f'[{table}] ' if table else ''}{key}"
        return None


ENTERED: list[Story] = []


def story(
    *promises: str,
    renders: int,
    needs: tuple[str, ...],
    profile: str = "quick",
    repeatable: bool = True,
    parts: tuple[str, ...] = (),
) -> Callable[[Play], Play]:
    """Enter a story; a run of *profile* or above tells it where the target has what it *needs*.

    One that starts renders needs the parts that make and follow them, beside its own *parts*.
    """
    parts = (*(("generate", "read", "job") if renders else ()), *parts)

    def enter(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        ENTERED.append(Story(name, play, renders, promises, needs, profile, repeatable, parts))
        return play

    return enter
