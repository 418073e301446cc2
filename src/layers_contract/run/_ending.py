"""What a run does when its stories are over: one more look at everything, then tidying up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import trio

from layers_contract.history.exchanges import RETRACTED, Exchange
from layers_contract.judge.facts import Container, Facts, KeyedCall
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._made import cancels, made
from layers_contract.run._stage import Stage
from layers_contract.run.budget import MOST_BYTES
from layers_contract.run.driver import UNSENT, OutOfBudget, Session
from layers_contract.run.workload import Actor, GaveUp, Made, Maker, Thing, fits_path
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = ["affordable", "encore", "leave", "long_after", "tidy", "window_of"]

HURRY, PATIENCE = 1.5, 30.0
"""Seconds for tidying up: where somebody has pressed Ctrl-C, and where nobody has."""
SHOWN = 5
LAST_LOOK = "last look"
"""What the listener hears of."""
MARGIN = 120.0
"""Seconds before the end of the window at which a key must still be known, clocks being what
they are."""
WINDOWS = 2.5
"""How many windows it takes to see one end: up to one for the last use of a key, one more after."""


async def encore(stage: Stage, session: Session) -> None:
    """Repeat each keyed call of the stories, and read each of their containers once more.

    Time has passed by now, and other calls were made: keys that are forgotten too early, and ends
    that do not last, come to light here.
    """
    actor = stage.actor(session, "encore")
    actor.doing("looks at everything once more")
    calls, containers = _rendered(stage)
    things = [each for each in made(stage.contract, stage.roles, stage.history) if _is_told(each)]
    stage.begin_part(LAST_LOOK, len(calls) + len(containers) + len(things))
    try:
        for call in calls:
            stage.finish_one(LAST_LOOK)
            unheard = (e for e in call.exchanges if not e.answered)
            first = next(iter([*(s.exchange for s in call.started), *unheard]), None)
            if first is not None and _is_story(first):
                await _repeat(stage, actor, first)
        for container in containers:
            await _look(actor, container)
            stage.finish_one(LAST_LOOK)
        for thing in things:
            await _look_again(Maker(actor, stage.world), thing)
            stage.finish_one(LAST_LOOK)
    except OutOfBudget:
        stage.note_end("before everything was looked at once more")
    finally:
        stage.listener.done(actor.name)


def _rendered(stage: Stage) -> tuple[Sequence[KeyedCall], Sequence[Container]]:
    """The keyed calls and the containers, where something is rendered."""
    if not stage.roles.renders:
        return (), ()
    facts = stage.facts()
    keyed = [e for e in facts.keyed.values() if e.operation.id in stage.contract.starts]
    return keyed, list(facts.own)


def _is_told(thing: Thing) -> bool:
    return _is_story(thing.answer)


async def _look_again(maker: Maker, thing: Thing) -> None:
    """Send the call that has made *thing* once more, if it carried a key, and look at it."""
    if thing.key and thing.creator in maker.contract.idempotent:
        await maker.call(thing.creator, thing.ids, thing.body, thing.key)
    await maker.look(thing)


async def long_after(stage: Stage, session: Session) -> None:
    """Look at it all again shortly before keys may be forgotten, and use some once they must be.

    Where time is simulated, or the window short enough to be waited for.
    """
    if not stage.contract.key_header:
        return
    window = window_of(stage.contract, stage.target)
    if stage.purse.over or not (stage.transport or affordable(stage.contract, stage.target)):
        return
    margin = min(MARGIN, window / 4)
    await trio.sleep(max(window - margin - stage.purse.elapsed, 0))
    if stage.transport:
        stage.purse.begin()
        await encore(stage, session)
    await trio.sleep(window + margin + stage.target.expect.clock_skew_seconds)
    if stage.transport:
        stage.purse.begin()
    await _with_old_keys(stage, session)


def window_of(contract: Contract, target: Target) -> float:
    """Seconds for which a key is remembered: what the target file says, where that is less."""
    return min(contract.idempotency.window, target.expect.idempotency_window_seconds)


def affordable(contract: Contract, target: Target) -> bool:
    """Whether the end of a key's window can be waited for in real time."""
    return WINDOWS * window_of(contract, target) < target.budget.seconds


async def _with_old_keys(stage: Stage, session: Session) -> None:
    """Call each operation once more with a key of the distant past, and once with another body."""
    actor = stage.actor(session, "long after")
    actor.doing("uses keys again that are new by now")
    try:
        await _things_with_old_keys(stage, Maker(actor, stage.world))
        await _renders_with_old_keys(stage, actor)
    except (OutOfBudget, GaveUp):
        stage.note_end("before old keys were used again")
    finally:
        stage.listener.done(actor.name)


async def _things_with_old_keys(stage: Stage, maker: Maker) -> None:
    """The same for resources of any other type."""
    told = [e for e in made(stage.contract, stage.roles, stage.history) if _is_told(e) and e.key]
    again = []
    for operation in sorted(stage.contract.idempotent):
        for thing in [each for each in told if each.creator == operation][:2]:
            answer = await maker.call(operation, thing.ids, thing.body, thing.key)
            again.append(maker.keep(answer, thing.ids, thing.body, thing.key))
    for each in filter(None, again):
        await maker.follow(each)


