"""Cancels: early, late, side by side, just at the finish."""

from __future__ import annotations

from functools import partial

import trio

from layers_contract.run.workload.actor import Actor, GaveUp, Made
from layers_contract.run.workload.stories._registry import story


@story("cancel.", "lifecycle.", renders=1, needs=("projects.open",), parts=("regenerate", "cancel"))
async def canceled(actor: Actor) -> None:
    """A render that is canceled at once, twice, and asked for again."""
    made = await actor.generate(actor.open_project)
    await actor.poll(made)
    await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    ended = await actor.follow(made)
    await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.poll(made)
    await actor.read(made)
    if ended == actor.session.contract.job.ending("cancel"):
        await actor.call(actor.roles.regenerate, ids={"container": made.container}, body={})
        await actor.read(made)
    await actor.walk(actor.open_project, actor.most)


@story(
    "cancel.",
    "lifecycle.",
    renders=6,
    needs=("projects.open",),
    profile="standard",
    parts=("cancel",),
)
async def canceled_side_by_side(actor: Actor) -> None:
    """Renders that are canceled early, three of them once they have begun, and then left alone."""
    async with trio.open_nursery() as nursery:
        for number in range(6):
            made = await actor.generate(actor.open_project)
            nursery.start_soon(_canceled_early, actor, made, number % 2 == 1)


async def _canceled_early(actor: Actor, made: Made, begun: bool) -> None:
    """Cancel one of them, and watch it end."""
    await actor.until_begun(made) if begun else await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    try:
        await actor.follow(made)
    except GaveUp:
        return


@story(
    "cancel.", "job.", renders=3, needs=("projects.open",), profile="standard", parts=("cancel",)
)
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
