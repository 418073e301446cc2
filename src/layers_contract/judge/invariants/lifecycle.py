"""The states of a container, and the calls that its states allow or refuse."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen, Started
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._cancels import may_be_canceled
from layers_contract.judge.invariants._refusals import refusals
from layers_contract.judge.invariants._renders import ordered_reads
from layers_contract.judge.invariants._requests import REFUSED, asks_soundly
from layers_contract.spec.document import pointer


@invariant("lifecycle.first", needs="a render that was started")
def first(facts: Facts) -> Iterator[Occasion]:
    """The 202 shows the job in its first state."""
    lifecycle = facts.contract.job
    for started in facts.starts:
        state = pointer(started.envelope, lifecycle.field)
        if state in lifecycle.initial:
            yield HELD
        elif _is_first(facts, started):
            message = f"{started.operation} started job {started.job} as {state}"
            yield broken(message, started.exchange)


@invariant("lifecycle.order", needs="a container read twice while it renders")
def order(facts: Facts) -> Iterator[Occasion]:
    """Within a render no read shows an earlier state than a read before it."""
    endings = facts.contract.render.endings
    for before, after in ordered_reads(facts):
        if before.state not in endings:
            yield _step(facts, before, after, "went back")


@invariant("lifecycle.terminal", needs="a container read again after its render ended")
def terminal(facts: Facts) -> Iterator[Occasion]:
    """A container that has ended is read as it ended."""
    endings = facts.contract.render.endings
    for before, after in ordered_reads(facts):
        if before.state in endings:
            yield _step(facts, before, after, "had ended, and went on")


@invariant("lifecycle.canceled", needs="a container that is canceled")
def canceled(facts: Facts) -> Iterator[Occasion]:
    """What is canceled was canceled by a call that can do that."""
    ending = facts.contract.render.ending("cancel")
    for container in facts.own:
        shown = [s for s in (*container.reads, *container.listed) if s.state == ending]
        if shown:
            seen = min(shown, key=lambda each: each.sent)
            message = f"container {container.id} is {ending}, and nobody has canceled it"
            yield HELD if may_be_canceled(facts, container, seen) else broken(message, seen)


@invariant("lifecycle.ends", needs="a render followed for as long as the target allows it")
def ends(facts: Facts) -> Iterator[Occasion]:
    """No job is still running after the time that the target gives a render."""
    endings = facts.contract.job.endings
    for job in facts.jobs.values():
        if not job.views or job.render is None or facts.expect.render is None:
            continue
        last = job.views[-1]
        if last.state in endings:
            yield HELD
        elif last.state not in facts.contract.job.states:
            continue
        elif last.sent - job.render.latest > facts.expect.render:
            waited = last.sent - job.render.latest
            message = f"job {job.id} is still {last.state} after {waited:.1f} s"
            yield broken(message, job.render.first.exchange, last)


@invariant("lifecycle.refused", needs="a new render asked for in a state that does not allow it")
def refused_in_state(facts: Facts) -> Iterator[Occasion]:
    """A new render is refused in a state that does not allow it."""
    for refusal in facts.contract.render.refusals:
        starts = facts.contract.starts.get(refusal.operation)
        if starts and starts.when is None:
            yield from refusals(facts, refusal)


def _is_first(facts: Facts, started: Started) -> bool:
    render = facts.jobs[started.job].render
    return render is not None and render.first is started


def _step(facts: Facts, before: Seen, after: Seen, what: str) -> Occasion:
    if after.state in facts.contract.render.reach[before.state]:
        return HELD
    message = f"container {before.id} {what}: {before.state}, then {after.state}"
    return broken(message, before, after)


@invariant("lifecycle.allowed", needs="a new render asked for once the last one has ended")
def allowed(facts: Facts) -> Iterator[Occasion]:
    """A new render is not refused in a state that allows it."""
    for name, starts in facts.contract.starts.items():
        if starts.new_container or starts.when:
            continue
        for exchange in facts.answers[name]:
            container = facts.container_of(exchange)
            if container is None or not asks_soundly(facts, container, exchange):
                continue
            state = _state_before(facts, container, exchange)
            if state is None or not _may_start(facts, name, state):
                continue
            if exchange.succeeded:
                yield HELD
            elif exchange.status in REFUSED:
                message = f"{name} of a container that is {state}: {exchange.status}"
                yield broken(message, exchange)


def _state_before(facts: Facts, container: Container, exchange: Exchange) -> str | None:
    """The ending that a container was in when *exchange* came, if nothing else was under way."""
    last = container.last_read_before(exchange)
    if last is None or last.state not in facts.contract.render.endings:
        return None
    quiet = container.untouched(last.sent, exchange.received_at, but=exchange)
    return last.state if quiet and container.render_of(last) is not None else None


def _may_start(facts: Facts, operation: str, state: str) -> bool:
    return any(operation in t.by and state in t.origins for t in facts.contract.render.transitions)
