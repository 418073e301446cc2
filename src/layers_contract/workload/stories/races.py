"""What goes on at one moment: lost answers, calls against each other, cancels at the finish."""

from __future__ import annotations

from functools import partial
from typing import Any

import trio

from layers_contract.workload.actor import FIRST_PAUSE, Actor, GaveUp, Made
from layers_contract.workload.bodies import clone_body, contradictions
from layers_contract.workload.stories._registry import story

TRIES = 8


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


@story("approval.race", "approval.gate", "clone.", renders=2, needs=("projects.gated",))
async def decided_twice_at_once(actor: Actor) -> None:
    """A container and its clone: an approval against a rejection, and two against two."""
    project = actor.target.projects.gated or ""
    await actor.call(actor.roles.policy, ids={"project": project})
    first = await actor.rendered(project)
    second = await _cloned(actor, first)
    await actor.read(first)
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.policy, ids={"project": project})
    made = [first, second]
    for number, each in enumerate(made, 1):
        for other in made:
            await actor.read(other)
        ids = {"container": each.container}
        approve = partial(actor.call, actor.roles.approve, ids=ids, body={})
        reject = partial(actor.call, actor.roles.reject, ids=ids, body={"reason": "Too loud."})
        await actor.together(*[approve, reject] * number)
        for other in made:
            await actor.read(other)
        await actor.poll(each)


async def _cloned(actor: Actor, made: Made) -> Made:
    """A clone of a container, or another one in its project where there is no post to clone."""
    if not actor.target.samples.source_post:
        return await actor.generate(actor.target.projects.gated or "")
    ids = {"container": made.container}
    return await actor.start(actor.roles.clone, ids=ids, body=clone_body(actor), key=actor.key())


@story("regenerate.race", renders=2, needs=("projects.open",), profile="standard")
async def rendered_twice_at_once(actor: Actor) -> None:
    """Two new renders of one container asked for at one moment, with two keys."""
    made = await actor.rendered(actor.open_project)
    ids, again = {"container": made.container}, actor.roles.regenerate
    calls = [partial(actor.call, again, ids=ids, body={}, key=actor.key()) for _ in range(2)]
    answers = await actor.together(*calls)
    begun = [m for answer in answers if (m := actor.made_by(again, ids, answer))]
    for each in begun:
        await actor.poll(each)
    for each in begun:
        await actor.follow(each)
        await actor.read(each)


@story("idempotency.simultaneous", renders=3, needs=("projects.open", "samples.source_post"))
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


@story("cancel.", "job.", renders=3, needs=("projects.open",), profile="standard")
async def canceled_at_the_finish(actor: Actor) -> None:
    """Cancels sent just when renders end, as far as the first one tells how long that takes."""
    clock = actor.session.clock
    first = await actor.generate(actor.open_project)
    begun = clock()
    await actor.follow(first)
    took = clock() - begun
    made = [await actor.generate(actor.open_project) for _ in range(2)]
    async with trio.open_nursery() as nursery:
        for number, each in enumerate(made):
            moment = took * (0.85 + 0.15 * number)
            nursery.start_soon(_cancel_after, actor, each, moment)


async def _cancel_after(actor: Actor, made: Made, seconds: float) -> None:
    """Cancel twice at one moment, and see how it ends."""
    await trio.sleep(seconds)
    await actor.read(made)
    cancel = partial(actor.call, actor.roles.cancel, ids={"job": made.job})
    await actor.together(cancel, cancel)
    await actor.poll(made)
    await actor.read(made)
    await actor.follow(made)
    await actor.read(made)


@story(
    "archive.",
    renders=2,
    needs=("projects.disposable",),
    profile="standard",
    repeatable=False,
)
async def archived_meanwhile(actor: Actor) -> None:
    """A project archived while calls to generate in it arrive."""
    spare = actor.target.projects.disposable[1:-1]
    if not spare:
        raise GaveUp
    ids, generate = {"project": spare[0]}, actor.roles.generate
    calls = [partial(actor.call, generate, ids=ids, body=actor.brief()) for _ in range(2)]
    archive = partial(actor.call, actor.roles.archive, ids=ids)
    answers = await actor.together(calls[0], archive, *calls[1:])
    for each in filter(None, (actor.made_by(generate, ids, answer) for answer in answers)):
        await actor.follow(each)
        await actor.read(each)
