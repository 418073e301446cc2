"""Who may see what: another organization, no key, a wrong one."""

from __future__ import annotations

from layers_contract.workload.actor import Actor, asset_ids
from layers_contract.workload.stories._registry import story


@story(
    "auth.tenancy",
    "idempotency.credential-scope",
    renders=2,
    needs=("projects.open", "other_api_key"),
)
async def another_organization(actor: Actor) -> None:
    """Somebody else's key on everything that this run made."""
    project, key, body = actor.open_project, actor.key(), actor.brief()
    made = await actor.generate(project, body, key)
    if actor.target.projects.foreign:
        await actor.start(
            actor.roles.generate,
            ids={"project": actor.target.projects.foreign},
            body=actor.brief(),
            credential="other",
        )
    await actor.follow(made)
    await actor.walk(project, actor.most)
    shown = await actor.read(made)
    ids = {"project": project, "container": made.container, "job": made.job}
    ids |= dict(zip(["asset"], asset_ids(shown), strict=False))
    roles = actor.roles
    for operation in (roles.read, roles.progress, roles.job, roles.sign, roles.list, roles.policy):
        if operation != roles.sign or "asset" in ids:
            await actor.call(operation, ids=ids, credential="other")
    for operation, sent in (
        (roles.generate, body),
        (roles.regenerate, {}),
        (roles.approve, {}),
        (roles.reject, {"reason": "Not mine."}),
    ):
        await actor.call(operation, ids=ids, body=sent, key=key, credential="other")
    await actor.call(roles.cancel, ids=ids, credential="other")
    await actor.read(made)


@story("auth.required", renders=1, needs=("projects.open",))
async def without_a_key(actor: Actor) -> None:
    """No key, and a wrong one, on every operation."""
    made = await actor.generate(actor.open_project)
    await actor.follow(made)
    shown = await actor.read(made)
    ids = {"project": actor.open_project, "container": made.container, "job": made.job}
    ids |= dict(zip(["asset"], asset_ids(shown), strict=False))
    for operation in actor.session.contract.operations.values():
        if operation.id in (actor.roles.archive, actor.roles.update_policy) or not all(
            p.resource in ids for p in operation.path_parameters
        ):
            continue
        for credential in ("none", "invalid"):
            body = next(iter(operation.body_examples.values()), None)
            if operation.body_required or body is not None:
                await actor.call(operation.id, ids=ids, body=body, credential=credential)
            else:
                await actor.call(operation.id, ids=ids, credential=credential)
    await actor.read(made)
