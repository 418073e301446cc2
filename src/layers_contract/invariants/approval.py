"""The review of a container, and the policy that asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from math import inf

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, Render, Seen, by_received_at
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._requests import error_code_of, valid
from layers_contract.timeline import Timeline, Work

SUCCESS = 200
PERSON = 30.0
"""Seconds in which a person may look at a container and decide."""


@invariant(
    "approval.gate",
    needs="a completed container of a project whose policy was read, and holds nothing back",
)
def gate(facts: Facts) -> Iterator[Occasion]:
    """An undecided, completed container waits for a review exactly where the policy asks for it."""
    success, review = facts.contract.render.ending("success"), facts.contract.review
    for container in facts.own:
        policy, deciding = _policy(facts, container), _deciding(facts, container)
        if policy is None or policy.soft:
            continue
        for render in container.renders:
            for seen in container.reads_of(render):
                if seen.state != success or deciding.at(render.latest, seen.received):
                    continue
                wanted = _wanted(facts, policy, render, seen)
                if wanted is None or _by_somebody_else(facts, container, seen):
                    continue
                state = pointer(seen.data, review.field)
                message = f"container {container.id} is {state}, its project's policy says {wanted}"
                yield HELD if state == wanted else broken(message, seen)


def _by_somebody_else(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a decision that *seen* shows may be a person's, who had the time to take it."""
    gate, field = facts.contract.review.gate, facts.contract.review.field
    if gate is None or pointer(seen.data, field) in (gate.open, gate.closed):
        return False
    before = container.line.newest(seen.exchange.sent)
    rendering = before is not None and before.state not in facts.contract.render.endings
    return not rendering or (before is not None and seen.received - before.sent > PERSON)


@invariant("approval.visible", needs="a container read after a decision")
def visible(facts: Facts) -> Iterator[Occasion]:
    """After a decision every read shows it, until a new render begins."""
    review = facts.contract.review
    for container, exchange, decided in _decisions(facts):
        if facts.starts_render(exchange):
            continue
        until = container.next_write(exchange)
        for seen in container.line.since(exchange.received_at):
            if seen.sent >= until:
                break
            if seen.received <= until:
                state = pointer(seen.data, review.field)
                message = f"container {container.id} was {decided} and shows {state}"
                yield HELD if state == decided else broken(message, exchange, seen)


@invariant("approval.once", needs="a decision on what is decided, or needs none")
def once(facts: Facts) -> Iterator[Occasion]:
    """A decision is refused where the review is not pending."""
    for refusal in facts.contract.review.refusals:
        for exchange in facts.answers[refusal.operation]:
            container = facts.container_of(exchange)
            mine = container is not None and container.created and exchange.credential == "own"
            if container is None or not mine or not valid(facts, exchange):
                continue
            if review_around(facts, container, exchange) not in refusal.states:
                continue
            if exchange.status == refusal.status and error_code_of(exchange) == refusal.code:
                yield HELD
            else:
                message = (
                    f"{refusal.operation} of a container whose review is not pending answered "
                    f"{exchange.status} {error_code_of(exchange) or ''}".rstrip()
                )
                yield broken(message, exchange, source=refusal.source)


@invariant("approval.keeps-status", needs="a container read before and after a decision")
def keeps_status(facts: Facts) -> Iterator[Occasion]:
    """A decision without a new render leaves the status as it was."""
    for container, exchange, _ in _decisions(facts):
        around = container.around(exchange)
        if around is None or facts.starts_render(exchange):
            continue
        last, following = around
        if last.state not in facts.contract.render.endings:
            continue
        message = f"a decision took container {last.id} from {last.state} to {following.state}"
        same = last.state == following.state
        yield HELD if same else broken(message, last, exchange, following)


@invariant("policy.stored", needs="[allow] policy, and a project whose policy may change")
def stored(facts: Facts) -> Iterator[Occasion]:
    """A change is in its answer and in the next read, and changes nothing else."""
    for change in policy_changes(facts):
        if change.status != SUCCESS or not isinstance(change.request_json, dict):
            continue
        wanted = {**settings_before(facts, change), **change.request_json}
        for seen in (change, *policy_reads_after(facts, change)):
            wrong = [n for n, v in wanted.items() if lost_setting(n, v, seen)]
            message = f"{change.operation}: {', '.join(wrong)} is not as it was set"
            yield broken(message, change, seen) if wrong else HELD


def policy_changes(facts: Facts) -> Iterator[Exchange]:
    """The calls that may change a policy."""
    gate = facts.contract.review.gate
    for operation in facts.contract.operations.values() if gate else ():
        if gate and operation.path == facts.contract.operations[gate.operation].path:
            yield from facts.answers[operation.id] if operation.method != "GET" else ()


def settings_before(facts: Facts, change: Exchange) -> dict[str, object]:
    """The policy as it was read last before *change*, where nobody changed it in between."""
    reads = facts.index(_policies).get(change.path)
    last = reads.before(change.sent) if reads else None
    if last is None or not isinstance(last.json, dict):
        return {}
    if facts.index(_known_writes)[change.path].at(last.sent, change.received_at, but=change):
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
    reads = facts.index(_policies).get(change.path)
    other = facts.index(_known_writes)[change.path].first(change.sent, but=change)
    until = other.sent if other else inf
    since = reads.since(change.received_at) if reads else ()
    asked = takewhile(lambda each: each.sent <= until, since)
    return [each for each in asked if each.received_at <= until]


def _policies(facts: Facts) -> dict[str, Timeline[Exchange]]:
    """The reads of each policy, by its path."""
    gate = facts.contract.review.gate
    reads = [e for e in facts.answers[gate.operation] if e.status == SUCCESS] if gate else []
    return {path: Timeline(each, by_received_at) for path, each in _by_path(reads).items()}


