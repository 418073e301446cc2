"""Who may see what, and what a refusal tells of what exists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import Facts, Started, indexed, nobodys
from layers_contract.judge.invariants._base import HELD, Occasion, broken, grouped, invariant
from layers_contract.judge.invariants._keys import is_used_elsewhere
from layers_contract.judge.invariants._lists import items
from layers_contract.judge.invariants._requests import error_code_of, plain, valid
from layers_contract.judge.invariants._things import things
from layers_contract.spec.document import pointer

UNAUTHENTICATED = 401
NOT_FOUND = 404
CONFLICT = 409
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
TELLING: Final = frozenset(
    {
        *("allow", "content-location", "content-type", "etag", "last-modified", "link"),
        *("location", "www-authenticate"),
    }
)
"""The headers that can tell something of a resource."""
INVALID: Final = 422
UNSURE: Final = frozenset({408, 413, 414, 429, 431})
"""Refusals that say nothing of a resource."""
Told = Mapping[str, str]
_OF_THE_CONNECTION: Final = frozenset(
    {"content-length", "host", "user-agent", "connection", "accept", "accept-encoding"}
)


@invariant("auth.required", needs="a request without a valid key")
def required(facts: Facts) -> Iterator[Occasion]:
    """A request with no key, or a wrong one, is answered 401, whatever else it carries."""
    for credential, how in WITHOUT.items():
        for exchange in _by_credential(facts)[credential]:
            if exchange.inconclusive or exchange.status in UNREAD or not plain(exchange):
                continue
            operation = facts.operation(exchange)
            if operation and facts.contract.document.is_public(operation):
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


@invariant("auth.list", needs="a list that holds something", reads=("container>project",))
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


@indexed
def _by_credential(facts: Facts) -> dict[str, list[Exchange]]:
    """The calls of documented operations, by what they were sent with."""
    calls = (each for answers in facts.answers.values() for each in answers)
    return grouped(calls, attrgetter("credential"))


def _known_keys(facts: Facts) -> set[str]:
    """The credentials that the server accepted at least once."""
    sent = _by_credential(facts)
    return {
        credential for credential, calls in sent.items() if any(call.succeeded for call in calls)
    }


def crossing(facts: Facts) -> Iterator[Exchange]:
    """The requests for something that certainly belongs to another organization."""
    calls, foreign = _by_credential(facts), facts.expect.foreign
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
        or (project and project in _own_projects(facts))
        or (not facts.contract.renders and things(facts).own_named(exchange))
    )


@indexed
def _own_projects(facts: Facts) -> set[str | None]:
    """The projects in which this run has started something."""
    return {
        s.exchange.path_params.get(facts.project_parameter) for s in facts.starts if _made_by_own(s)
    }


def _made_by_own(started: Started | None) -> bool:
    return started is not None and started.exchange.credential == "own"


@invariant("auth.stranger", needs="one request without a valid key for something and for nothing")
def stranger(facts: Facts) -> Iterator[Occasion]:
    """A request without a valid key is told the same of what exists and of what does not."""
    calls = [e for name in WITHOUT for e in _calls(facts, name)]
    existing = [each for each in calls if not _made_up(facts, each)]
    yield from _compared(facts, existing, calls)


@invariant("auth.not-leaked", needs="other_api_key, and one request for something and for nothing")
def not_leaked(facts: Facts) -> Iterator[Occasion]:
    """What is somebody else's is refused like what does not exist."""
    numbers = {each.number for each in crossing(facts) if not each.succeeded}
    known = sorted(_by_credential(facts).keys() - WITHOUT.keys()) if numbers else ()
    calls = [e for name in known for e in _calls(facts, name)]
    yield from _compared(facts, [e for e in calls if e.number in numbers], calls)


def _compared(
    facts: Facts, existing: Sequence[Exchange], calls: Sequence[Exchange]
) -> Iterator[Occasion]:
    """Each refusal in *existing* beside those of the same request for what does not exist."""
    made_up = grouped((each for each in calls if _made_up(facts, each)), _request)
    for exchange in existing:
        controls = made_up.get(_request(exchange), [])
        # An id that was made up may be malformed in the server's eyes, which is 422 by right.
        controls = [e for e in controls if exchange.status == INVALID or e.status != INVALID]
        if not controls:
            continue
        change = _difference(_told(facts, exchange), [_told(facts, each) for each in controls])
        message = f"{exchange.operation} of what exists differs from one of nothing: {change}"
        yield broken(message, exchange, controls[0]) if change else HELD


def _calls(facts: Facts, credential: str) -> Iterator[Exchange]:
    """The calls with a credential that an ordinary server has judged by itself."""
    for each in _by_credential(facts)[credential]:
        names = each.path_params
        if names and not each.inconclusive and each.status not in UNSURE and plain(each):
            yield each


def _request(exchange: Exchange) -> tuple[Any, ...]:
    """What makes two requests the same but for the ids in their paths."""
    headers = tuple(
        (name, value)
        for name, value in sorted(exchange.request_headers.items())
        if name not in _OF_THE_CONNECTION
    )
    query = tuple(exchange.query)
    return exchange.operation, exchange.credential, exchange.request_body, query, headers


def _made_up(facts: Facts, exchange: Exchange) -> bool:
    """Whether one of the ids in the path was made up by this run."""
    real = _real_ids(facts)
    ids = exchange.path_params.values()
    return any(value not in real and nobodys(value) in real for value in ids if value)


@indexed
def _real_ids(facts: Facts) -> Collection[str]:
    """Ids of real things; what `nobodys` makes of one is made up, and leads back to it."""
    real = {each.id for each in facts.own}
    real |= {job.id for job in facts.jobs.values() if job.render} | facts.expect.foreign
    real |= {each.exchange.path_params.get(facts.project_parameter, "") for each in facts.starts}
    return real


def _told(facts: Facts, exchange: Exchange) -> Told:
    """What a refusal says, place by place; ids of its path and of itself left out."""
    told = {"status": str(exchange.status), "code": error_code_of(exchange, facts.contract) or ""}
    names = [value.lower() for value in exchange.path_params.values() if value]
    its_own = set(exchange.headers.values())
    for place, value in _leaves(exchange.json, ""):
        if value not in its_own:
            told[_without(place, names)] = _without(value, names)
    for name in TELLING & exchange.headers.keys():
        told[f"header {name}"] = _without(exchange.headers[name], names)
    return told


def _without(text: str, names: Sequence[str]) -> str:
    text = text.lower()
    for name in names:
        text = text.replace(name, "{}")
    return text


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{place}/{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{place}/{number}")
    else:
        yield place, str(value)


def _difference(told: Told, controls: Sequence[Told]) -> str:
    """Where *told* differs from all *controls*, leaving out what differs among these."""
    for place in sorted({*told, *controls[0]}):
        others = {each.get(place) for each in controls}
        steady = len(others) == 1 and (len(controls) > 1 or place in ("status", "code"))
        if told.get(place) not in others and (steady or None in (told.get(place), *others)):
            return f"{place} is {told.get(place)!r} and {controls[0].get(place)!r}"
    return ""
