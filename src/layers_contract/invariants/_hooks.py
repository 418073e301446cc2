"""Containers by the hook that they show, and the calls that asked for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from layers_contract.document import pointer
from layers_contract.facts import Facts, Seen, Started
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped

BRIEFS = ("brief", "patch", "overrides")
"""The members of requests that hold a brief, or a part of one."""


def hook_of(exchange: Exchange) -> str | None:
    """The hook that a request asks for."""
    asked = exchange.request_json
    for part in BRIEFS if isinstance(asked, dict) else ():
        hook = pointer(asked[part], "/hook") if part in asked else None
        if isinstance(hook, str):
            return hook
    return None


def nothing_new(facts: Facts, exchange: Exchange, known: list[Started]) -> Iterator[Occasion]:
    """No container carries this request's hook but those whose 202s were seen.

    Judged only where the hook carries the run's marker: other people write hooks too.
    """
    hook, marker = hook_of(exchange), facts.expect.marker
    if hook is None or marker is None or marker not in hook:
        return
    if hook in facts.index(_lost_hooks):
        return
    made, answered = {started.container for started in known}, exchange.received_at
    for seen in facts.index(views_by_hook)[hook]:
        if seen.sent < answered:
            continue
        if seen.id in made or may_be_clone(facts, seen):
            yield HELD
        else:
            message = f"container {seen.id} has appeared, and no 202 named it"
            yield broken(message, exchange, seen)


def _lost_hooks(facts: Facts) -> set[str | None]:
    """The hooks of requests of which nobody can say what they did."""
    return {
        hook_of(each)
        for each in facts.history
        if each.inconclusive or facts.operation(each) is None
    }


def views_by_hook(facts: Facts) -> dict[str, list[Seen]]:
    """The views of containers, by the hook that they show."""
    found = defaultdict(list)
    for container in facts.containers.values():
        for seen in (*container.reads, *container.listed):
            brief = seen.data.get("brief")
            hook = brief.get("hook") if isinstance(brief, dict) else None
            if isinstance(hook, str):
                found[hook].append(seen)
    return found


def may_be_clone(facts: Facts, seen: Seen) -> bool:
    """Whether a call may have made it that takes its brief from elsewhere."""
    made = facts.containers[seen.id].created
    if made is not None:
        return facts.container_parameter in made.exchange.path_params
    return any(each.sent < seen.received for each in facts.index(_unheard_clones))


def _unheard_clones(facts: Facts) -> list[Exchange]:
    """The calls for another container of which nobody knows what became."""
    clones = (n for n, s in facts.contract.starts.items() if s.new_container)
    return [
        each
        for name in clones
        for each in facts.answers[name]
        if facts.container_parameter in each.path_params and not (each.succeeded or each.refused)
    ]


def same_body_starts(facts: Facts, exchange: Exchange) -> list[Started]:
    """What calls with the hook of *exchange* have started."""
    return facts.index(_starts_by_hook)[hook_of(exchange)]


def _starts_by_hook(facts: Facts) -> dict[str | None, list[Started]]:
    return grouped(facts.starts, lambda started: hook_of(started.exchange))
