"""What a run has made of any resource, read from its history: to be looked at again, and ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers_contract.history.exchanges import Exchange, History
from layers_contract.run.driver import NO_BODY
from layers_contract.run.workload import Roles, Thing, made_by
from layers_contract.spec.contract import Contract

__all__ = ["cancels", "made"]


def made(contract: Contract, roles: Roles, history: History) -> list[Thing]:
    """Each thing that the run's own key has made, as it was seen last.

    Jobs and containers are left out where `facts` follow them.
    """
    found: dict[tuple[str, ...], Thing] = {}
    known: dict[str, list[Thing]] = {}
    creators = {name for each in contract.resources.values() for name in each.creators}
    for exchange in sorted(history, key=lambda each: each.received_at):
        if not exchange.succeeded:
            _learn_from_refusal(contract, known, exchange)
            continue
        if exchange.operation in creators and exchange.credential == "own":
            thing = made_by(
                contract, exchange, _ids(contract, exchange), *_sent(contract, exchange)
            )
            if thing and not (roles.renders and "job" in thing.made):
                names = tuple(f"{name} {thing.ids[name]}" for name in thing.made)
                thing = found.setdefault(names, thing)
                for name in thing.made:
                    known.setdefault(thing.ids[name], []).append(thing)
        for thing in _named(known, exchange):
            thing.learn(contract, exchange)
    return list(found.values())


def _learn_from_refusal(
    contract: Contract, known: Mapping[str, list[Thing]], exchange: Exchange
) -> None:
    """A call that is refused as only what has ended refuses it shows an end."""
    for thing in _named(known, exchange) if exchange.refused else ():
        for name in thing.made:
            for cycle in contract.resources[name].lifecycles:
                for each in cycle.refusals:
                    fits = each.operation == exchange.operation and each.status == exchange.status
                    if fits and each.states <= set(cycle.endings):
                        thing.states[cycle.name] = min(each.states)


def _named(known: Mapping[str, list[Thing]], exchange: Exchange) -> Iterator[Thing]:
    """The things that an exchange's path names."""
    for value in exchange.path_params.values():
        yield from known.get(value, ())


def _ids(contract: Contract, exchange: Exchange) -> dict[str, str]:
    parameters = contract.operations[exchange.operation or ""].path_parameters
    return {p.resource or p.name: exchange.path_params[p.name] for p in parameters}


def _sent(contract: Contract, exchange: Exchange) -> tuple[object, str | None]:
    """The body and the key of a call, to be sent again."""
    body = exchange.request_body or NO_BODY
    return body, exchange.request_headers.get(contract.key_header)


def cancels(contract: Contract, thing: Thing) -> Iterator[str]:
    """The operations that end what still runs of *thing*, as far as it was seen."""
    for name in thing.made:
        for cycle in contract.resources[name].lifecycles:
            state = thing.states.get(cycle.name)
            if state is None or state in cycle.endings:
                continue
            for step in cycle.transitions:
                ends = any(cycle.endings.get(each) == "cancel" for each in step.targets)
                if ends and state in step.origins:
                    yield from sorted(step.by)[:1]
