"""Decisions: in time, too late, too early, twice, where none is asked for."""

from __future__ import annotations

from functools import partial
from typing import Final

from layers_contract.run.workload.actor import Actor, Made
from layers_contract.run.workload.bodies import clone_body
from layers_contract.run.workload.stories._registry import story
from layers_contract.spec.document import pointer

EARLY_TRIES: Final = 3
"""Renders on which to decide too early: a short one may end first."""


@story(
    "approval.",
    renders=2,
    needs=("projects.gated",),
    parts=("regenerate", "approve", "reject", "cancel", "policy"),
)
async def approved(actor: Actor) -> None:
    """A review that ends with an approval, and decisions that come too late."""
    project = actor.target.projects.gated or ""
    await actor.call(actor.roles.policy, ids={"project": project})
    body = actor.brief(targetPlatforms=["tiktok", "instagram"])
    made = await actor.rendered(project, body)
    ids = {"container": made.container}
    await actor.call(actor.roles.approve, ids=ids, body={"note": "Ship it."})
    shown = await actor.read(made)
    state = pointer(shown, actor.session.contract.review.field)
    await actor.walk(project, ("approvalStatus", str(state)), actor.limit(5), pages=2)
    gate = actor.gate
    waiting = ("approvalStatus", gate.closed if gate else "")
    completed = ("status", actor.session.contract.render.ending("success"))
    await actor.walk(project, waiting, pages=2)
    await actor.walk(project, completed, waiting, pages=2)
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(made)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Changed my mind."})
    await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.sign(made)
    second = await actor.start(actor.roles.regenerate, ids=ids, body={})
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(second)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(
    "approval.",
    "reject.",
    renders=2,
    needs=("projects.gated",),
    parts=("approve", "reject", "policy"),
)
async def rejected(actor: Actor) -> None:
    """A rejection with a new render, and one without."""
    project = actor.target.projects.gated or ""
    await actor.call(actor.roles.policy, ids={"project": project})
    made = await actor.rendered(project)
    ids = {"container": made.container}
    await actor.call(actor.roles.reject, ids=ids, body={"regenerate": False})
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "r" * 1025})
    await actor.call(actor.roles.approve, ids=ids, body={"note": "n" * 1025})
    for credential in ("none", "invalid", "other"):
        if credential != "other" or actor.target.other_api_key:
            await actor.read(made)
            await actor.call(actor.roles.approve, ids=ids, body={}, credential=credential)
    await actor.read(made)
    again = {
        "reason": "Off brand. " * 90,
        "regenerate": True,
        "patch": {"hook": actor.hook()},
    }
    second = await actor.start(actor.roles.reject, ids=ids, body=again)
    await actor.read(second)
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Still off brand."})
    await actor.read(second)
    await actor.sign(second)
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(second)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(
    "approval.once",
    "approval.gate",
    renders=1,
    needs=("projects.open",),
    parts=("approve", "reject", "policy"),
)
async def without_review(actor: Actor) -> None:
    """A container that needs no review, and decisions on it all the same."""
    project = actor.open_project
    await actor.call(actor.roles.policy, ids={"project": project})
    made = await actor.rendered(project, actor.brief(format=actor.roles.format(-1)))
    ids = {"container": made.container}
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(made)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Not asked."})
    await actor.read(made)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(
    "approval.early",
    renders=1,
    needs=("projects.gated",),
    profile="standard",
    parts=("approve", "reject"),
)
async def decided_too_early(actor: Actor) -> None:
    """Decisions while the render goes on; once more where it was over before they were answered."""
    render = actor.session.contract.render
    for _ in range(EARLY_TRIES):
        made, seen = await actor.generate(actor.target.projects.gated or ""), 0
        await actor.until_begun(made)
        ids = {"container": made.container}
        for operation, body in (
            (actor.roles.reject, {"reason": "Too early to say."}),
            (actor.roles.approve, {}),
        ):
            await actor.call(operation, ids=ids, body=body)
            seen += pointer(await actor.read(made), render.field) not in render.endings
        await actor.poll(made)
        await actor.follow(made)
        if seen:
            return


@story(
    "approval.race",
    "approval.gate",
    "clone.",
    renders=2,
    needs=("projects.gated",),
    parts=("clone", "approve", "reject", "policy"),
)
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
