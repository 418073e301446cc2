"""One key, one call: repeated, contradicted, similar, simultaneous, not heard."""

from __future__ import annotations

from functools import partial
from typing import Any

import trio

from layers_contract.run.workload.actor import FIRST_PAUSE, Actor, GaveUp, Made
from layers_contract.run.workload.bodies import clone_body, contradictions, turned
from layers_contract.run.workload.stories._registry import story

RACERS = 5
LONG = 300
"""Characters of a hook that goes on beyond what a careless server compares."""
TRIES = 8


@story("idempotency.", renders=1, needs=("projects.open",))
async def replays(actor: Actor) -> None:
    """One key: repeated at once, with other bodies, and again when the render is over."""
    project, body, key = actor.open_project, actor.brief(), actor.key()
    if "hook" in body.get("brief", {}):
        body["brief"]["hook"] = body["brief"]["hook"].ljust(LONG, ".")
    made = await actor.generate(project, body, key)
    await _again(actor, project, body, key)
    for other in contradictions(actor, body):
        await _sent(actor, project, other, key)
    await _sent(actor, project, actor.brief(), key)
    await _sent(actor, project, {"brief": {}}, key)
    await _again(actor, project, body, key)
    await actor.read(made)
    await actor.follow(made)
    await actor.read(made)
    await _again(actor, project, body, key)
    await actor.read(made)
    await _sent(actor, project, actor.brief(), key)
    await actor.read(made)
    await actor.progress(made)
    await actor.poll(made)
    await _again(actor, project, body, key)
    await actor.walk(project, actor.most)


@story("idempotency.no-key", renders=3, needs=("projects.open",))
async def fresh_calls(actor: Actor) -> None:
    """The same body without a key: twice at one moment, and once more."""
    project, body = actor.open_project, actor.brief()
    call = partial(actor.call, actor.roles.generate, ids={"project": project}, body=body)
    for answer in (*await actor.together(call, call), await call()):
        actor.made_by(actor.roles.generate, {}, answer)
    for each in actor.made:
        await actor.follow(each)


@story("idempotency.other-key", renders=4, needs=("projects.open",))
async def similar_keys(actor: Actor) -> None:
    """One body under keys that differ after many letters alike, in case, and in a mark."""
    project, body = actor.open_project, actor.brief()
    base = actor.key_like("{key}-{key}")
    for key in (f"{base}-a", f"{base}-b", f"{base}-A", f"{base}.a"):
        await actor.generate(project, body, key)
    for each in actor.made:
        await actor.follow(each)


@story("idempotency.simultaneous", renders=1, needs=("projects.open",))
async def simultaneous_calls(actor: Actor) -> None:
    """One key, several callers at one moment."""
    project, body, key = actor.open_project, actor.brief(), actor.key()
    call = partial(_sent, actor, project, body, key)
    for answer in await actor.together(*[call] * RACERS):
        actor.made_by(actor.roles.generate, {}, answer)
    await _again(actor, project, body, key)
    for each in actor.made[:1]:
        await actor.follow(each)
    await actor.walk(project, actor.most)


@story("idempotency.invalid-keeps-key", renders=1, needs=("projects.open",))
async def invalid_first(actor: Actor) -> None:
    """A key used on an invalid request, and then on a valid one."""
    project, body, key = actor.open_project, actor.brief(), actor.key()
    await _sent(actor, project, {"brief": {}}, key)
    await _sent(actor, project, {**actor.brief(), "format": "no-such-format"}, actor.key())
    made = await actor.generate(project, body, key)
    await actor.follow(made)
    await actor.walk(project, actor.most)


async def _sent(actor: Actor, project: str, body: Any, key: str) -> Any:
    return await actor.call(actor.roles.generate, ids={"project": project}, body=body, key=key)


async def _again(actor: Actor, project: str, body: object, key: str) -> None:
    """The same call twice, then once with its members in another order."""
    for again in (body, body, turned(body)):
        await trio.sleep(FIRST_PAUSE)
        await _sent(actor, project, again, key)


@story("idempotency.lost-answer", renders=2, needs=("projects.open",))
async def lost_answer(actor: Actor) -> None:
    """A call whose answer is not waited for, and the retry with its key: at once, and later."""
    for pause in (0.0, 2 * FIRST_PAUSE):
        body, key = actor.brief(), actor.key()
        made = await lost_then_sent(actor, actor.open_project, body, key, pause)
        await actor.read(made)
    for each in actor.made:
        await actor.follow(each)
    await actor.walk(actor.open_project, actor.most)


async def lost_then_sent(
    actor: Actor, project: str, body: Any, key: str, pause: float = 0.0
) -> Made:
    """Hang up on a generate call, then send it again until it is answered with a job.

    Raises:
        GaveUp: It never is.
    """
    generate, ids = actor.roles.generate, {"project": project}
    await actor.call(generate, ids=ids, body=body, key=key, hang_up=True)
    for attempt in range(TRIES):
        await trio.sleep(pause)
        answer = await actor.call(generate, ids=ids, body=body, key=key)
        if made := actor.made_by(generate, ids, answer):
            return made
        pause = FIRST_PAUSE * 2**attempt
    raise GaveUp


@story("idempotency.race", renders=1, needs=("projects.open",))
async def bodies_against_each_other(actor: Actor) -> None:
    """One key with several bodies, at one moment."""
    body, key = actor.brief(), actor.key()
    await against_each_other(actor, actor.open_project, body, key)
    for each in actor.made:
        await actor.follow(each)
    await actor.walk(actor.open_project, actor.most)


async def against_each_other(actor: Actor, project: str, body: Any, key: str) -> None:
    """Send *body* and two that contradict it under one key, at one moment, and once more each."""
    generate, ids = actor.roles.generate, {"project": project}
    bodies = [body, *contradictions(actor, body)[:2]]
    calls = [partial(actor.call, generate, ids=ids, body=each, key=key) for each in bodies]
    for answer in await actor.together(*calls):
        actor.made_by(generate, ids, answer)
    for call in calls:
        actor.made_by(generate, ids, await call())


@story(
    "idempotency.simultaneous",
    renders=3,
    needs=("projects.open", "samples.source_post"),
    parts=("regenerate", "clone"),
)
async def same_calls_at_once(actor: Actor) -> None:
    """One container cloned, and rendered again, by several callers with one key each."""
    made = await actor.rendered(actor.open_project)
    ids = {"container": made.container}
    for operation, body in ((actor.roles.clone, clone_body(actor)), (actor.roles.regenerate, {})):
        call = partial(actor.call, operation, ids=ids, body=body, key=actor.key())
        answers = await actor.together(call, call, call)
        found = [m for answer in answers if (m := actor.made_by(operation, ids, answer))]
        await call()
        for each in found[:1]:
            await actor.follow(each)
            await actor.read(each)
