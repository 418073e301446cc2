"""No key, a wrong one, somebody else's, and what their answers tell."""

from __future__ import annotations

from functools import partial
from typing import Any

from layers_contract.judge.facts import nobodys
from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload.actor import Actor, asset_ids
from layers_contract.run.workload.stories._registry import story
from layers_contract.spec.document import Operation


@story(
    "auth.tenancy",
    "idempotency.credential-scope",
    "asset.own",
    renders=3,
    needs=("projects.open", "other_api_key"),
    parts=("regenerate", "approve", "reject", "cancel", "policy"),
)
async def another_organization(actor: Actor) -> None:
    """Somebody else's key on everything that this run made."""
    project, key, body = actor.open_project, actor.key(), actor.brief()
    made = await actor.generate(project, body, key)
    await actor.call(actor.roles.policy, ids={"project": project})
    again, later = actor.brief(), actor.key()
    running = await actor.generate(project, again, later)
    theirs = await _in_their_project(actor, again, later)
    await actor.call(actor.roles.cancel, ids={"job": running.job}, credential="other")
    await actor.call(actor.roles.cancel, ids={"job": running.job}, credential="none")
    await actor.poll(running)
    await actor.follow(made)
    await actor.walk(project, actor.most)
    shown = await actor.read(made)
    ids = {"project": project, "container": made.container, "job": made.job}
    ids |= dict(zip(["asset"], asset_ids(shown), strict=False))
    roles = actor.roles
    for operation in roles.some("read", "progress", "job", "sign", "list", "policy"):
        if operation not in roles.parts["sign"] or "asset" in ids:
            await actor.call(operation, ids=ids, credential="other")
    for operation, sent in (
        (roles.generate, body),
        (roles.generate, actor.brief()),
        (roles.regenerate, {}),
        (roles.approve, {}),
        (roles.reject, {"reason": "Not mine."}),
    ):
        await actor.call(operation, ids=ids, body=sent, key=key, credential="other")
        await actor.read(made)
    await actor.call(roles.cancel, ids=ids, credential="other")
    await actor.read(made)
    await actor.follow(running)
    await actor.walk(project, actor.most)
    if theirs is not None and "asset" in ids and roles.parts["sign"]:
        ids["container"] = theirs
        await actor.call(roles.read, ids=ids, credential="other")
        await actor.call(roles.sign, ids=ids, credential="other")


async def _in_their_project(actor: Actor, body: Any, key: str) -> str | None:
    """The same key in a project of the other organization, with two bodies; their container."""
    project = actor.target.projects.foreign
    if not project:
        return None
    call = partial(
        actor.call, actor.roles.generate, ids={"project": project}, key=key, credential="other"
    )
    made = actor.made_by(actor.roles.generate, {}, await call(body=body))
    await call(body=actor.brief())
    return made.container if made else None


@story(
    "auth.required",
    "auth.stranger",
    renders=1,
    needs=("projects.open",),
)
async def without_a_key(actor: Actor) -> None:
    """No key, and a wrong one, on every operation, for what exists and for what does not."""
    made = await actor.rendered(actor.open_project)
    shown = await actor.read(made)
    ids = {"project": actor.open_project, "container": made.container, "job": made.job}
    ids |= dict(zip(["asset"], asset_ids(shown), strict=False))
    nothing = {resource: nobodys(name) for resource, name in ids.items()}
    malformed = {resource: f"{name}~{actor.marker}" for resource, name in ids.items()}
    foreign = actor.target.projects.foreign
    for operation in actor.session.contract.operations.values():
        if not all(p.resource in ids for p in operation.path_parameters):
            continue
        # What a broken server would do to the whole project is asked of no project that matters.
        spared = operation.id in actor.roles.some("archive", "update_policy")
        named = [nothing, nothing, malformed] if spared else [ids, nothing, nothing, malformed]
        if foreign and not spared:
            named.append({**ids, "project": foreign})
        for body in _bodies(actor, operation):
            for each in named if body is NO_BODY or body == _valid(actor, operation) else named[:3]:
                for credential in ("none", "invalid"):
                    await actor.call(operation.id, ids=each, body=body, credential=credential)
    await actor.read(made)
    for credential in ("swapped", "longer", "shorter", "empty"):
        for each in (ids, nothing):
            await actor.call(actor.roles.read, ids=each, credential=credential)
    await actor.walk(actor.open_project, actor.most)


@story(
    "auth.tenancy",
    "auth.not-leaked",
    renders=2,
    needs=("projects.open", "other_api_key"),
    profile="standard",
)
async def told_apart(actor: Actor) -> None:
    """Another organization asks for what exists and for what does not, in each way."""
    made = await actor.rendered(actor.target.projects.gated or actor.open_project)
    running = await actor.generate(actor.open_project)
    shown = await actor.read(made)
    ids = {"project": actor.open_project, "container": made.container, "job": running.job}
    ids |= dict(zip(["asset"], asset_ids(shown), strict=False))
    nothing = {resource: nobodys(name) for resource, name in ids.items()}
    for operation in actor.session.contract.operations.values():
        spared = operation.id in actor.roles.some("archive", "update_policy")
        if spared or not all(p.resource in ids for p in operation.path_parameters):
            continue
        for body in _bodies(actor, operation):
            for each in (ids, nothing, nothing):
                await actor.call(operation.id, ids=each, body=body, credential="other")
        await actor.read(made)
        await actor.poll(running)
    await actor.follow(running)
    await actor.walk(actor.open_project, actor.most)


def _valid(actor: Actor, operation: Operation) -> Any:
    """A body that the operation takes; NO_BODY where it takes none."""
    if not operation.takes_body:
        return NO_BODY
    if operation.id == actor.roles.generate:
        return {"brief": {"hook": f"Not mine [{actor.marker}]", "themeTags": [actor.marker]}}
    return next(iter(operation.body_examples.values()), {})


def _bodies(actor: Actor, operation: Operation) -> list[Any]:
    """Bodies of each kind: valid, invalid, no JSON, and none at all."""
    valid = _valid(actor, operation)
    return [valid] if valid is NO_BODY else [valid, [], b"{", NO_BODY]


@story(
    "auth.tenancy",
    renders=0,
    needs=("projects.foreign_disposable", "allow.generate"),
    profile="standard",
    repeatable=False,
    parts=("archive", "policy"),
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
