"""The review policies of projects: how they were read, and who may have changed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, by_received_at, indexed
from layers_contract.judge.timeline import Timeline, Work
from layers_contract.spec.document import pointer

SUCCESS = 200


def policy_changes(facts: Facts) -> Iterator[Exchange]:
    """The calls that may change a policy."""
    gate, known = facts.contract.review.gate, facts.contract.operations
    setting = known.get(gate.operation) if gate else None
    for operation in known.values() if setting else ():
        if setting and operation.path == setting.path:
            yield from facts.answers[operation.id] if operation.method != "GET" else ()


def settings_before(facts: Facts, change: Exchange) -> dict[str, object]:
    """The policy as it was read last before *change*, where nobody changed it in between."""
    reads = policies(facts).get(change.path)
    last = reads.before(change.sent) if reads else None
    if last is None or not isinstance(last.json, dict) or not facts.expect.alone:
        return {}
    if _known_writes(facts)[change.path].at(last.sent, change.received_at, but=change):
        return {}
    operation = facts.operation(change)
    settings = facts.contract.document.resolve(operation.body if operation else {})["properties"]
    return {n: v for n, v in last.json.items() if n in settings}


def lost_setting(name: str, value: object, seen: Exchange) -> bool:
    """Whether a policy shows another value than *value*."""
    known = isinstance(seen.json, dict) and name in seen.json
    return known and seen.json[name] != value


def policy_reads_after(facts: Facts, change: Exchange) -> list[Exchange]:
    """Reads of the policy after *change* and before anybody could change it again."""
    reads = policies(facts).get(change.path)
    other = _known_writes(facts)[change.path].first(change.sent, but=change)
    until = -inf if not facts.expect.alone else other.sent if other else inf
    since = reads.since(change.received_at) if reads else ()
    asked = takewhile(lambda each: each.sent <= until, since)
    return [each for each in asked if each.received_at <= until]


@indexed
def policies(facts: Facts) -> dict[str, Timeline[Exchange]]:
    """The reads of each policy, by its path."""
    gate = facts.contract.review.gate
    reads = [e for e in facts.answers[gate.operation] if e.status == SUCCESS] if gate else []
    return {path: Timeline(each, by_received_at) for path, each in _by_path(reads).items()}


@indexed
def _known_writes(facts: Facts) -> dict[str, Work[Exchange]]:
    """The writes to each policy, of documented operations alone."""
    return _works(policy_changes(facts))


@indexed
def policy_writes(facts: Facts) -> dict[str, Work[Exchange]]:
    """All writes to each policy that was read."""
    read = policies(facts)
    return _works(each for each in facts.history if each.path in read and each.method != "GET")


def _works(writes: Iterable[Exchange]) -> dict[str, Work[Exchange]]:
    return {path: Work(each, by_received_at) for path, each in _by_path(writes).items()}


def _by_path(exchanges: Iterable[Exchange]) -> dict[str, list[Exchange]]:
    found = defaultdict(list)
    for exchange in exchanges:
        found[exchange.path].append(exchange)
    return found


def soft_policy(facts: Facts, container: Container) -> bool:
    """Whether the container's project may have settings that decide by themselves."""
    return container.project not in _hard_projects(facts)


@indexed
def _hard_projects(facts: Facts) -> set[str | None]:
    """The projects whose policy was read, and never had such settings."""
    gate = facts.contract.review.gate
    reads = [e for e in facts.answers[gate.operation] if e.status == SUCCESS] if gate else []
    soft = {project_of(facts, each) for each in reads if is_soft(each)}
    return {project_of(facts, each) for each in reads if project_of(facts, each) not in soft}


def project_of(facts: Facts, exchange: Exchange) -> str:
    return exchange.path_params.get(facts.project_parameter, "").lower()


def is_soft(policy: Exchange) -> bool:
    """Whether a policy has settings whose effect is not promised."""
    after, first = (pointer(policy.json, at) for at in ("/autoApproveAfter", "/firstNPostsBlocked"))
    return after is not None or first not in (None, 0)
