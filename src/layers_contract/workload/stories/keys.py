"""One key, one call: repeated, contradicted, similar, simultaneous."""

from __future__ import annotations

import json
from typing import Any

import trio

from layers_contract.workload.actor import FIRST_PAUSE, Actor, GaveUp, Made
from layers_contract.workload.stories._registry import story

RACERS = 5

LONGEST = 1900
"""Characters of a hook that is long, and within any limit that counts bytes of plain text."""


@story("idempotency.", renders=1, needs=("projects.open",))
async def replays(actor: Actor) -> None:
    """One key: repeated at once, with other bodies, and again when the render is over."""
    project, key = actor.open_project, actor.key()
    body = actor.brief(hook=actor.hook(400), targetPlatforms=["tiktok"], language="de")
    made = await actor.generate(project, body, key)
    await _again(actor, project, body, key)
    await _conflicts(actor, project, body, key)
    await _again(actor, project, body, key)
    await actor.read(made)
    await actor.follow(made)
    await actor.read(made)
    await _again(actor, project, body, key)
    await actor.read(made)
    await _conflicts(actor, project, body, key)
    await actor.read(made)
    await actor.progress(made)
    await actor.poll(made)
    await _again(actor, project, body, key)
    await actor.walk(project, actor.most)


@story("idempotency.no-key", "idempotency.other-key", renders=3, needs=("projects.open",))
async def fresh_calls(actor: Actor) -> None:
    """The same body without a key, and with two keys."""
    project, body = actor.open_project, actor.brief()
    made = [await actor.generate(project, body) for _ in range(2)]
    made += [await actor.generate(project, body, actor.key()) for _ in range(2)]
    for each in made:
        await actor.follow(each)


@story("idempotency.other-key", renders=3, needs=("projects.open",))
async def similar_keys(actor: Actor) -> None:
    """One body under keys that differ in their last character, and in case."""
    project, body = actor.open_project, actor.brief()
    base = f"{actor.key()}-{actor.key()}"
    for key in (f"{base}-a", f"{base}-b", f"{base}-A"):
        await actor.generate(project, body, key)
    for each in actor.made:
        await actor.follow(each)


@story("idempotency.simultaneous", renders=1, needs=("projects.open",))
async def simultaneous_calls(actor: Actor) -> None:
    """One key, several callers at one moment."""
    project, key, body = actor.open_project, actor.key(), actor.brief()
    found: list[Made] = []

    async def racer() -> None:
        try:
            found.append(await actor.generate(project, body, key))
        except GaveUp:
            return

    async with trio.open_nursery() as nursery:
        for _ in range(RACERS):
            nursery.start_soon(racer)
    await _again(actor, project, body, key)
    for each in found[:1]:
        await actor.follow(each)
    await actor.walk(project, actor.most)


@story("idempotency.invalid-keeps-key", renders=1, needs=("projects.open",))
async def invalid_first(actor: Actor) -> None:
    """A key used on an invalid request, and then on a valid one."""
    project, key = actor.open_project, actor.key()
    body = actor.brief(hook=actor.hook(LONGEST))
    await actor.call(actor.roles.generate, ids={"project": project}, body={"brief": {}}, key=key)
    made = await actor.generate(project, body, key)
    await actor.follow(made)


async def _again(actor: Actor, project: str, body: object, key: str) -> None:
    """The same call twice, then once with its members in another order."""
    ids = {"project": project}
    for _ in range(2):
        await trio.sleep(FIRST_PAUSE)
        await actor.call(actor.roles.generate, ids=ids, body=body, key=key)
    turned = json.dumps(_turned(body), indent=1, ensure_ascii=False).encode()
    await actor.call(actor.roles.generate, ids=ids, body=turned, key=key)


async def _conflicts(actor: Actor, project: str, body: dict[str, Any], key: str) -> None:
    """The same key with another hook, and with the same one but another language or format."""
    others = (
        actor.brief(),
        {**body, "brief": {**body["brief"], "language": "fr"}},
        {**body, "format": actor.formats[-1]},
    )
    for other in others:
        await actor.call(actor.roles.generate, ids={"project": project}, body=other, key=key)


def _turned(value: object) -> object:
    """The same JSON with its members in reverse order."""
    if isinstance(value, dict):
        return {k: _turned(v) for k, v in reversed(value.items())}
    return value
