"""What a run does when its stories are over: one more look at everything, then tidying up."""

from __future__ import annotations

import trio

from layers_contract.driver import OutOfBudget, Session
from layers_contract.facts import Container, Facts, Started
from layers_contract.history import Exchange
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._stage import Stage
from layers_contract.workload import Actor, Made

__all__ = ["encore", "long_after", "tidy"]

MARGIN = 120.0
"""Seconds before the end of the window at which a key must still be known, clocks being what
they are."""


async def encore(stage: Stage, session: Session) -> None:
    """Repeat each keyed call of the stories, and read each of their containers once more.

    Time has passed by now, and other calls were made: keys that are forgotten too early, and ends
    that do not last, come to light here.
    """
    actor = stage.actor(session, "encore")
    actor.doing("looks at everything once more")
    facts = Facts(stage.contract, stage.history)
    try:
        for call in list(facts.keyed.values()):
            for started in call.started[:1]:
                if _is_story(started.exchange):
                    await _repeat(stage, actor, started)
        for container in list(facts.own):
            await _look(actor, container)
    except OutOfBudget:
        stage.notes.append("the budget ended before everything was looked at once more")
    finally:
        stage.listener.done(actor.name)


async def long_after(stage: Stage, session: Session) -> None:
    """Where time is simulated: shortly before keys may be forgotten, look at it all again."""
    window = min(stage.contract.idempotency.window, stage.target.expect.idempotency_window_seconds)
    left = window - stage.purse.elapsed - MARGIN
    if stage.transport is not None and left > 0 and not stage.purse.over:
        await trio.sleep(left)
        stage.purse.begin()
        await encore(stage, session)


async def tidy(stage: Stage, session: Session) -> None:
    """Cancel what this run left running, and note what stays."""
    facts = Facts(stage.contract, stage.history)
    actor = stage.actor(session, "tidying")
    stage.purse.stopped = False
    try:
        for name in _running(facts) if stage.target.allow.generate else ():
            await actor.call(stage.roles.cancel, ids={"job": name})
    except OutOfBudget:
        stage.notes.append("the budget ended before all that still runs was canceled")
    made = sum(1 for _ in facts.own)
    if made:
        stage.notes.append(f"left behind: {made} containers, tagged {stage.marker}")


def _is_story(exchange: Exchange) -> bool:
    """Whether a call was made by one of our own stories, with our own key."""
    return not exchange.actor.startswith(FUZZ) and exchange.credential == "own"


async def _repeat(stage: Stage, actor: Actor, started: Started) -> None:
    names = stage.contract.operations[started.operation].path_parameters
    ids = {p.resource or "": started.exchange.path_params[p.name] for p in names}
    body = started.exchange.request_body
    await actor.call(started.operation, ids=ids, body=body, key=started.key)


async def _look(actor: Actor, container: Container) -> None:
    if container.created and container.renders and _is_story(container.created.exchange):
        last = container.renders[-1]
        made = Made(last.job, container.id, last.first.exchange)
        await actor.read(made)
        await actor.poll(made)


def _running(facts: Facts) -> list[str]:
    """The jobs of this run that were not seen to end."""
    endings = facts.contract.job.endings
    return [
        job.id
        for job in facts.jobs.values()
        if job.render and job.render.first.exchange.credential == "own"
        if not any(view.state in endings for view in job.views)
    ]
