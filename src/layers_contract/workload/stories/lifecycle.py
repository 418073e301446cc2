"""Renders that are asked for too early, and one that is canceled for good."""

from __future__ import annotations

from layers_contract.workload.actor import Actor
from layers_contract.workload.stories._registry import story


@story(
    "lifecycle.refused",
    renders=1,
    needs=("projects.open",),
    profile="standard",
    parts=("regenerate",),
)
async def rendered_too_early(actor: Actor) -> None:
    """A new render asked for while the first one goes on."""
    made = await actor.generate(actor.open_project)
    await actor.read(made)
    await actor.call(actor.roles.regenerate, ids={"container": made.container}, body={})
    await actor.poll(made)
    await actor.follow(made)


@story("lifecycle.terminal", renders=1, needs=("projects.open",), parts=("cancel",))
async def canceled_for_good(actor: Actor) -> None:
    """A render that is canceled once it runs, and then left alone."""
    made = await actor.generate(actor.open_project)
    await actor.until_begun(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.follow(made)
