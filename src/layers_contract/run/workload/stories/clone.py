"""Containers from containers."""

from __future__ import annotations

from layers_contract.run.workload.actor import Actor
from layers_contract.run.workload.bodies import clone_body
from layers_contract.run.workload.stories._registry import story


@story("clone.", renders=2, needs=("projects.open", "samples.source_post"), parts=("clone",))
async def cloned(actor: Actor) -> None:
    """A container made from a post, beside the one in the path."""
    made = await actor.rendered(actor.open_project)
    ids, key = {"container": made.container}, actor.key()
    body = clone_body(actor, "reimagine", hook=actor.hook(), language="pt-BR")
    clone = await actor.start(actor.roles.clone, ids=ids, body=body, key=key)
    await actor.read(made)
    await actor.call(actor.roles.clone, ids=ids, body=body, key=key)
    for other in ({"overrides": {"hook": actor.hook()}}, {"mode": "fork"}):
        await actor.call(actor.roles.clone, ids=ids, body={**body, **other}, key=key)
    await actor.read(clone)
    await actor.follow(clone)
    await actor.read(made)
    await actor.call(actor.roles.clone, ids=ids, body=body, key=key)
    await actor.walk(actor.open_project, actor.most)
