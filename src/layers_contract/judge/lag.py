"""Reads that may show the past: a history as it is to be judged where reads and lists lag.

A check takes what a read shows for true at some moment between its request and its response. A
read that lags shows some moment up to so much earlier: so it is judged as if it had been sent
that much earlier. That goes for whatever a check compares it with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Final

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Expectations, Facts
from layers_contract.judge.invariants import births
from layers_contract.spec.contract import Contract

__all__ = ["lags", "with_lag"]

NOT_FOUND: Final = 404


def lags(expect: Expectations) -> bool:
    """Whether anything that is read may show the past."""
    return expect.read_lag > 0 or expect.list_lag > 0


def with_lag(contract: Contract, history: History, expect: Expectations) -> History:
    """*history* with each read as if sent earlier by its lag; numbers stay as they are.

    A 404 on something that was made less than the lag before is no answer.
    """
    return History(_lagging(contract, history, expect))


def _lagging(contract: Contract, history: History, expect: Expectations) -> Iterator[Exchange]:
    born = _births(contract, history)
    for exchange in history:
        if exchange.status == NOT_FOUND and _is_young(exchange, born, expect.read_lag):
            yield replace(
                exchange, status=None, received=None, failure="404 within [expect] read_lag_seconds"
            )
        elif exchange.method == "GET":
            lists = exchange.operation in contract.lists
            lag = expect.list_lag if lists else expect.read_lag
            yield replace(exchange, sent=exchange.sent - lag)
        else:
            yield exchange


def _births(contract: Contract, history: History) -> Mapping[str, float]:
    """When each resource was named by the response that made it."""
    facts = Facts(contract, history)
    born: dict[str, float] = {}
    for started in facts.starts:
        for name in (started.job, started.container):
            born.setdefault(name, started.exchange.received_at)
    return {**births(facts), **born}


def _is_young(exchange: Exchange, born: Mapping[str, float], lag: float) -> bool:
    names = exchange.path_params.values()
    return any(exchange.sent - born.get(name, -inf) < lag for name in names)
