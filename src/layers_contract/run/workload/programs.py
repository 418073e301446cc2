"""Plays the programs that Hypothesis has drawn: one container each, from its call to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from layers_contract.run.workload.actor import Actor, GaveUp, Made
from layers_contract.run.workload.bodies import clone_body, contradictions, turned
from layers_contract.run.workload.stories.idempotency import against_each_other, lost_then_sent
from layers_contract.run.workload.strategies import Program, Step

__all__ = ["play", "renders_of"]

MOST_RENDERS: Final = 4
"""Renders that one program starts at most."""


@dataclass
class Scene:
    """A container under way: how it was asked for, and its newest render."""

    actor: Actor
    project: str
    body: dict[str, Any]
    key: str | None
    made: Made
    renders: int = 1
    ended: bool = False

    @property
    def ids(self) -> dict[str, str]:
        """What the path parameters of its operations are filled with."""
        return {"project": self.project, "container": self.made.container, "job": self.made.job}

    async def reach(self, moment: str) -> None:
        """Wait for the moment that a step is for."""
        if moment == "begun" and not self.ended:
            await self.actor.until_begun(self.made)
        if moment == "ended" and not self.ended:
            await self.actor.follow(self.made)
            self.ended = True

    async def call(self, operation: str, body: Any, key: str | None = None) -> Made | None:
        """Call an operation on it; the render that it starts, if it starts one."""
        answer = await self.actor.call(operation, ids=self.ids, body=body, key=key)
        if operation not in self.actor.session.contract.starts:
            return None
        return self.actor.made_by(operation, self.ids, answer)

    def goes_on(self, made: Made | None) -> None:
        """Follow *made* from now on, if it is a new render of the container."""
        if made and made.container == self.made.container and made.job != self.made.job:
            self.made, self.ended, self.renders = made, False, self.renders + 1


def renders_of(program: Program) -> int:
    """The most renders that *program* starts."""
    more = sum(step.do in {"regenerate", "reject", "clone"} for step in program.steps)
    return min(1 + more, MOST_RENDERS)


async def play(program: Program, actor: Actor) -> None:
    """Carry a program out, looking at its container before and after every step."""
    scene = await _opened(program, actor)
    for step in program.steps:
        if not actor.roles.parts.get(step.do, (step.do,)):
            continue
        await scene.reach(step.moment)
        await actor.read(scene.made)
        await STEPS[step.do](scene, step)
        await actor.read(scene.made)
        await actor.poll(scene.made)
    await scene.reach("ended")
    await actor.read(scene.made)
    await actor.walk(scene.project, actor.limit(10), pages=2)


async def _opened(program: Program, actor: Actor) -> Scene:
    """Make the container that the program is about.

    Raises:
        GaveUp: There is none.
    """
    project = (actor.target.projects.gated if program.gated else None) or actor.open_project
    body, key = actor.brief(), actor.key()
    if program.opening == "plain":
        made = await actor.generate(project, body, None)
        return Scene(actor, project, body, None, made)
    if program.opening == "lost":
        return Scene(actor, project, body, key, await lost_then_sent(actor, project, body, key))
    if program.opening in ("together", "against"):
        call = partial(
            actor.call, actor.roles.generate, ids={"project": project}, body=body, key=key
        )
        for answer in await actor.together(call, call) if program.opening == "together" else ():
            actor.made_by(actor.roles.generate, {}, answer)
        if program.opening == "against":
            await against_each_other(actor, project, body, key)
        if not actor.made:
            raise GaveUp(f"no call of {actor.roles.generate} has named what it made")
        return Scene(actor, project, body, key, actor.made[0])
    return Scene(actor, project, body, key, await actor.generate(project, body, key))


async def _again(scene: Scene, _step: Step) -> None:
    if scene.key:
        await scene.call(scene.actor.roles.generate, scene.body, scene.key)


async def _turned(scene: Scene, _step: Step) -> None:
    if scene.key:
        await scene.call(scene.actor.roles.generate, turned(scene.body), scene.key)


async def _contradict(scene: Scene, step: Step) -> None:
    if scene.key:
        others = contradictions(scene.actor, scene.body)
        other = others[step.number % len(others)]
        await scene.call(scene.actor.roles.generate, other, scene.key)


async def _twice(scene: Scene, _step: Step) -> None:
    if scene.key:
        call = partial(
            scene.actor.call,
            scene.actor.roles.generate,
            ids=scene.ids,
            body=scene.body,
            key=scene.key,
        )
        await scene.actor.together(call, call)


async def _list(scene: Scene, step: Step) -> None:
    """Walk along a list that the container may be on."""
    actor = scene.actor
    query = [actor.limit((1, 3, 10, 200)[step.number % 4])]
    if step.number % 3 == 1 and scene.body.get("format"):
        query.append(("format", scene.body["format"]))
    if step.number % 3 == 2:
        query.append(("status", actor.session.contract.render.ending("success")))
    await actor.walk(scene.project, *query, pages=4)


async def _sign(scene: Scene, _step: Step) -> None:
    await scene.actor.sign(scene.made)


async def _cancel(scene: Scene, _step: Step) -> None:
    await scene.actor.call(scene.actor.roles.cancel, ids=scene.ids)


def _patch(scene: Scene, number: int) -> dict[str, Any]:
    """A patch of one field, or of two."""
    marker, samples = scene.actor.marker, scene.actor.target.samples
    fields: list[dict[str, Any]] = [
        {"hook": scene.actor.hook()},
        {"language": "it"},
        {"themeTags": [marker, f"take {number}", "again", "again"]},
        {"hook": scene.actor.hook(), "targetPlatforms": ["instagram"]},
    ]
    if samples.reference_media:
        fields.append({"referenceMediaIds": [samples.reference_media]})
    if samples.influencer:
        fields.append({"influencerId": samples.influencer, "language": "pt-BR"})
    return fields[number % len(fields)]


async def _regenerate(scene: Scene, step: Step) -> None:
    """Render it again, with and without a patch, with and without a key that is used twice."""
    if scene.renders >= MOST_RENDERS:
        return
    again, key = scene.actor.roles.regenerate, scene.actor.key() if step.number % 2 else None
    body = {"patch": _patch(scene, step.number)} if step.number % 3 else {}
    made = await scene.call(again, body, key)
    if key:
        await scene.call(again, body, key)
    scene.goes_on(made)


async def _approve(scene: Scene, step: Step) -> None:
    note = {"note": "As it is."} if step.number % 2 else {}
    await scene.call(scene.actor.roles.approve, note)


async def _reject(scene: Scene, step: Step) -> None:
    """Reject it, with a new render or without."""
    renew = step.number % 2 == 1 and scene.renders < MOST_RENDERS
    body: dict[str, Any] = {"reason": "Not like us."}
    if renew:
        body |= {"regenerate": True, "patch": _patch(scene, step.number)}
    made = await scene.call(scene.actor.roles.reject, body)
    if renew:
        scene.goes_on(made)


async def _clone(scene: Scene, step: Step) -> None:
    """Clone a post beside it, and follow the clone to its end."""
    if not scene.actor.target.samples.source_post or scene.renders >= MOST_RENDERS:
        return
    scene.renders += 1
    overrides: dict[str, Any] = {"themeTags": [scene.actor.marker, "zebra", "ape"]}
    if step.number % 2:
        overrides = {**_patch(scene, step.number // 2), "hook": scene.actor.hook(), **overrides}
    body = clone_body(scene.actor, "fork", **overrides)
    made = await scene.call(scene.actor.roles.clone, body, scene.actor.key())
    if made:
        await scene.actor.read(made)
        await scene.actor.follow(made)


STEPS: Final[dict[str, Callable[[Scene, Step], Awaitable[None]]]] = {
    "again": _again,
    "turned": _turned,
    "contradict": _contradict,
    "twice": _twice,
    "list": _list,
    "sign": _sign,
    "cancel": _cancel,
    "regenerate": _regenerate,
    "approve": _approve,
    "reject": _reject,
    "clone": _clone,
}
