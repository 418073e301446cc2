"""Another container from a container."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.judge.facts import Facts, Started, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.judge.invariants._keys import is_used_elsewhere
from layers_contract.judge.invariants._side_effects import changes_by_itself
from layers_contract.spec.document import pointer

BRIEF = "/brief"


@invariant("clone.container", needs="a clone", reads=("job>container",))
def new_container(facts: Facts) -> Iterator[Occasion]:
    """A clone is a container that no call named before."""
    for started in _clones(facts):
        original = started.exchange.path_params.get(facts.container_parameter)
        named = next(
            (
                [s.exchange]
                for s in _starts_by_container(facts)[started.container]
                if s.job != started.job and s.exchange.received_at <= started.exchange.sent
            ),
            [],
        )
        if started.container == original or named:
            message = f"a clone of {original} answered container {started.container}"
            yield broken(message, *named, started.exchange)
        elif moved := _moved(facts, started, original):
            yield broken(moved, started.exchange, source="derived")
        else:
            yield HELD


def _moved(facts: Facts, clone: Started, original: str | None) -> str | None:
    """That a clone is in another project than its original, if it is."""
    container = facts.containers.get(original or "")
    first = container.created.envelope if container and container.created else {}
    home, shown = first.get("projectId"), clone.envelope.get("projectId")
    if not isinstance(home, str) or not isinstance(shown, str) or home.lower() == shown.lower():
        return None
    return f"a clone of {original} in project {home} is in project {shown}"


@invariant(
    "clone.original",
    needs="a container read before and after it was cloned",
    reads=("container/createdAt",),
)
def original_untouched(facts: Facts) -> Iterator[Occasion]:
    """The container in the path shows the same after the clone as before it."""
    endings = facts.contract.render.endings
    for started in _clones(facts):
        container = facts.container_of(started.exchange)
        around = container.around(started.exchange) if container else None
        if container is None or around is None or around[0].state not in endings:
            continue
        before, after = around
        if changes_by_itself(facts, container, before, after):
            continue
        fields = facts.contract.document.schema(facts.contract.render.schema)["properties"]
        known = [n for n in fields if n in before.data and n in after.data]
        changed = sorted(n for n in known if before.data[n] != after.data[n])
        message = f"cloning changed {', '.join(changed)} of container {container.id}"
        yield broken(message, before, started.exchange, after) if changed else HELD


@invariant(
    "clone.overrides",
    needs="a clone with overrides",
    reads=("request/overrides", "container/brief"),
)
def overrides(facts: Facts) -> Iterator[Occasion]:
    """What the overrides name is in the new container's brief."""
    for started in _clones(facts):
        wanted = pointer(started.exchange.request_json, "/overrides")
        container = facts.containers[started.container]
        render = facts.jobs[started.job].render
        is_first = render is not None and render.first is started
        if render is None or not is_first or not isinstance(wanted, dict):
            continue
        for seen in container.reads_of(render):
            brief = pointer(seen.data, BRIEF)
            if not isinstance(brief, dict) or not wanted.keys() & brief.keys():
                continue
            wrong = sorted(n for n, v in wanted.items() if n in brief and brief[n] != v)
            message = (
                f"container {container.id}: its brief has not the overrides' {', '.join(wrong)}"
            )
            yield broken(message, started.exchange, seen) if wrong else HELD


def _clones(facts: Facts) -> Iterator[Started]:
    """What was started from a container, into another."""
    for started in facts.starts:
        if (
            started.starts.new_container
            and facts.container_parameter in started.exchange.path_params
            and not is_used_elsewhere(facts, started.exchange)
        ):
            yield started


@indexed
def _starts_by_container(facts: Facts) -> dict[str, list[Started]]:
    return grouped(facts.starts, lambda started: started.container)
