"""Projects that are archived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import trio

from layers_contract.run.workload.actor import Actor, GaveUp, Made
from layers_contract.run.workload.stories._registry import story


@story(
    "archive.",
    renders=7,
    needs=("projects.disposable",),
    profile="standard",
    repeatable=False,
    parts=("archive",),
)
async def archived(actor: Actor) -> None:
    """A project archived while some containers render, some wait, and one has completed."""
    project = actor.target.projects.disposable[0]
    for credential in ("none", "invalid"):
        await actor.call(actor.roles.archive, ids={"project": project}, credential=credential)
    done = await actor.generate(project, key=None)
    await actor.follow(done)
    begun = [await actor.generate(project, key=None) for _ in range(3)]
    await _all(actor.until_begun, begun)
    waiting = [await actor.generate(project, key=None) for _ in range(3)]
    await _all(actor.read, waiting)
    await actor.call(actor.roles.archive, ids={"project": project})
    await _all(actor.follow, [*begun, *waiting])
    await actor.read(done)
    await actor.call(actor.roles.archive, ids={"project": project})
    await actor.read(done)


async def _all(do: Callable[[Made], Awaitable[object]], renders: Iterable[Made]) -> None:
    """Do the same to several renders side by side."""
    async with trio.open_nursery() as nursery:
        for each in renders:
            nursery.start_soon(do, each)


@story(
    "archive.",
    renders=2,
    needs=("projects.disposable",),
    profile="standard",
    repeatable=False,
    parts=("archive",),
)
async def archived_meanwhile(actor: Actor) -> None:
    """A project archived while calls to generate in it arrive."""
    spare = actor.target.projects.disposable[1:-1]
    if not spare:
        raise GaveUp("[projects] disposable names fewer than three projects")
    ids, generate = {"project": spare[0]}, actor.roles.generate
    calls = [partial(actor.call, generate, ids=ids, body=actor.brief()) for _ in range(2)]
    archive = partial(actor.call, actor.roles.archive, ids=ids)
    answers = await actor.together(calls[0], archive, *calls[1:])
    for each in filter(None, (actor.made_by(generate, ids, answer) for answer in answers)):
        await actor.follow(each)
        await actor.read(each)
