"""A policy that is changed and set back."""

from __future__ import annotations

from layers_contract.run.workload.actor import Actor, GaveUp, said
from layers_contract.run.workload.stories._registry import story


@story(
    "policy.",
    renders=0,
    needs=("allow.policy", "projects.disposable"),
    profile="standard",
    repeatable=False,
    parts=("policy", "update_policy"),
)
async def policy_changed(actor: Actor) -> None:
    """Each setting of a policy changed, read back, and set back."""
    ids = {"project": actor.target.projects.disposable[-1]}
    before = await actor.call(actor.roles.policy, ids=ids)
    if not isinstance(before.json, dict):
        raise GaveUp(f"{actor.roles.policy} {said(actor.session.contract, before)}")
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
