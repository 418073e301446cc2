"""Who may see what."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from layers_contract.document import pointer
from layers_contract.facts import Facts, Started
from layers_contract.history import Exchange
from layers_contract.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.invariants._keys import is_used_elsewhere
from layers_contract.invariants._requests import plain, valid

UNAUTHENTICATED, NOT_FOUND, CONFLICT = 401, 404, 409
UNREAD = frozenset({408, 413, 414, 431})
"""Refusals of what was not read to its end."""
WITHOUT = {
    "none": "no key",
    "empty": "an empty key",
    "invalid": "a wrong key",
    "swapped": "the key in other letters",
    "longer": "the key and one character more",
    "shorter": "the key without its last character",
}
"""The credentials that are none."""


@invariant("auth.required", needs="a request without a valid key")
def required(facts: Facts) -> Iterator[Occasion]:
    """A request with no key, or a wrong one, is answered 401, whatever else it carries."""
    for credential, how in WITHOUT.items():
        for exchange in facts.index(_by_credential)[credential]:
            if exchange.inconclusive or exchange.status in UNREAD or not plain(exchange):
                continue
            if exchange.status == UNAUTHENTICATED:
                yield HELD
            else:
                message = f"{exchange.operation} with {how} was answered {exchange.status}"
                ordinary = valid(facts, exchange)
                yield broken(message, exchange, source=None if ordinary else "derived")


@invariant("auth.tenancy", needs="other_api_key, and something that this run made")
def tenancy(facts: Facts) -> Iterator[Occasion]:
    """What this run made does not exist for another organization."""
    known = _known_keys(facts)
    for exchange in crossing(facts):
        if not valid(facts, exchange):
            continue
        if exchange.status == UNAUTHENTICATED and exchange.credential not in known:
            continue
        if exchange.status == CONFLICT and is_used_elsewhere(facts, exchange):
            continue
        if exchange.status == NOT_FOUND:
            yield HELD
        else:
            what = f"{exchange.operation} on what belongs to another organization"
            yield broken(f"{what}: {exchange.status}", exchange)


@invariant("auth.list", needs="a list that holds something")
def listed(facts: Facts) -> Iterator[Occasion]:
    """A list holds the containers of its own project alone."""
    for name in facts.contract.lists:
        spec = facts.contract.document.schema(facts.contract.render.schema)["x-resource"]
        for exchange in facts.answers[name]:
            project = exchange.path_params.get(facts.project_parameter, "")
            for item in items(facts, exchange):
                said = pointer(item, spec["project"])
                if not isinstance(said, str) or said.lower() == project.lower():
                    yield HELD
                else:
                    message = f"the list of project {project} holds a container of {said}"
                    yield broken(message, exchange)


def items(facts: Facts, exchange: Exchange) -> list[dict[str, object]]:
    """The objects on a list's page."""
    pagination = facts.contract.lists.get(exchange.operation or "")
    found = pointer(exchange.json, pagination.items) if pagination and exchange.succeeded else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _by_credential(facts: Facts) -> dict[str, list[Exchange]]:
    """The calls of documented operations, by what they were sent with."""
    calls = (each for answers in facts.answers.values() for each in answers)
    return grouped(calls, attrgetter("credential"))


def _known_keys(facts: Facts) -> set[str]:
    """The credentials that the server accepted at least once."""
    sent = facts.index(_by_credential)
    return {
        credential for credential, calls in sent.items() if any(call.succeeded for call in calls)
    }


def crossing(facts: Facts) -> Iterator[Exchange]:
    """The requests for something that certainly belongs to another organization."""
    calls, foreign = facts.index(_by_credential), facts.expect.foreign
    for exchange in calls["own"] if foreign else ():
        if exchange.path_params.get(facts.project_parameter, "") in foreign:
            yield exchange
    yield from (each for each in calls["other"] if _names_own(facts, each))


def _names_own(facts: Facts, exchange: Exchange) -> bool:
    container = facts.container_of(exchange)
    job = facts.job_of(exchange)
    project = exchange.path_params.get(facts.project_parameter)
    return bool(
        (container and _made_by_own(container.created))
        or (job and job.render and _made_by_own(job.render.first))
        or (project and project in facts.index(_own_projects))
    )


def _own_projects(facts: Facts) -> set[str | None]:
    """The projects in which this run has started something."""
    return {
        s.exchange.path_params.get(facts.project_parameter) for s in facts.starts if _made_by_own(s)
    }


def _made_by_own(started: Started | None) -> bool:
    return started is not None and started.exchange.credential == "own"
