"""Ids in a script that a target file has entries for: another target has others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from layers_contract.replay.script import Step, Value
from layers_contract.target import Target, TargetError

__all__ = ["known_in", "renamed"]


def known_in(steps: Sequence[Step], target: Target) -> dict[str, str]:
    """The ids of *target* that *steps* hold, by the names of their entries."""
    text = "\n".join(filter(None, (each for step in steps for each in _texts(step))))
    return {entry: value for entry, value in _entries(target) if value in text}


def renamed(steps: Sequence[Step], known: Mapping[str, str], target: Target) -> list[Step]:
    """*steps* with the ids that *target* has in place of the *known* ones.

    Raises:
        TargetError: It has none.
    """
    own = dict(_entries(target))
    for entry in known:
        if entry not in own:
            raise TargetError(f"the target file has no {entry}, which these requests need")
    new = {old: own[entry] for entry, old in known.items()}
    return [_renamed(step, new) for step in steps]


def _renamed(step: Step, new: Mapping[str, str]) -> Step:
    def value(old: Value) -> Value:
        return new.get(old, old) if isinstance(old, str) else old

    body = step.body
    for old, own in new.items():
        body = body.replace(old.encode(), own.encode()) if body else body
    return replace(
        step,
        ids={name: value(each) for name, each in step.ids.items()},
        query=tuple((name, value(each)) for name, each in step.query),
        body=body,
    )


def _texts(step: Step) -> Iterator[str]:
    yield from (each for each in step.ids.values() if isinstance(each, str))
    yield from (each for _, each in step.query if isinstance(each, str))
    yield (step.body or b"").decode(errors="replace")


def _entries(target: Target) -> Iterator[tuple[str, str]]:
    """What stands in a target's tables of ids, lists one by one."""
    for name, value in asdict(target.projects).items():
        if isinstance(value, str):
            yield f"projects.{name}", value
        elif value:
            yield from ((f"projects.{name}[{n}]", each) for n, each in enumerate(value))
    yield from ((f"samples.{name}", str(value)) for name, value in target.samples.items())