async def _renders_with_old_keys(stage: Stage, actor: Actor) -> None:
    if not stage.roles.renders:
        return
    calls = [c for c in stage.facts().keyed.values() if c.started]
    stories = [c.started[0] for c in calls if _is_story(c.started[0].exchange)]
    for operation in sorted(stage.contract.idempotent):
        for started in [s for s in stories if s.operation == operation][:2]:
            await _repeat(stage, actor, started.exchange)
    for started in [s for s in stories if s.operation == stage.roles.generate][2:3]:
        await _repeat(stage, actor, started.exchange, actor.brief())
    for each in actor.made:
        await actor.follow(each)


async def tidy(stage: Stage, session: Session) -> None:
    """Cancel what this run left running, side by side, whatever is spent.

    It takes one request a job, and no longer than a person waits who has pressed Ctrl-C.
    """
    calls = list(_ending_calls(stage)) if stage.target.allow.generate else []
    actor = stage.actor(session, "tidying")
    stage.purse.tidy(len(calls))
    with trio.move_on_after(HURRY if stage.interrupted else PATIENCE):
        async with trio.open_nursery() as nursery:
            for operation, ids in calls:
                nursery.start_soon(_end, actor, operation, ids)


def _ending_calls(stage: Stage) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The calls that end what still runs, each with the ids that it takes."""
    for operation in stage.roles.some("cancel"):
        yield from ((operation, {"job": name}) for name in _running(stage.facts()))
    contract = stage.contract
    for thing in made(contract, stage.roles, stage.history):
        for operation in dict.fromkeys(cancels(contract, thing)):
            if fits_path(contract.operations[operation], thing.ids):
                yield operation, thing.ids


async def _end(actor: Actor, operation: str, ids: Mapping[str, str]) -> None:
    with suppress(OutOfBudget):
        await actor.call(operation, ids=ids)


def leave(stage: Stage) -> None:
    """Note what stays on the server."""
    left = _left_running(stage)
    if left and stage.target.allow.generate:
        shown = ", ".join(ascii(name)[1:-1] for name in left[:SHOWN])
        more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
        stage.notes.append(f"left running, for no cancel was answered: {shown}{more}")
    header = stage.contract.key_header
    answered = {each.request_headers.get(header) for each in stage.history if each.answered}
    lost = sum(1 for each in stage.history if _may_have_started(stage, each, answered))
    if lost:
        stage.notes.append(f"may be left behind: what was started without an answer ({lost} calls)")
    if stage.purse.heavy:
        stage.notes.append(f"stopped after answers of {MOST_BYTES:,} bytes: too many to keep")
    stage.notes += _left_behind(stage)


def _left_running(stage: Stage) -> list[str]:
    """The ids of what was not seen to end, nor was canceled."""
    contract, found = stage.contract, list[str]()
    if stage.roles.renders:
        facts = stage.facts()
        found = [name for name in _running(facts) if not _is_canceled(facts, name)]
    things = made(contract, stage.roles, stage.history)
    return found + [t.ids[t.made[0]] for t in things if any(cancels(contract, t))]


def _left_behind(stage: Stage) -> Iterator[str]:
    """How many of each type stay on the server."""
    containers = sum(1 for _ in stage.facts().own) if stage.roles.renders else 0
    if containers:
        yield f"left behind: {containers} containers, tagged {stage.marker}"
    things = made(stage.contract, stage.roles, stage.history)
    for name, count in Counter(each.made[0] for each in things).items():
        yield f"left behind: {count} of type {name}, marked {stage.marker}"


def _may_have_started(stage: Stage, exchange: Exchange, answered: set[str | None]) -> bool:
    """Whether a call that starts a render had no answer, nor a twin with its key that had one."""
    starts = exchange.operation in stage.contract.starts and exchange.credential == "own"
    if not starts or exchange.answered or (exchange.failure or "").startswith((UNSENT, RETRACTED)):
        return False
    header = stage.contract.key_header
    key = exchange.request_headers.get(header)
    return key is None or key not in answered


def _is_canceled(facts: Facts, job: str) -> bool:
    return any(each.succeeded for each in facts.jobs[job].cancels)


def _is_story(exchange: Exchange) -> bool:
    """Whether a call was made by one of our own stories, with our own key."""
    return not exchange.actor.startswith(FUZZ) and exchange.credential == "own"


async def _repeat(stage: Stage, actor: Actor, first: Exchange, body: Any = None) -> None:
    """Send a call again as it was, or with another body."""
    operation = first.operation or ""
    names = stage.contract.operations[operation].path_parameters
    ids = {p.resource or "": first.path_params[p.name] for p in names}
    key = first.request_headers.get(stage.contract.key_header)
    answer = await actor.call(operation, ids=ids, body=body or first.request_body, key=key)
    actor.made_by(operation, ids, answer)


async def _look(actor: Actor, container: Container) -> None:
    if container.created and container.renders and _is_story(container.created.exchange):
        last = container.renders[-1]
        made = Made(last.job, container.id, last.first.exchange)
        await actor.read(made)
        await actor.poll(made)
        await actor.progress(made)


def _running(facts: Facts) -> list[str]:
    """The jobs of this run that were not seen to end."""
    endings = facts.contract.job.endings
    return [
        job.id
        for job in facts.jobs.values()
        if job.render and job.render.first.exchange.credential == "own"
        if not any(view.state in endings for view in job.views)
    ]
