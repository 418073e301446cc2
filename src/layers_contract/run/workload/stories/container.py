"""A container from its 202 to its end, one that fails among them."""

from __future__ import annotations

from layers_contract.run.workload.actor import Actor
from layers_contract.run.workload.stories._registry import story


@story(
    *("container.", "lifecycle.", "job.", "progress.", "asset."),
    renders=1,
    needs=("projects.open",),
    parts=("cancel",),
)
async def one_render(actor: Actor) -> None:
    """A full brief, followed closely from its first moment; then its assets and its ETag."""
    samples = actor.target.samples
    body = actor.brief(
        targetPlatforms=["tiktok", "instagram"],
        language="en-US",
        influencerId=samples.influencer,
        referenceMediaIds=[samples.reference_media] if samples.reference_media else None,
        format=actor.roles.format(0),
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


@story(
    "container.last-error",
    "job.",
    "lifecycle.",
    renders=3,
    needs=("projects.open", "samples.failing_hook"),
    parts=("regenerate",),
)
async def failed(actor: Actor) -> None:
    """A render that fails, one that completes, and one more that fails and is left alone."""
    failing = actor.target.samples.failing_hook or ""
    body = {"brief": {"hook": failing, "themeTags": [actor.marker]}}
    made = await actor.rendered(actor.open_project, body)
    ids = {"container": made.container}
    for operation in actor.roles.some("cancel"):
        await actor.call(operation, ids={"job": made.job})
    await actor.read(made)
    await actor.walk(actor.open_project, actor.most)
    patch = {"patch": {"hook": actor.hook()}}
    second = await actor.start(actor.roles.regenerate, ids=ids, body=patch)
    await actor.read(second)
    await actor.follow(second)
    await actor.read(second)
    patch = {"patch": {"hook": failing}}
    third = await actor.start(actor.roles.regenerate, ids=ids, body=patch)
    await actor.follow(third)
    await actor.read(third)
    await actor.poll(made)
    await actor.poll(second)
