"""What actors do: short stories that give every invariant its occasions.

A story looks at what it made before and after each step, so that what an answer says can be held
against what the server shows. Stories share nothing and run side by side.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import trio

from layers_contract.document import pointer
from layers_contract.target import Target
from layers_contract.workload.actor import FIRST_PAUSE, Actor, GaveUp, Made, asset_ids

__all__ = ["STORIES", "Story"]

Play = Callable[[Actor], Awaitable[None]]
PROFILES = ("quick", "standard", "thorough")
RACERS = 5
PATIENCE = 50
"""How often to look whether a render has left the queue before going on without."""
LONGEST = 1900
"""Characters of a hook that is long, and within any limit that counts bytes of plain text."""


@dataclass(frozen=True, slots=True)
class Story:
    """A story, what it costs, and for which promises it is told.

    `renders` is the most that it starts. `promises` are ids or beginnings of ids. `lacks` says
    what the target file would have to give for it.
    """

    name: str
    play: Play
    renders: int
    promises: tuple[str, ...]
    lacks: Callable[[Target], str | None]
    profile: str = "quick"


STORIES: list[Story] = []


def story(
    renders: int,
    promises: tuple[str, ...] = (),
    lacks: Callable[[Target], str | None] = lambda target: None,
    profile: str = "quick",
) -> Callable[[Play], Play]:
    """Tell a story in every run of *profile* or above whose target lacks nothing."""

    def enter(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        STORIES.append(Story(name, play, renders, promises, lacks, profile))
        return play

    return enter


def _open(target: Target) -> str | None:
    if not target.allow.generate:
        return "the target file allows no generation ([allow] generate)"
    return None if target.projects.open else "the target file names no [projects] open"


def _gated(target: Target) -> str | None:
    if not target.allow.generate:
        return "the target file allows no generation ([allow] generate)"
    return None if target.projects.gated else "the target file names no [projects] gated"


def _disposable(target: Target) -> str | None:
    if not target.allow.generate:
        return "the target file allows no generation ([allow] generate)"
    return None if target.projects.disposable else "the target file names no [projects] disposable"


def _post(target: Target) -> str | None:
    return _open(target) or (
        None if target.samples.source_post else "the target file names no [samples] source_post"
    )


def _failing(target: Target) -> str | None:
    return _open(target) or (
        None if target.samples.failing_hook else "the target file names no [samples] failing_hook"
    )


def _other_key(target: Target) -> str | None:
    return _open(target) or (
        None if target.other_api_key else "the target file gives no other_api_key"
    )


def _policy(target: Target) -> str | None:
    if not target.allow.policy:
        return "the target file does not allow it ([allow] policy)"
    return None if target.projects.disposable else "the target file names no [projects] disposable"


def _some_project(target: Target) -> str | None:
    named = target.projects.open or target.projects.gated
    return None if named else "the target file names no project"


def project_of(actor: Actor) -> str:
    """The project without a review."""
    return actor.target.projects.open or ""


@story(renders=1, promises=("container.", "lifecycle.", "job.", "progress.", "asset."), lacks=_open)
async def one_render(actor: Actor) -> None:
    """A full brief, followed closely from its first moment; then its assets and its ETag."""
    samples = actor.target.samples
    fields = {
        "targetPlatforms": ["tiktok", "instagram"],
        "language": "en-US",
        **({"influencerId": samples.influencer} if samples.influencer else {}),
        **({"referenceMediaIds": [samples.reference_media]} if samples.reference_media else {}),
    }
    made = await actor.generate(project_of(actor), actor.brief(format="video_remix", **fields))
    await actor.poll(made)
    await actor.poll_unchanged(made)
    await actor.read(made)
    await actor.follow(made, closely=True)
    await actor.poll_unchanged(made)
    await actor.sign(made)
    await actor.walk(project_of(actor), ("limit", "5"), pages=3)
    await actor.read(made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.poll(made)
    await actor.read(made)


@story(renders=1, promises=("idempotency.",), lacks=_open)
async def replays(actor: Actor) -> None:
    """One key: repeated at once, with other bodies, and again when the render is over."""
    project, key = project_of(actor), actor.key()
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


@story(renders=3, promises=("idempotency.no-key", "idempotency.other-key"), lacks=_open)
async def fresh_calls(actor: Actor) -> None:
    """The same body without a key, and with two keys."""
    project, body = project_of(actor), actor.brief()
    made = [await actor.generate(project, body) for _ in range(2)]
    made += [await actor.generate(project, body, actor.key()) for _ in range(2)]
    for each in made:
        await actor.follow(each)


@story(renders=3, promises=("idempotency.other-key",), lacks=_open)
async def similar_keys(actor: Actor) -> None:
    """One body under keys that differ in their last character, and in case."""
    project, body = project_of(actor), actor.brief()
    base = f"{actor.key()}-{actor.key()}"
    for key in (f"{base}-a", f"{base}-b", f"{base}-A"):
        await actor.generate(project, body, key)
    for each in actor.made:
        await actor.follow(each)


@story(renders=1, promises=("idempotency.simultaneous",), lacks=_open)
async def simultaneous_calls(actor: Actor) -> None:
    """One key, several callers at one moment."""
    project, key, body = project_of(actor), actor.key(), actor.brief()
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


@story(renders=1, promises=("idempotency.invalid-keeps-key",), lacks=_open)
async def invalid_first(actor: Actor) -> None:
    """A key used on an invalid request, and then on a valid one."""
    project, key = project_of(actor), actor.key()
    body = actor.brief(hook=actor.hook(LONGEST))
    await actor.call(actor.roles.generate, ids={"project": project}, body={"brief": {}}, key=key)
    made = await actor.generate(project, body, key)
    await actor.follow(made)


@story(renders=3, promises=("regenerate.", "lifecycle.", "idempotency."), lacks=_open)
async def rendered_again(actor: Actor) -> None:
    """Two more renders of one container, the first with a key and a patch."""
    body = actor.brief(targetPlatforms=["tiktok"], language="de", format="slideshow_remix")
    made = await actor.generate(project_of(actor), body)
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
    await actor.walk(project_of(actor), actor.most)
    await actor.read(second)
    other = {"patch": {"hook": actor.hook()}}
    await actor.call(actor.roles.regenerate, ids=ids, body=other, key=key)
    await actor.read(second)
    await actor.poll(made)
    third = await actor.start(actor.roles.regenerate, ids=ids)
    await actor.read(third)
    await actor.follow(third)
    await actor.poll(made)
    await actor.poll(second)


@story(renders=2, promises=("lifecycle.refused",), lacks=_open, profile="standard")
async def rendered_too_early(actor: Actor) -> None:
    """A new render asked for while the first one goes on."""
    made = await actor.generate(project_of(actor))
    await actor.read(made)
    await actor.call(actor.roles.regenerate, ids={"container": made.container}, body={})
    await actor.poll(made)
    await actor.follow(made)


@story(renders=1, promises=("approval.early",), lacks=_gated, profile="standard")
async def decided_too_early(actor: Actor) -> None:
    """Decisions while the render goes on."""
    made = await actor.generate(actor.target.projects.gated or "")
    ids = {"container": made.container}
    for operation, body in (
        (actor.roles.reject, {"reason": "Too early to say."}),
        (actor.roles.approve, {}),
    ):
        await actor.read(made)
        await actor.call(operation, ids=ids, body=body)
        await actor.poll(made)
    await actor.follow(made)


@story(renders=2, promises=("clone.",), lacks=_post)
async def cloned(actor: Actor) -> None:
    """A container made from a post, beside the one in the path."""
    made = await actor.generate(project_of(actor))
    await actor.follow(made)
    await actor.read(made)
    ids, key = {"container": made.container}, actor.key()
    body = {
        "sourcePlatformPostId": actor.target.samples.source_post,
        "mode": "reimagine",
        "overrides": {"hook": actor.hook(), "themeTags": [actor.marker]},
    }
    clone = await actor.start(actor.roles.clone, ids=ids, body=body, key=key)
    await actor.read(made)
    await actor.call(actor.roles.clone, ids=ids, body=body, key=key)
    other = {**body, "overrides": {"hook": actor.hook()}}
    await actor.call(actor.roles.clone, ids=ids, body=other, key=key)
    await actor.read(clone)
    await actor.follow(clone)
    await actor.read(made)
    await actor.call(actor.roles.clone, ids=ids, body=body, key=key)
    await actor.walk(project_of(actor), actor.most)


@story(renders=2, promises=("approval.",), lacks=_gated)
async def approved(actor: Actor) -> None:
    """A review that ends with an approval, and decisions that come too late."""
    project = actor.target.projects.gated or ""
    await actor.call(actor.roles.policy, ids={"project": project})
    made = await actor.generate(project)
    await actor.follow(made)
    await actor.read(made)
    ids = {"container": made.container}
    await actor.call(actor.roles.approve, ids=ids, body={"note": "Ship it."})
    await actor.read(made)
    await actor.walk(project, ("approvalStatus", "approved"), ("limit", "5"), pages=2)
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(made)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Changed my mind."})
    await actor.read(made)
    second = await actor.start(actor.roles.regenerate, ids=ids, body={})
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(renders=2, promises=("approval.", "reject."), lacks=_gated)
async def rejected(actor: Actor) -> None:
    """A rejection with a new render, and one without."""
    project = actor.target.projects.gated or ""
    await actor.call(actor.roles.policy, ids={"project": project})
    made = await actor.generate(project)
    await actor.follow(made)
    await actor.read(made)
    ids = {"container": made.container}
    await actor.call(actor.roles.reject, ids=ids, body={"regenerate": False})
    again = {
        "reason": "Off brand.",
        "regenerate": True,
        "patch": {"hook": actor.hook()},
    }
    second = await actor.start(actor.roles.reject, ids=ids, body=again)
    await actor.read(second)
    await actor.follow(second)
    await actor.read(second)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Still off brand."})
    await actor.read(second)
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(second)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(renders=1, promises=("approval.once", "approval.gate"), lacks=_open)
async def without_review(actor: Actor) -> None:
    """A container that needs no review, and decisions on it all the same."""
    project = project_of(actor)
    await actor.call(actor.roles.policy, ids={"project": project})
    made = await actor.generate(project, actor.brief(format="ugc_remix"))
    await actor.follow(made)
    await actor.read(made)
    ids = {"container": made.container}
    await actor.call(actor.roles.approve, ids=ids, body={})
    await actor.read(made)
    await actor.call(actor.roles.reject, ids=ids, body={"reason": "Not asked."})
    await actor.read(made)
    await actor.call(actor.roles.policy, ids={"project": project})


@story(renders=1, promises=("cancel.", "lifecycle."), lacks=_open)
async def canceled(actor: Actor) -> None:
    """A render that is canceled at once, twice, and asked for again."""
    made = await actor.generate(project_of(actor))
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
    await actor.walk(project_of(actor), actor.most)


@story(renders=1, promises=("lifecycle.terminal",), lacks=_open)
async def canceled_for_good(actor: Actor) -> None:
    """A render that is canceled once it runs, and then left alone."""
    made = await actor.generate(project_of(actor))
    await _until_begun(actor, made)
    await actor.call(actor.roles.cancel, ids={"job": made.job})
    await actor.follow(made)


@story(renders=1, promises=("lifecycle.terminal",), lacks=_failing)
async def failed_for_good(actor: Actor) -> None:
    """A render that fails, and is left alone."""
    body = {"brief": {"hook": actor.target.samples.failing_hook, "themeTags": [actor.marker]}}
    await actor.follow(await actor.generate(project_of(actor), body))


@story(renders=2, promises=("container.last-error",), lacks=_failing)
async def failed(actor: Actor) -> None:
    """A render that fails, and the one after it."""
    body = {"brief": {"hook": actor.target.samples.failing_hook, "themeTags": [actor.marker]}}
    made = await actor.generate(project_of(actor), body)
    await actor.follow(made)
    await actor.read(made)
    ids = {"container": made.container}
    await actor.walk(project_of(actor), actor.most)
    patch = {"patch": {"hook": actor.hook()}}
    second = await actor.start(actor.roles.regenerate, ids=ids, body=patch)
    await actor.read(second)
    await actor.follow(second)


@story(renders=3, promises=("list.",), lacks=_open)
async def listed(actor: Actor) -> None:
    """Lists by page, by filter and by default, of what was just made."""
    project = project_of(actor)
    made = [
        await actor.generate(project, actor.brief(format=each))
        for each in ("video_remix", "slideshow_remix", "slideshow_remix")
    ]
    await actor.walk(project, ("limit", "2"), pages=4)
    for each in made:
        await actor.follow(each)
    completed = actor.session.contract.render.ending("success")
    await actor.walk(project, ("status", completed), ("limit", "3"), pages=4)
    await actor.walk(project, ("format", "slideshow_remix"), ("limit", "1"), pages=4)
    await actor.walk(project, ("format", "video_remix"), ("status", completed), ("limit", "20"), pages=2)
    ended = (("status", state) for state in actor.session.contract.render.endings)
    await actor.walk(project, *ended, ("limit", "20"), pages=3)
    await actor.walk(project, ("approvalStatus", "not_required"), ("limit", "20"), pages=2)
    await actor.walk(project, ("limit", "7"), pages=12)
    await actor.walk(project, actor.most)
    await actor.walk(project, pages=2)


@story(renders=2, promises=("auth.tenancy", "idempotency.credential-scope"), lacks=_other_key)
async def another_organization(actor: Actor) -> None:
    """Somebody else's key on everything that this run made."""
    project, key, body = project_of(actor), actor.key(), actor.brief()
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
    ids |= {"asset": name for name in asset_ids(shown)[:1]}
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


