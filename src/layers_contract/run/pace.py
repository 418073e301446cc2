"""What a response asks of the pace of a run: to rest, to start less, to wait for the API."""

from __future__ import annotations

from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.history.infrastructure import is_lost, is_outage
from layers_contract.judge.facts import http_date
from layers_contract.run.budget import Purse
from layers_contract.spec.contract import Contract

__all__ = ["TOO_MANY", "came", "heed", "retry_after"]

MAX_RETRY_AFTER: Final = 120.0
TOO_MANY, AWAY = 429, 503


def came(exchange: Exchange) -> int | None:
    """The status that came back, whoever has answered."""
    return exchange.status if exchange.answered else exchange.gateway_status


def heed(purse: Purse, contract: Contract, exchange: Exchange, asked: float) -> None:
    """Go on as *exchange* wants it, which was sent at *asked* on the purse's clock."""
    pause = retry_after(exchange)
    starts = exchange.operation in contract.starts and exchange.credential == "own"
    outage = purse.outage
    if exchange.answered:
        outage.heard(exchange.operation, asked)
    elif is_outage(exchange):
        outage.lost(exchange.operation, asked)
    elif is_lost(exchange):
        outage.blocked(exchange.operation, asked)
    if starts and came(exchange) == TOO_MANY:
        purse.crowded(pause or 0.0)
    elif pause is not None:
        purse.hold(pause)
    elif exchange.answered:
        purse.went_on(started=starts and exchange.succeeded)
    if outage.over:
        purse.stop()


def retry_after(exchange: Exchange) -> float | None:
    """Seconds that a server, or a gateway before it, asks to wait: it is busy, or away.

    None where it asks for nothing, or for longer than anybody waits.
    """
    if exchange.status not in (TOO_MANY, AWAY) and exchange.gateway_status is None:
        return None
    said = exchange.headers.get("retry-after", "").strip()
    seconds = float(said) if said.isascii() and said.isdecimal() else _until(said, exchange)
    return seconds if seconds is not None and seconds <= MAX_RETRY_AFTER else None


def _until(said: str, exchange: Exchange) -> float | None:
    """Seconds until an HTTP date, by the server's own clock where the answer shows it."""
    then = http_date(said)
    if then is None:
        return None
    shown = http_date(exchange.headers.get("date", ""))
    received = exchange.received or exchange.gateway_received
    return max(then - (shown or received or exchange.sent), 0.0)
