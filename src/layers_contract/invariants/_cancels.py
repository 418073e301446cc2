"""What may have canceled a render: a cancel of its job, an archive of its project."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from layers_contract.document import pointer
from layers_contract.facts import Container, Facts, Seen
from layers_contract.history import Exchange


def may_be_canceled(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether a cancel or an archive that reaches *container* was sent before *seen* was known."""
    if not facts.expect.alone or container.unsure < seen.received:
        return True
    if _may_be_archived(facts, container, seen):
        return True
    render = container.render_of(seen)
    jobs = {render.job} if render else {each.job for each in container.renders}
    return any(facts.jobs[name].first_cancel < seen.received for name in jobs)


def _may_be_archived(facts: Facts, container: Container, seen: Seen) -> bool:
    """Whether the container's project may have been archived before *seen* was known."""
    home = pointer(container.created.envelope, "/projectId") if container.created else None
    first = facts.index(_archives).get(home.lower() if isinstance(home, str) else None, inf)
    return first < seen.received


def _archives(facts: Facts) -> dict[str | None, float]:
    """When each project may have been archived for the first time; None is any project."""
    render, first = facts.contract.render, dict[str | None, float]()
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for each in facts.answers[name]:
            place = each.path_params.get(facts.project_parameter, "").lower()
            if not each.refused:
                for one in (place, None):
                    first[one] = min(first.get(one, inf), each.sent)
    return first


def archives(facts: Facts, *, every: bool = False) -> Iterator[Exchange]:
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
    first = facts.index(_first_archives).get(project.lower() if known else None, inf)
    return first < exchange.received_at


def _first_archives(facts: Facts) -> dict[str | None, float]:
    """When somebody asked first for each project to be archived; None is any project."""
    render, first = facts.contract.render, dict[str | None, float]()
    for name in render.causes(render.ending("cancel")) - facts.cancelers:
        for each in facts.answers[name]:
            place = each.path_params.get(facts.project_parameter, "").lower()
            for one in (place, None):
                first[one] = min(first.get(one, inf), each.sent)
    return first
