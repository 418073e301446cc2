"""What may have canceled a render: a cancel of its job, an archive of its project."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Container, Facts, Seen, indexed


def may_be_canceled(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a cancel or an archive that reaches *container* was sent before *seen* was known."""
    if not facts.expect.alone or container.unsure < seen.received:
        return True
    if _first_archives(facts).get((container.project, False), inf) < seen.received:
        return True
    render = container.render_of(seen)
    jobs = {render.job} if render else {each.job for each in container.renders}
    return any(facts.jobs[name].first_cancel < seen.received for name in jobs)


def archives(facts: Facts, *, every: bool = False) -> Iterator[Exchange]:
    """This run's calls that archived a project, or tried to where *every* one counts."""
    render = facts.contract.render
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for exchange in facts.answers[name]:
            if exchange.credential == "own" and (every or exchange.succeeded):
                yield exchange


def may_be_archived(facts: Facts, project: Any, exchange: Exchange) -> bool:
    """Whether a project, any where it is not known, may have been archived by then."""
    if not facts.expect.alone:
        return True
    known = isinstance(project, str) and project
    first = _first_archives(facts).get((project.lower() if known else None, True), inf)
    return first < exchange.received_at


@indexed
def _first_archives(facts: Facts) -> dict[tuple[str | None, bool], float]:
    """When each project was first asked to be archived, refused calls counted or not.

    None is any project.
    """
    render, first = facts.contract.render, dict[tuple[str | None, bool], float]()
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for each in facts.answers[name]:
            place = each.path_params.get(facts.project_parameter, "").lower()
            for counted in (True,) if each.refused else (True, False):
                for one in (place, None):
                    first[one, counted] = min(first.get((one, counted), inf), each.sent)
    return first
