"""What one call does must not touch anything else: other fields, other containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, busy, received, succeeded
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants.lifecycle import asset_urls

KEPT = ("assets", "captions", "brief", "format", "createdAt")
NOT_FOUND = frozenset({404, 422})


@invariant("approval.keeps-rest", needs="a container read before and after a decision")
def keeps_rest(facts: Facts) -> Iterator[Occasion]:
    """A decision without a new render leaves all but the review as it was."""
    deciders = {name for step in facts.contract.review.transitions for name in step.by}
    success = facts.contract.render.ending("success")
    for container in facts.own:
        for exchange in container.writes:
            if exchange.operation not in deciders or _starts(facts, exchange):
                continue
            around = container.around(exchange) if succeeded(exchange) else None
            if around is None or any(seen.state != success for seen in around):
                continue
            changed = [n for n in KEPT if _differ(around[0].data, around[1].data, n)]
            message = f"a decision on container {container.id} changed {', '.join(changed)}"
            yield broken(message, around[0], exchange, around[1]) if changed else HELD


def _starts(facts: Facts, exchange: Exchange) -> bool:
    """Whether a call may have started a render."""
    starts = facts.contract.starts.get(exchange.operation or "")
    if starts is None:
        return False
    return starts.when is None or pointer(exchange.request_json, starts.when) is True


def _differ(before: Any, after: Any, name: str) -> bool:
    """Whether a field that both show differs."""
    return name in before and name in after and before[name] != after[name]


@invariant("asset.own", needs="an asset asked for under another container than its own")
def own(facts: Facts) -> Iterator[Occasion]:
    """The id of another container's asset is not found."""
    reader = facts.contract.reader("container", "asset")
    names = [p.name for p in reader.path_parameters if p.resource == "asset"]
    for exchange in facts.answers[reader.id]:
        container = facts.container_of(exchange)
        asked = exchange.path_params.get(names[0], "")
        if container is None or busy(exchange) or not _is_elsewhere(facts, container, asked):
            continue
        message = f"asset {asked} of another container was found under {container.id}"
        if succeeded(exchange):
            yield broken(message, exchange)
        elif exchange.status in NOT_FOUND:
            yield HELD


def _is_elsewhere(facts: Facts, container: Container, asset: str) -> bool:
    """Whether *asset* was seen on other containers, and never on one that was read itself."""
    homes = facts.index(_homes).get(asset, set())
    return bool(homes) and container.id not in homes and bool(container.reads)


def _homes(facts: Facts) -> dict[str, set[str]]:
    """The containers that each asset was seen on."""
    homes: dict[str, set[str]] = {}
    for container in facts.containers.values():
        for seen in (*container.reads, *container.listed):
            for asset in asset_urls(seen):
                homes.setdefault(asset, set()).add(container.id)
    return homes


@invariant("reject.reason", needs="a rejection that was taken")
def reason(facts: Facts) -> Iterator[Occasion]:
    """The reason in the answer is the one that was given."""
    for name, starts in facts.contract.starts.items():
        for exchange in facts.answers[name] if starts.when else ():
            given = pointer(exchange.request_json, "/reason")
            shown = pointer(exchange.json, "/reason") if succeeded(exchange) else None
            if isinstance(given, str) and isinstance(shown, str):
                message = f"{name} was given a reason of {len(given)} characters, shows another"
                same = given.split() == shown.split()
                yield HELD if same else broken(message, exchange)


def quiet_around(facts: Facts, container: Container, exchange: Exchange) -> list[str] | None:
    """What a call that does nothing has changed on *container*, or None where nobody knows."""
    last = container.last_read_before(exchange)
    following = next((s for s in container.reads if s.sent >= received(exchange)), None)
    if last is None or following is None or last.state not in facts.contract.render.endings:
        return None
    if not container.untouched(last.sent, following.received, but=exchange):
        return None
    review = facts.contract.review.field[1:]
    gate = facts.contract.review.gate
    undecided = {gate.open, gate.closed} if gate else set()
    fields = KEPT if last.data.get(review) in undecided else (*KEPT, review)
    return [name for name in fields if _differ(last.data, following.data, name)]
