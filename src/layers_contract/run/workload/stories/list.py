"""Lists by page and filter, and reads of what is not there."""

from __future__ import annotations

from layers_contract.run.workload.actor import Actor, Made, asset_ids
from layers_contract.run.workload.stories._registry import story


@story("list.", "asset.own", renders=3, needs=("projects.open",), parts=("sign", "list"))
async def listed(actor: Actor) -> None:
    """Lists by page, by filter and by default, of what was just made; each other's assets."""
    project = actor.open_project
    formats = (actor.roles.format(0), actor.roles.format(1))
    made = [
        await actor.generate(project, actor.brief(format=each)) for each in (*formats, formats[1])
    ]
    await actor.walk(project, actor.limit(2), pages=4)
    for each in made:
        await actor.follow(each)
    completed = actor.session.contract.render.ending("success")
    await actor.walk(project, ("status", completed), actor.limit(3), pages=4)
    await actor.walk(project, ("format", formats[1]), actor.limit(1), pages=4)
    await actor.walk(
        project, ("format", formats[0]), ("status", completed), actor.limit(20), pages=2
    )
    both = [("format", each) for each in formats]
    await actor.walk(project, *both, actor.limit(20), pages=3)
    ended = (("status", state) for state in actor.session.contract.render.endings)
    await actor.walk(project, *ended, actor.limit(20), pages=3)
    gate = actor.gate
    undecided = gate.open if gate else ""
    await actor.walk(project, ("approvalStatus", undecided), actor.limit(20), pages=2)
    await actor.walk(project, actor.limit(7), pages=12)
    await actor.walk(project, actor.most)
    await actor.walk(project, pages=2)
    await _swapped_assets(actor, made[0], made[1])


async def _swapped_assets(actor: Actor, *made: Made) -> None:
    """An asset of each container asked for under the other one."""
    shown = [await actor.read(each) for each in made]
    for each, other in zip(made, reversed(shown), strict=True):
        for name in asset_ids(other)[:1]:
            ids = {"container": each.container, "asset": name}
            await actor.call(actor.roles.sign, ids=ids)


@story(
    renders=0,
    needs=("projects.open",),
    repeatable=False,
    parts=("read", "job", "sign", "list", "policy"),
)
async def reader(actor: Actor) -> None:
    """Only reads: lists, what they name, and what is not there."""
    for project in (actor.target.projects.open, actor.target.projects.gated):
        if project:
            await actor.walk(project, actor.limit(20), pages=3)
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
    for operation in actor.roles.some("read", "progress", "job", "sign"):
        await actor.call(operation, ids=nothing)
    foreign = actor.target.projects.foreign
    for operation in (actor.roles.list, actor.roles.policy) if foreign else ():
        await actor.call(operation, ids={"project": foreign or ""})
