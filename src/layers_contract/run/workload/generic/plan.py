"""Which stories a document asks for: those that its resources and operations tell by themselves.

What the stories of our own already play, as far as the document has it, is left to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from layers_contract.run.workload.generic import keys, lives, settings, strangers, walks
from layers_contract.run.workload.generic.maker import Maker
from layers_contract.run.workload.generic.planner import Planner, last
from layers_contract.run.workload.generic.world import World
from layers_contract.run.workload.stories import Story
from layers_contract.spec.contract import Gate, Lifecycle
from layers_contract.spec.rules import dashed

__all__ = ["plan"]

LISTED: Final = 3
"""Things that are made to be listed."""
FOLLOWED: Final = 2
"""Things that each creator makes only to be followed, with different bodies."""
PROJECT: Final = "project"
"""The type of the resources that `[projects]` of a target file names."""


def plan(world: World) -> list[Story]:
    """The stories for what no part of ours covers, in the order in which they are worth it."""
    planner = _Plan(world)
    return [
        *planner.followed(),
        *planner.failed(),
        *planner.keyed(),
        *planner.moved(),
        *planner.lists(),
        *planner.strangers(),
        *planner.scoped(),
        *planner.settings(),
        *planner.used(),
        *planner.reads(),
    ]


class _Plan(Planner):
    """The stories, kind by kind."""

    def followed(self) -> Iterator[Story]:
        """What each creator makes, from its first moment to its end."""
        for name in self.left:
            for number in range(FOLLOWED if name in self.creators else 0):
                yield self.story(
                    f"{dashed(name)}-followed-{number + 1}",
                    partial(lives.followed, operation=name, number=number, ending=self._late(name)),
                    [name],
                    makes=[name],
                    profile="standard" if number else "quick",
                )

    def failed(self) -> Iterator[Story]:
        """What a creator makes that ends in failure, where one can be asked for."""
        for name in self.left:
            made = [e for e in self.contract.resources.values() if name in e.creators]
            fails = any("failure" in c.endings.values() for each in made for c in each.lifecycles)
            if name in self.creators and fails:
                late = self._late(name, "failure")
                yield self.story(
                    f"{dashed(name)}-failed",
                    partial(lives.failed, operation=name, ending=late),
                    [name],
                    makes=[name],
                    needs=("samples.failing_hook",),
                )

    def _late(self, creator: str, ending: str = "success") -> list[str]:
        """The operations that are refused once what *creator* makes has come to that ending."""
        return [
            refusal.operation
            for resource in self.contract.resources.values()
            if creator in resource.creators
            for cycle in resource.lifecycles
            for refusal in cycle.refusals
            if refusal.operation in self.left
            and any(cycle.endings.get(state) == ending for state in refusal.states)
        ]

    def keyed(self) -> Iterator[Story]:
        """One key, one call: on each operation that heeds a key."""
        plays = (keys.replayed, keys.together, keys.invalid_first, keys.against, keys.lost)
        for name in self.left:
            if name not in self.contract.idempotent:
                continue
            source, spec = self.source(name), self.contract.operations[name]
            told = list(plays) if spec.body is not None else [plays[0], plays[1], plays[4]]
            key = spec.parameter(self.contract.key_header)
            told += [] if key and key.required else [keys.keyless]
            for play in told:
                twice = play is keys.keyless and source is None
                yield self.story(
                    f"{dashed(name)}-{play.__name__.replace('_', '-')}",
                    partial(play, operation=name, source=source),
                    [name],
                    makes=[source, name, *([name] if twice else [])],
                    profile="quick" if play in plays[:2] else "standard",
                )

    def moved(self) -> Iterator[Story]:
        """Each operation that moves a lifecycle, in each state that can be brought about."""
        done: set[tuple[str, str]] = set()
        for cycle in self._by_mirror():
            every = lives.movers(self.contract, cycle)
            creator = self.world.creator(self.contract.type_of(cycle))
            if creator is None:
                continue
            for name in every:
                for state in self._states(cycle, name) if name in self.left else ():
                    way = lives.way_to(cycle, state, every)
                    if way is None or (name, state) in done:
                        continue
                    done.add((name, state))
                    yield self.story(
                        f"{dashed(name)}-when-{dashed(state)}",
                        partial(lives.moved, creator=creator, cycle=cycle, way=way, calls=[name]),
                        [name],
                        makes=[creator, *(by for _, by in way.steps), name],
                        profile="quick" if state in self._states(cycle, name)[:1] else "standard",
                    )

    def _by_mirror(self) -> list[Lifecycle]:
        """The lifecycles; one that mirrors another after it."""
        return sorted(self.contract.lifecycles.values(), key=lambda each: bool(each.mirror))

    @staticmethod
    def _states(cycle: Lifecycle, operation: str) -> list[str]:
        """The states to call *operation* in: where it is allowed, and where an operation leads."""
        allowed = {s for step in cycle.transitions if operation in step.by for s in step.origins}
        refused = {s for r in cycle.refusals if r.operation == operation for s in r.states}
        refused -= {s for s in cycle.endings if s not in cycle.caused}
        usual = [
            s for s in allowed if cycle.endings.get(s) in (None, "success") or s in cycle.caused
        ]
        wanted = {*usual, *refused}
        return [state for state in cycle.states if state in wanted]

    def lists(self) -> Iterator[Story]:
        """Each list by page and by filter; of a list of ours the filters that are new."""
        resources = self.contract.resources.values()
        generate = self.world.target.allow.generate
        for name, page in self.contract.lists.items():
            if name in self.left:
                types = [each.type for each in resources if name in each.lists]
                maker = next(filter(None, map(self.world.creator, types)), None)
                makes = [maker] * LISTED if maker and generate and self.lack(maker) is None else []
                yield self.story(
                    f"{dashed(name)}-walked",
                    partial(walks.listed, operation=name, creators=makes),
                    [name],
                    makes=makes,
                    profile="quick",
                )
            elif new := [
                each for each in (*page.filters, *page.ranges) if self._is_new(name, each)
            ]:
                yield self.story(
                    f"{dashed(name)}-filtered",
                    partial(walks.walk_filters, operation=name, names=new),
                    [name],
                    profile="quick",
                )

    def _is_new(self, operation: str, parameter: str) -> bool:
        """Whether no story of ours walks a list by that filter."""
        page, contract = self.contract.lists[operation], self.contract
        field = page.filters.get(parameter)
        if field is None or parameter == FORMAT:
            return field is None
        return field not in {each.field for each in contract.lifecycles.values()}

    def strangers(self) -> Iterator[Story]:
        """No key, another's key, and ids that name nothing, on each operation."""
        if not self.left:
            return
        named = [self.contract.operations[each].path_parameters[-1:] for each in self.left]
        types = dict.fromkeys(p.resource or p.name for last in named for p in last)
        makers = dict.fromkeys(filter(None, map(self.world.creator, types)))
        generate = self.world.target.allow.generate
        makes = [each for each in makers if generate and self.lack(each) is None]
        calls = self.left if generate else self.reading(self.left)
        yield self.story(
            "unknown-ids", partial(strangers.unknown, operations=calls), [], profile="quick"
        )
        yield self.story(
            "nobody",
            partial(strangers.nobody, operations=calls, creators=makes),
            [],
            makes=makes,
            profile="quick",
        )
        yield self.story(
            "another-key",
            partial(strangers.others, operations=calls, creators=makes),
            [],
            makes=makes,
            needs=("other_api_key",),
        )

    def scoped(self) -> Iterator[Story]:
        """A key that lacks the scope, on each operation that asks for one."""
        operations = self.contract.operations
        asked = [name for name, spec in operations.items() if self.contract.scopes(spec)]
        calls = asked if self.world.target.allow.generate else self.reading(asked)
        if calls:
            yield self.story(
                "limited-key",
                partial(strangers.limited, operations=calls),
                [],
                makes=self.homes_of(calls),
                needs=("limited_api_key",),
                profile="quick",
            )

    def settings(self) -> Iterator[Story]:
        """Settings behind a gate: what each leads to, each one changed where that is allowed."""
        for cycle in self.contract.lifecycles.values():
            creator = self.world.creator(self.contract.type_of(cycle))
            changes = [name for name, gate in self.changers.items() if gate == cycle.gate]
            new = {creator, *changes, cycle.gate.operation if cycle.gate else ""} & set(self.left)
            if cycle.gate is None or creator is None or not new:
                continue
            gate, projects = cycle.gate, self.world.target.projects
            for number, known in enumerate(self._homes(gate)):
                yield self.story(
                    f"{dashed(cycle.name)}-begun-{number + 1}",
                    partial(settings.begun_by, gate=gate, creator=creator, known=known),
                    [gate.operation],
                    makes=[creator],
                )
            for name in changes:
                own = self._is_project(gate)
                spare = {PROJECT: projects.disposable[-1]} if own and projects.disposable else {}
                needs = ("allow.policy", *(["projects.disposable"] if own else []))
                play = partial(
                    settings.changed, gate=gate, change=name, creator=creator, known=spare
                )
                makes = [creator] * len(gate.values)
                yield self.story(
                    f"{dashed(name)}-set", play, [name], makes=makes, needs=needs, repeatable=False
                )

    def _homes(self, gate: Gate) -> list[dict[str, str]]:
        """Where to make something under the gate: in each project that is named, else anywhere."""
        projects = self.world.target.projects
        named = [each for each in (projects.open, projects.gated) if each]
        return [{PROJECT: each} for each in named] if self._is_project(gate) and named else [{}]

    def _is_project(self, gate: Gate) -> bool:
        return last(self.contract.operations[gate.operation]) == PROJECT

    def used(self) -> Iterator[Story]:
        """Operations that neither make nor move: called on what was made for it."""
        for name in self.left:
            spec = self.contract.operations[name]
            plain = name not in self.creators | self.movers and name not in self.changers
            creator = self.world.creator(last(spec) or "")
            if spec.method != "GET" and plain and creator:
                yield self.story(
                    f"{dashed(name)}-used",
                    partial(lives.used, creator=creator, operation=name),
                    [name],
                    makes=[creator],
                )

    def reads(self) -> Iterator[Story]:
        """Reads alone, of what there is."""
        names = [each for each in self.reading(self.left) if each not in self.contract.lists]
        if names:
            play = partial(_read, operations=names)
            yield self.story("read", play, [], profile="quick")


FORMAT: Final = "format"
"""The filter that the stories of ours walk a list by, beside those of states."""


async def _read(maker: Maker, operations: Sequence[str]) -> None:
    for name in operations:
        if maker.world.lacks(maker.contract.operations[name]) is None:
            ids: dict[str, Any] = await maker.ids(name)
            await maker.call(name, ids)
