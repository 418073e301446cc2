"""The review of a container, and the policy that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, Seen, received, refused
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.invariants._requests import error_code_of, valid

SUCCESS = 200


@invariant(
    "approval.gate",
    needs="a completed container of a project whose policy was read, and holds nothing back",
)
def gate(facts: Facts) -> Iterator[Occasion]:
    """An undecided, completed container waits for a review exactly where the policy asks for it."""
    success, review = facts.contract.render.ending("success"), facts.contract.review
    for container in facts.own:
        for seen in container.reads:
            wanted = _wanted(facts, container, seen)
            state = pointer(seen.data, review.field)
            if seen.state != success or wanted is None or _decided(facts, container, seen):
                continue
            message = f"container {container.id} is {state}, its project's policy says {wanted}"
            yield HELD if state == wanted else broken(message, seen)


@invariant("approval.visible", needs="a container read after a decision")
def visible(facts: Facts) -> Iterator[Occasion]:
    """After a decision every read shows it, until a new render begins."""
    review = facts.contract.review
    for container, exchange, decided in _decisions(facts):
        for seen in container.reads:
            if seen.sent < received(exchange):
                continue
            if not container.untouched(exchange.sent, seen.received, but=exchange):
                continue
            state = pointer(seen.data, review.field)
            message = f"container {container.id} was {decided} and shows {state}"
            if not _starts_again(facts, exchange):
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
            if _review_around(facts, container, exchange) not in refusal.states:
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
        if around is None or _starts_again(facts, exchange):
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
    reader = facts.contract.review.gate
    writers = [
        o
        for o in facts.contract.operations.values()
        if reader
        and o.path == facts.contract.operations[reader.operation].path
        and o.method != "GET"
    ]
    for writer in writers:
        for change in facts.answers[writer.id]:
            if change.status != SUCCESS or not isinstance(change.request_json, dict):
                continue
            for seen in (change, *_reads_after(facts, change, reader.operation if reader else "")):
                before = _settings_before(facts, change, reader.operation if reader else "")
                wanted = {**before, **change.request_json}
                wrong = [n for n, v in wanted.items() if _lost(n, v, seen)]
                message = f"{writer.id}: {', '.join(wrong)} is not as it was set"
                yield broken(message, change, seen) if wrong else HELD


def _settings_before(facts: Facts, change: Exchange, reader: str) -> dict[str, object]:
    """The policy as it was read last before *change*, where nobody changed it in between."""
    reads = [
        e
        for e in facts.answers[reader]
        if e.path == change.path and e.status == SUCCESS and received(e) <= change.sent
    ]
    if not reads or not isinstance(reads[-1].json, dict):
        return {}
    others = [
        e
        for answers in facts.answers.values()
        for e in answers
        if e.path == change.path and e.method != "GET" and e is not change
    ]
    if any(e.sent < received(change) and received(e) > reads[-1].sent for e in others):
        return {}
    operation = facts.operation(change)
    settings = facts.contract.document.resolve(operation.body if operation else {})["properties"]
    return {n: v for n, v in reads[-1].json.items() if n in settings}


def _lost(name: str, value: object, seen: Exchange) -> bool:
    known = isinstance(seen.json, dict) and name in seen.json
    return known and seen.json[name] != value


def _reads_after(facts: Facts, change: Exchange, reader: str) -> list[Exchange]:
    """Reads of the policy after *change* and before anybody could change it again."""
    path = change.path
    later = [
        e.sent
        for o in facts.answers.values()
        for e in o
        if e.path == path and e.method != "GET" and e is not change and received(e) > change.sent
    ]
    until = min(later, default=float("inf"))
    return [
        e
        for e in facts.answers[reader]
        if e.path == path
        and e.status == SUCCESS
        and e.sent >= received(change)
        and received(e) <= until
    ]


def _wanted(facts: Facts, container: Container, seen: Seen) -> str | None:
    """What the policy asks for, where the same policy was read before the render and after."""
    gate = facts.contract.review.gate
    render = container.render_of(seen)
    project = _project(container)
    if gate is None or render is None or project is None:
        return None
    reads = [
        e
        for e in facts.answers[gate.operation]
        if e.status == SUCCESS and project in e.path.lower()
    ]
    before = [e for e in reads if received(e) <= render.earliest]
    after = [e for e in reads if e.sent >= seen.received]
    around = [pointer(e.json, gate.field) for e in (*before[-1:], *after[:1])]
    if not before or len(set(around)) != 1 or any(_soft(e) for e in reads):
        return None
    changed = [e for e in facts.history if e.method != "GET" and e.path == reads[0].path]
    if any(received(e) > before[-1].sent and e.sent < seen.received for e in changed):
        return None
    return gate.closed if around[0] is True else gate.open if around[0] is False else None


def _project(container: Container) -> str | None:
    found = pointer(container.created.envelope, "/projectId") if container.created else None
    return found.lower() if isinstance(found, str) else None


def _soft(policy: Exchange) -> bool:
    """Whether a policy has settings whose effect is not promised."""
    after, first = (pointer(policy.json, at) for at in ("/autoApproveAfter", "/firstNPostsBlocked"))
    return after is not None or first not in (None, 0)


def _decided(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a decision may have been taken before *seen* was answered."""
    deciders = {
        o for state in facts.contract.review.states for o in facts.contract.review.causes(state)
    }
    deciders -= {name for name, starts in facts.contract.starts.items() if starts.when is None}
    render = container.render_of(seen)
    return any(
        w.operation in deciders
        and w.sent < seen.received
        and (render is None or received(w) > render.latest)
        for w in container.writes
    )


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


def _starts_again(facts: Facts, exchange: Exchange) -> bool:
    starts = facts.contract.starts.get(exchange.operation or "")
    return bool(starts and starts.when and pointer(exchange.request_json, starts.when) is True)


def _policy_changed(facts: Facts, start: float, end: float) -> bool:
    """Whether a policy may have been changed in that time."""
    gate = facts.contract.review.gate
    path = facts.contract.operations[gate.operation].path if gate else ""
    writes = (
        e
        for o in facts.contract.operations.values()
        if o.path == path and o.method != "GET"
        for e in facts.answers[o.id]
    )
    return any(e.sent < end and received(e) > start and not refused(e) for e in writes)


def _review_around(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The review state of a completed container that held while *exchange* was carried out."""
    success = facts.contract.render.ending("success")
    last = container.last_read_before(exchange)
    if last is None:
        return None
    quiet = container.untouched(last.sent, received(exchange), but=exchange)
    quiet = quiet and not _policy_changed(facts, last.sent, received(exchange))
    state = pointer(last.data, facts.contract.review.field)
    return state if quiet and last.state == success and isinstance(state, str) else None
