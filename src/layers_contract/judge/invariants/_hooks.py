"""Containers by the hook that they show, and the calls that asked for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from math import inf
from operator import attrgetter
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Seen, by_sent, indexed, remembered
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.timeline import Timeline
from layers_contract.spec.document import pointer

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


MOST: Final = 50
"""At how many of the views that followed a call one looks."""


def nothing_new(facts: Facts, exchange: Exchange) -> Iterator[Occasion]:
    """No container carries this request's hook but those whose 202s were seen.

    Judged only where the hook carries the run's marker: other people write hooks too.
    """
    hook, marker = hook_of(exchange), facts.expect.marker
    if hook is None or marker is None or marker not in hook or not facts.expect.alone:
        return
    if hook in _lost_hooks(facts):
        return
    made = _made_by_hook(facts)[hook]
    for seen in looks_at(facts, hook, exchange.received_at):
        if seen.id in made or may_be_clone(facts, seen):
            yield HELD
        else:
            message = f"container {seen.id} has appeared, and no 202 named it"
            yield broken(message, exchange, seen)


def looks_at(facts: Facts, hook: str, since: float) -> list[Seen]:
    """The first views since then that show *hook*; of what no call with it made, even more so."""
    lines = (_lines(facts, made).get(hook) for made in (False, True))
    return [each for line in lines if line for each in islice(line.since(since), MOST)]


@remembered
def _lines(facts: Facts, made: bool) -> dict[str, Timeline[Seen]]:
    """Views of containers, by the hook that they show, that a call with it *made*, or none did."""
    known = _made_by_hook(facts)
    return {
        hook: Timeline(sorted(mine, key=by_sent), attrgetter("received"))
        for hook, views in views_by_hook(facts).items()
        if (mine := [each for each in views if (each.id in known[hook]) is made])
    }


@indexed
def _made_by_hook(facts: Facts) -> dict[str | None, set[str]]:
    """The containers that calls with each hook have started."""
    found = defaultdict[str | None, set[str]](set)
    for started in facts.starts:
        found[hook_of(started.exchange)].add(started.container)
    return found


@indexed
def _lost_hooks(facts: Facts) -> set[str | None]:
    """The hooks of requests of which nobody can say what they did."""
    return {
        hook_of(each)
        for each in facts.history
        if each.inconclusive or facts.operation(each) is None
    }


@indexed
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
    return _first_unheard_clone(facts) < seen.received


@indexed
def _first_unheard_clone(facts: Facts) -> float:
    """When the first call for another container was sent of which nobody knows what became."""
    clones = (n for n, s in facts.contract.starts.items() if s.new_container)
    calls = (each for name in clones for each in facts.answers[name])
    unheard = (
        each.sent
        for each in calls
        if facts.container_parameter in each.path_params and not (each.succeeded or each.refused)
    )
    return min(unheard, default=inf)
