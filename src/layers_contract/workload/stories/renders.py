"""What becomes of a render: followed, repeated, canceled, failed."""

from __future__ import annotations

import trio

from layers_contract.workload.actor import Actor, GaveUp, Made
from layers_contract.workload.bodies import clone_body
from layers_contract.workload.stories._registry import story


@story(
    "container.", "lifecycle.", "job.", "progress.", "asset.", renders=1, needs=("projects.open",)
)
async def one_render(actor: Actor) -> None:
    """A full brief, followed closely from its first moment; then its assets and its ETag."""
    samples = actor.target.samples
    body = actor.brief(
        targetPlatforms=["tiktok", "instagram"],
        language="en-US",
        influencerId=samples.influencer,
        referenceMediaIds=[samples.reference_media] if samples.reference_media else None,
        format=actor.roles.formats[0],
    )
    made = await actor.generate(actor.open_project, body)
    await actor.poll(made)
    await actor.poll_unchanged(made)
    await actor.read(made)
    await actor.follow(made, closely=True)
    await actor.poll_unchanged(made)
    await actor.sign(made)
    await actor.walk(actor.open_project, actor.limit(5), pages=3)
    await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.poll(made)
    await actor.read(made)


@story("regenerate.", "lifecycle.", "idempotency.", renders=3, needs=("projects.open",))
async def rendered_again(actor: Actor) -> None:
    """Two more renders of one container, the first with a key and a patch."""
    body = actor.brief(targetPlatforms=["tiktok"], language="de", format=actor.roles.formats[1])
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


@story("lifecycle.refused", renders=1, needs=("projects.open",), profile="standard")
async def rendered_too_early(actor: Actor) -> None:
    """A new render asked for while the first one goes on."""
    made = await actor.generate(actor.open_project)
    await actor.read(made)
    await actor.call(actor.roles.regenerate, ids={"container": made.container}, body={})
    await actor.poll(made)
    await actor.follow(made)


@story("clone.", renders=2, needs=("projects.open", "samples.source_post"))
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


@story("cancel.", "lifecycle.", renders=1, needs=("projects.open",))
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


@story("lifecycle.terminal", renders=1, needs=("projects.open",))
async def canceled_for_good(actor: Actor) -> None:
    """A render that is canceled once it runs, and then left alone."""
    made = await actor.generate(actor.open_project)
    await actor.until_begun(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.follow(made)


@story("cancel.", renders=6, needs=("projects.open",), profile="standard")
async def canceled_side_by_side(actor: Actor) -> None:
    """Renders that are canceled early: three in the queue, three once they have begun."""
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


@story("container.last-error", renders=2, needs=("projects.open", "samples.failing_hook"))
async def failed(actor: Actor) -> None:
    """A render that fails, and the one after it."""
    body = {"brief": {"hook": actor.target.samples.failing_hook, "themeTags": [actor.marker]}}
    made = await actor.rendered(actor.open_project, body)
    ids = {"container": made.container}
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.read(made)
    await actor.walk(actor.open_project, actor.most)
    patch = {"patch": {"hook": actor.hook()}}
    second = await actor.start(actor.roles.regenerate, ids=ids, body=patch)
    await actor.read(second)
    await actor.follow(second)


@story(
    "container.last-error",
    "job.",
    "lifecycle.terminal",
    renders=2,
    needs=("projects.open", "samples.failing_hook"),
)
async def failed_the_second_time(actor: Actor) -> None:
    """A container that completes, fails when it is rendered again, and is left alone."""
    made = await actor.rendered(actor.open_project)
    patch = {"patch": {"hook": actor.target.samples.failing_hook}}
    ids = {"container": made.container}
    second = await actor.start(actor.roles.regenerate, ids=ids, body=patch)
    await actor.follow(second)
    await actor.read(second)
    await actor.poll(made)