def _known_writes(facts: Facts) -> dict[str, Work[Exchange]]:
    """The writes to each policy, of documented operations alone."""
    return _works(policy_changes(facts))


def _writes(facts: Facts) -> dict[str, Work[Exchange]]:
    """All writes to each policy that was read."""
    read = facts.index(_policies)
    return _works(each for each in facts.history if each.path in read and each.method != "GET")


def _works(writes: Iterable[Exchange]) -> dict[str, Work[Exchange]]:
    return {path: Work(each, by_received_at) for path, each in _by_path(writes).items()}


def _by_path(exchanges: Iterable[Exchange]) -> dict[str, list[Exchange]]:
    found = defaultdict(list)
    for exchange in exchanges:
        found[exchange.path].append(exchange)
    return found


@dataclass(frozen=True, slots=True)
class Policy:
    """How a project's policy was read; `soft` where some setting's effect is not promised."""

    reads: Timeline[Exchange]
    path: str
    soft: bool


def _wanted(facts: Facts, policy: Policy, render: Render, seen: Seen) -> str | None:
    """What the policy asks for, where the same policy was read before the render and after."""
    gate = facts.contract.review.gate
    before, after = policy.reads.before(render.earliest), policy.reads.after(seen.received)
    if gate is None or before is None or _changed(facts, policy, before.sent, seen.received):
        return None
    around = [pointer(e.json, gate.field) for e in (before, after) if e is not None]
    if len(set(around)) != 1:
        return None
    return gate.closed if around[0] is True else gate.open if around[0] is False else None


def _changed(facts: Facts, policy: Policy, start: float, end: float) -> bool:
    """Whether anything may have been written to a policy in that time."""
    writes = facts.index(_writes).get(policy.path)
    return writes is not None and writes.at(start, end)


def _policy(facts: Facts, container: Container) -> Policy | None:
    """The policy of a container's project, if it was read."""
    project, known = _project(container), facts.index(_policies_known)
    if project is not None and project not in known:
        known[project] = _find_policy(facts, project)
    return known.get(project)


def _policies_known(_: Facts) -> dict[str | None, Policy | None]:
    return {}


def _find_policy(facts: Facts, project: str) -> Policy | None:
    lines, paths = facts.index(_policies), facts.index(_policy_paths).get(project, set())
    reads = sorted((e for path in paths for e in lines[path].since(-inf)), key=lambda e: e.sent)
    if not reads:
        return None
    return Policy(
        Timeline(reads, by_received_at), reads[0].path, any(_soft(each) for each in reads)
    )


def _policy_paths(facts: Facts) -> dict[str, set[str]]:
    """The paths of the policy of each project, as it was asked for in different letters."""
    found = defaultdict(set)
    for path, line in facts.index(_policies).items():
        for each in line.since(-inf):
            found[_place(facts, each)].add(path)
    return found


def _project(container: Container) -> str | None:
    found = pointer(container.created.envelope, "/projectId") if container.created else None
    return found.lower() if isinstance(found, str) else None


def soft_policy(facts: Facts, container: Container) -> bool:
    """Whether the container's project may have settings that decide by themselves."""
    return _project(container) not in facts.index(_hard_projects)


def _hard_projects(facts: Facts) -> set[str | None]:
    """The projects whose policy was read, and never had such settings."""
    gate = facts.contract.review.gate
    reads = [e for e in facts.answers[gate.operation] if e.status == SUCCESS] if gate else []
    soft = {_place(facts, each) for each in reads if _soft(each)}
    return {_place(facts, each) for each in reads if _place(facts, each) not in soft}


def _place(facts: Facts, exchange: Exchange) -> str:
    return exchange.path_params.get(facts.project_parameter, "").lower()


def _soft(policy: Exchange) -> bool:
    """Whether a policy has settings whose effect is not promised."""
    after, first = (pointer(policy.json, at) for at in ("/autoApproveAfter", "/firstNPostsBlocked"))
    return after is not None or first not in (None, 0)


def _deciding(facts: Facts, container: Container) -> Work[Exchange]:
    """The writes on a container that may have decided its review."""
    deciders = facts.index(_deciders)
    return Work((w for w in container.writes if w.operation in deciders), by_received_at)


def _deciders(facts: Facts) -> set[str]:
    review, starts = facts.contract.review, facts.contract.starts
    deciders = {operation for state in review.states for operation in review.causes(state)}
    return deciders - {name for name, each in starts.items() if each.when is None}


def _decisions(facts: Facts) -> Iterator[tuple[Container, Exchange, str]]:
    """Each decision that was taken: its container, its answer, the state that it leads to."""
    review = facts.contract.review
    for step in review.transitions:
        for name in step.by if len(step.targets) == 1 and len(step.origins) == 1 else ():
            for exchange in facts.answers[name]:
                container = facts.container_of(exchange)
                mine = container and container.created and exchange.credential == "own"
                if container is not None and mine and exchange.status == SUCCESS:
                    yield container, exchange, step.targets[0]


def _policy_changed(facts: Facts, start: float, end: float) -> bool:
    """Whether a policy may have been changed in that time."""
    return facts.index(_policy_changes).at(start, end)


def _policy_changes(facts: Facts) -> Work[Exchange]:
    return Work((each for each in policy_changes(facts) if not each.refused), by_received_at)


def review_around(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The review state of a completed container that held while *exchange* was carried out."""
    success = facts.contract.render.ending("success")
    last = container.last_read_before(exchange)
    if last is None:
        return None
    quiet = container.untouched(last.sent, exchange.received_at, but=exchange)
    quiet = quiet and not _policy_changed(facts, last.sent, exchange.received_at)
    state = pointer(last.data, facts.contract.review.field)
    return state if quiet and last.state == success and isinstance(state, str) else None
