"""Archiving a project."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, by_project, invariant
from layers_contract.judge.invariants._cancels import archives
from layers_contract.judge.invariants._stopped import Case, case_of, never_canceled, ran_on
from layers_contract.judge.timeline import Spans
from layers_contract.spec.document import pointer


@invariant(
    "archive.cancels",
    needs="a disposable project, archived while something renders",
    reads=("project", "job/projectId"),
)
def archive_cancels(facts: Facts) -> Iterator[Occasion]:
    """What was unfinished when its project was archived ends as canceled, or won the race.

    One that went on for long may have won by luck; that none was canceled is no luck.
    """
    canceled, endings = facts.contract.render.ending("cancel"), facts.contract.render.endings
    longest = facts.expect.render or inf
    yield from never_canceled(_early_archives(facts), "archive of its project")
    for exchange in archives(facts):
        unfinished = list(_unfinished(facts, exchange))
        lasts = [container.reads[-1] for container in unfinished]
        none_canceled = len(lasts) > 1 and not any(last.state == canceled for last in lasts)
        for container, last in zip(unfinished, lasts, strict=True):
            ran = ran_on(facts, facts.jobs[container.renders[0].job], exchange)
            message = f"container {container.id} is {last.state} although its project was archived"
            if ran:
                source = None if none_canceled else "assumed"
                yield broken(message, exchange, *ran, last, source=source)
            elif last.state == canceled:
                yield HELD
            elif container.shared or last.state in endings:
                continue
            elif last.sent - exchange.received_at > longest:
                yield broken(message, exchange, last)


@invariant("archive.again", needs="a disposable project, archived twice")
def archive_again(facts: Facts) -> Iterator[Occasion]:
    """The second archive is answered like the first."""
    done: dict[str, Exchange] = {}
    for exchange in archives(facts, every=True):
        if exchange.inconclusive:
            continue
        first = done.get(exchange.path)
        if first is not None and first.received_at <= exchange.sent:
            was, now = (f"{each.status} {_shown(each)}".strip() for each in (first, exchange))
            message = f"archiving was answered {was}, and again {now}"
            yield HELD if was == now else broken(message, first, exchange)
        elif exchange.succeeded:
            done[exchange.path] = exchange


def _shown(exchange: Exchange) -> str:
    """The state that an answer shows, as far as it shows one."""
    return str(pointer(exchange.json, "/status") or "")


def _early_archives(facts: Facts) -> Iterator[Case]:
    """The renders that were young when their project was archived, and that nobody canceled."""
    for exchange in archives(facts):
        for container in _unfinished(facts, exchange):
            job = facts.jobs[container.renders[-1].job]
            if job.first_cancel == inf:
                yield from case_of(facts, job, exchange)


def _unfinished(facts: Facts, archive: Exchange) -> Iterator[Container]:
    """The containers of this run that were unfinished when their project was archived."""
    project = archive.path_params.get(facts.project_parameter, "").lower()
    spans = _running_spans(facts).get(project)
    for container in spans.around(archive.sent, archive.sent) if spans else ():
        before = container.line.before(archive.sent)
        after = container.line.after(archive.received_at)
        made = container.created
        if made is None or before is None or after is None:
            continue
        running = before.state not in facts.contract.render.endings
        if running and made.exchange.received_at <= archive.sent:
            yield container


@indexed
def _running_spans(facts: Facts) -> dict[str, Spans[Container]]:
    """The containers of each project, from the first read that shows them unfinished to the last.

    The last of those answers is the newest one until another read was answered.
    """
    endings = facts.contract.render.endings
    found = {}
    for project, containers in by_project(facts).items():
        spans = []
        for container in containers:
            running = [seen for seen in container.reads if seen.state not in endings]
            if running:
                after = container.line.after(running[-1].received)
                end = after.received if after else container.reads[-1].sent
                spans.append((container, min(seen.received for seen in running), end))
        found[project] = Spans(spans)
    return found
