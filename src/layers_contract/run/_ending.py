"""What a run does when its stories are over: one more look at everything, then tidying up."""

from __future__ import annotations

from contextlib import suppress

import trio

from layers_contract.budget import MOST_BYTES
from layers_contract.driver import UNSENT, OutOfBudget, Session
from layers_contract.facts import Container, Facts, Started, succeeded
from layers_contract.history import Exchange
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._stage import Stage
from layers_contract.workload import Actor, Made

__all__ = ["encore", "leave", "long_after", "tidy"]

HURRY, PATIENCE = 1.5, 30.0
"""Seconds for tidying up: where somebody has pressed Ctrl-C, and where nobody has."""
SHOWN = 5
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
    """Cancel what this run left running, side by side, whatever is spent.

    It takes one request a job, and no longer than a person waits who has pressed Ctrl-C.
    """
    names = _running(Facts(stage.contract, stage.history)) if stage.target.allow.generate else []
    actor = stage.actor(session, "tidying")
    stage.purse.tidy(len(names))
    with trio.move_on_after(HURRY if stage.interrupted else PATIENCE):
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(_cancel, stage, actor, name)


async def _cancel(stage: Stage, actor: Actor, name: str) -> None:
    with suppress(OutOfBudget):
        await actor.call(stage.roles.cancel, ids={"job": name})


def leave(stage: Stage) -> None:
    """Note what stays on the server."""
    facts = Facts(stage.contract, stage.history)
    left = [name for name in _running(facts) if not _is_canceled(facts, name)]
    if left and stage.target.allow.generate:
        shown = ", ".join(ascii(name)[1:-1] for name in left[:SHOWN])
        more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
        stage.notes.append(f"left running, for no cancel was answered: {shown}{more}")
    lost = sum(1 for each in stage.history if _may_have_started(stage, each))
    if lost:
        stage.notes.append(f"may be left behind: what was started without an answer ({lost} calls)")
    if stage.purse.heavy:
        stage.notes.append(f"stopped after answers of {MOST_BYTES:,} bytes: too many to keep")
    made = sum(1 for _ in facts.own)
    if made:
        stage.notes.append(f"left behind: {made} containers, tagged {stage.marker}")


def _may_have_started(stage: Stage, exchange: Exchange) -> bool:
    """Whether a call that starts a render had no answer, nor a twin with its key that had one."""
    starts = exchange.operation in stage.contract.starts and exchange.credential == "own"
    if not starts or exchange.answered or (exchange.failure or "").startswith(UNSENT):
        return False
    header = stage.contract.idempotency.header.lower()
    key = exchange.request_headers.get(header)
    return key is None or not any(
        each.answered and each.request_headers.get(header) == key for each in stage.history
    )


def _is_canceled(facts: Facts, job: str) -> bool:
    return any(succeeded(each) for each in facts.jobs[job].cancels)


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