@story(renders=1, promises=("auth.required",), lacks=_open)
async def without_a_key(actor: Actor) -> None:
    """No key, and a wrong one, on every operation."""
    made = await actor.generate(project_of(actor))
    await actor.follow(made)
    shown = await actor.read(made)
    ids = {"project": project_of(actor), "container": made.container, "job": made.job}
    ids |= {"asset": name for name in asset_ids(shown)[:1]}
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


@story(renders=3, promises=("archive.",), lacks=_disposable, profile="standard")
async def archived(actor: Actor) -> None:
    """A project archived while one container renders, one waits, and one has completed."""
    project = actor.target.projects.disposable[0]
    done = await actor.generate(project)
    await actor.follow(done)
    begun = await actor.generate(project)
    await _until_begun(actor, begun)
    waiting = await actor.generate(project)
    await actor.read(waiting)
    await actor.call(actor.roles.archive, ids={"project": project})
    for each in (begun, waiting):
        await actor.follow(each)
        await actor.read(each)
    await actor.read(done)
    await actor.call(actor.roles.archive, ids={"project": project})
    await actor.read(done)


@story(renders=0, promises=("policy.",), lacks=_policy, profile="standard")
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
    restored = {name: before.json.get(name) for name in settings if name in before.json}
    await actor.call(actor.roles.update_policy, ids=ids, body=restored)
    await actor.call(actor.roles.policy, ids=ids)


