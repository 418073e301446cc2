"""What happens to a project: archived, and its policy changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import trio

from layers_contract.facts import nobodys
from layers_contract.workload.actor import Actor, GaveUp, Made
from layers_contract.workload.stories._registry import story


@story("archive.", renders=7, needs=("projects.disposable",), profile="standard", repeatable=False)
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
    "auth.tenancy",
    renders=0,
    needs=("projects.foreign_disposable", "allow.generate"),
    profile="standard",
    repeatable=False,
)
async def archived_by_strangers(actor: Actor) -> None:
    """A project of the other organization, archived with this run's key."""
    ids = {"project": actor.target.projects.foreign_disposable or ""}
    theirs = "other" if actor.target.other_api_key else None
    if theirs:
        await actor.call(actor.roles.policy, ids=ids, credential=theirs)
    await actor.call(actor.roles.archive, ids=ids)
    for _ in range(2):
        await actor.call(actor.roles.archive, ids={"project": nobodys(ids["project"])})


@story(
    "policy.",
    renders=0,
    needs=("allow.policy", "projects.disposable"),
    profile="standard",
    repeatable=False,
)
async def policy_changed(actor: Actor) -> None:
    """Each setting of a policy changed, read back, and set back."""
    ids = {"project": actor.target.projects.disposable[-1]}
    before = await actor.call(actor.roles.policy, ids=ids)
    if not isinstance(before.json, dict):
        raise GaveUp
    settings = {"firstNPostsBlocked": 50, "autoApproveAfter": "PT48H", "requiresApproval": True}
    for name, value in settings.items():
        await actor.call(actor.roles.update_policy, ids=ids, body={name: value})
        await actor.call(actor.roles.policy, ids=ids)
    half = {"requiresApproval": False, "firstNPostsBlocked": 51}
    for body in ({}, half, {"firstNPostsBlocked": 51}, {"firstNPostsBlocked": -1}):
        await actor.call(actor.roles.update_policy, ids=ids, body=body)
        await actor.call(actor.roles.policy, ids=ids)
    for credential in ("none", "invalid", "other"):
        if credential != "other" or actor.target.other_api_key:
            body = {"firstNPostsBlocked": 7}
            await actor.call(actor.roles.update_policy, ids=ids, body=body, credential=credential)
            await actor.call(actor.roles.policy, ids=ids)
    restored = {name: before.json.get(name) for name in settings if name in before.json}
    await actor.call(actor.roles.update_policy, ids=ids, body=restored)
    await actor.call(actor.roles.policy, ids=ids)
