"""What a run would judge and cost: the server is greeted, the entries are checked, no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import trio

from layers_contract.judge.catalogue import catalogue
from layers_contract.run._api import why_not
from layers_contract.run._listener import Silence
from layers_contract.run._play import chosen, fits, rehearse
from layers_contract.run._preflight import check_samples, sample_reader
from layers_contract.run._stage import Stage
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = ["Forecast", "forecast"]

FAILING = "failing_hook"
"""A sample that is a text, and no name of anything."""
REQUESTS_A_RENDER, REQUESTS_AT_LEAST = 20, 60
"""What runs on the mock have cost, roughly."""


@dataclass(frozen=True)
class Forecast:
    """What a run would judge, what not and why, and what it costs at most.

    `left` maps the ids that would not be judged to the reason. `minutes` is for renders that take
    as long as the target file lets them.
    """

    judged: tuple[str, ...]
    left: Mapping[str, str]
    renders: int
    requests: int
    minutes: float
    notes: tuple[str, ...]


def forecast(
    contract: Contract,
    target: Target,
    *,
    profile: str = "standard",
    only: Collection[str] = (),
    wait: float = 0.0,
) -> Forecast:
    """Greet the server and check the target file's entries; what a run would come to.

    Raises:

        Unjudgeable: The server cannot be judged.
        TargetError: An entry of the target file is not what it must be.
    """
    check_samples(contract, target)
    stage = Stage(contract, target, profile, 0, Silence(), only=only, wait=wait)
    trio.run(rehearse, stage)
    notes = [*stage.notes, *_unchecked(contract, target)]
    plays, unspent = chosen(stage)
    renders = stage.purse.budget.generations - unspent + min(stage.profile.fuzzed_renders, unspent)
    if not target.allow.generate or (stage.roles.renders and not target.projects.open):
        renders = 0
    reasons = {name: _reason(stage, name) for name in only or catalogue(contract)}
    left = {name: reason for name, reason in reasons.items() if reason}
    requests = REQUESTS_AT_LEAST + len(plays) + REQUESTS_A_RENDER * renders
    requests = min(requests, target.budget.requests)
    return Forecast(
        judged=tuple(name for name in reasons if name not in left),
        left=left,
        renders=renders,
        requests=requests,
        minutes=_seconds(stage, requests) / 60,
        notes=tuple(notes),
    )


def _reason(stage: Stage, name: str) -> str | None:
    told = any(name.startswith(each.promises) for each in stage.told)
    target = stage.target
    if not told and not target.allow.generate:
        return "the target file allows no generation ([allow] generate)"
    if not told and stage.roles.renders and not target.projects.open:
        return "the target file gives no [projects] open"
    return why_not(stage, {})(name)


def _seconds(stage: Stage, requests: int) -> float:
    """Stories run side by side; what one makes, it makes one after another."""
    budget, longest = (
        stage.target.budget,
        max((each.renders for each in stage.stories if fits(stage, each)), default=0),
    )
    rendering = longest * stage.target.expect.render_seconds
    paced = requests / budget.requests_per_minute * 60 if budget.requests_per_minute else 0.0
    return min(max(rendering, paced), budget.seconds)


def _unchecked(contract: Contract, target: Target) -> Iterator[str]:
    for name in dict(target.samples.items()):
        if name != FAILING and sample_reader(contract, name) is None:
            yield f"[samples] {name} is not checked: the document has no operation that reads it"