@story(renders=0, lacks=_some_project)
async def reader(actor: Actor) -> None:
    """Only reads: lists, what they name, and what is not there."""
    for project in (actor.target.projects.open, actor.target.projects.gated):
        if project:
            await actor.walk(project, ("limit", "20"), pages=3)
            await actor.call(actor.roles.policy, ids={"project": project})
    pagination = actor.session.contract.lists[actor.roles.list]
    project = actor.target.projects.open or actor.target.projects.gated or ""
    for query in (
        (pagination.limit, "0"),
        (pagination.limit, "201"),
        (pagination.limit, "x"),
        (pagination.cursor, "nobody-issued-this"),
    ):
        await actor.call(actor.roles.list, ids={"project": project}, query=(query,))
    examples = actor.session.contract.operations[actor.roles.sign].path_parameters
    nothing = {p.resource or "": f"{str(p.example)[:4]}{actor.marker}" for p in examples}
    nothing["job"] = f"job_{actor.marker}"
    for operation in (actor.roles.read, actor.roles.progress, actor.roles.job, actor.roles.sign):
        await actor.call(operation, ids=nothing)
    foreign = actor.target.projects.foreign
    for operation in (actor.roles.list, actor.roles.policy) if foreign else ():
        await actor.call(operation, ids={"project": foreign or ""})


async def _until_begun(actor: Actor, made: Made) -> None:
    """Wait until a render is seen to have left its first state, within reason."""
    render = actor.session.contract.render
    for _ in range(PATIENCE):
        shown = await actor.read(made)
        if pointer(shown, render.field) not in render.initial:
            return
        await trio.sleep(FIRST_PAUSE)


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
        {**body, "format": "ugc_remix"},
    )
    for other in others:
        await actor.call(actor.roles.generate, ids={"project": project}, body=other, key=key)


def _turned(value: object) -> object:
    """The same JSON with its members in reverse order."""
    if isinstance(value, dict):
        return {k: _turned(v) for k, v in reversed(value.items())}
    return value
