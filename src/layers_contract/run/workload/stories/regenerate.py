"""New renders of a container: in turn, and two at once."""

from __future__ import annotations

from functools import partial

from layers_contract.run.workload.actor import Actor
from layers_contract.run.workload.stories._registry import story


@story(
    "regenerate.",
    "lifecycle.",
    "idempotency.",
    renders=3,
    needs=("projects.open",),
    parts=("regenerate", "cancel"),
)
async def rendered_again(actor: Actor) -> None:
    """Two more renders of one container, the first with a key and a patch."""
    body = actor.brief(targetPlatforms=["tiktok"], language="de", format=actor.roles.format(1))
    made = await actor.generate(actor.open_project, body)
    await actor.follow(made)
    await actor.sign(made)
    ids, key = {"container": made.container}, actor.key()
    patch = {"patch": {"hook": actor.hook(), "themeTags": [actor.marker, "two"], "language": "fr"}}
    second = await actor.start(actor.roles.regenerate, ids=ids, body=patch, key=key)
    await actor.call(actor.roles.regenerate, ids=ids, body=patch, key=key)
    await actor.read(second)
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.regenerate, ids=ids, body=patch, key=key)
    await actor.read(second)
    await actor.walk(actor.open_project, actor.most)
    await actor.read(second)
    other = {"patch": {"hook": actor.hook()}}
    await actor.call(actor.roles.regenerate, ids=ids, body=other, key=key)
    await actor.read(second)
    await actor.poll(made)
    await actor.sign(second)
    bare = actor.key()
    third = await actor.start(actor.roles.regenerate, ids=ids, key=bare)
    await actor.call(actor.roles.regenerate, ids=ids, key=bare)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.read(third)
    await actor.follow(third)
    await actor.sign(third)
    await actor.poll(made)
    await actor.poll(second)


@story(
    "regenerate.race",
    "lifecycle.refused",
    renders=2,
    needs=("projects.open",),
    profile="standard",
    parts=("regenerate",),
)
async def rendered_twice_at_once(actor: Actor) -> None:
    """A new render asked for too early, then two at one moment, with two keys."""
    made = await actor.generate(actor.open_project)
    ids, again = {"container": made.container}, actor.roles.regenerate
    await actor.read(made)
    await actor.call(again, ids=ids, body={})
    await actor.poll(made)
    await actor.follow(made)
    await actor.read(made)
    calls = [partial(actor.call, again, ids=ids, body={}, key=actor.key()) for _ in range(2)]
    answers = await actor.together(*calls)
    begun = [m for answer in answers if (m := actor.made_by(again, ids, answer))]
    for each in begun:
        await actor.poll(each)
    for each in begun:
        await actor.follow(each)
        await actor.read(each)
