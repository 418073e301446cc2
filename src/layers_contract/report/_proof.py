"""The page's card of a violated invariant: what was promised, what happened, how to repeat it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

from ._svg import status_class
from ._text import (
    answer_of,
    clean,
    offset,
    plural,
    pretty,
    public,
    smallest,
    source_words,
    start_of,
    url_of,
)
from .curl import script

__all__ = ["card", "safe"]

_MOST_EXCHANGES: Final = 12
_BODY: Final = 6000
_MESSAGE: Final = 1000
_URL: Final = 400


def safe(text: object, limit: int | None = None) -> str:
    """*text* for a page: unprintable characters shown as escapes, markup without effect."""
    return escape(clean(text, limit))


def card(outcome: Outcome, judged: Judged, because: str = "") -> str:
    """A violated invariant with its smallest violations; *because* says what may explain it."""
    often = f"{len(judged.violations)} of {plural(judged.occasions, 'occasion')}"
    first, *others = (_proof(outcome, each) for each in smallest(judged.violations))
    reason = f'<p class="soft">{safe(because)}</p>' if because else ""
    more = f"<details><summary>{len(others)} more like this</summary>{''.join(others)}</details>"
    return (
        f'<article class="card break" id="{safe(judged.promise.id)}">'
        f"<h3>{safe(judged.promise.statement)}</h3>"
        f'<p class="top"><span class="mono">{safe(judged.promise.id)}</span>'
        f'<span class="chip">{safe(source_words(judged.source))}</span>'
        f'<span class="chip">violated on {often}</span></p>'
        f"{reason}{first}{more if others else ''}</article>"
    )


def _proof(outcome: Outcome, violation: Violation) -> str:
    start = start_of(outcome)
    shown = violation.exchanges[:_MOST_EXCHANGES]
    wires = "".join(_exchange(outcome, each, start) for each in shown)
    rest = len(violation.exchanges) - len(shown)
    more = f'<p class="soft">and {plural(rest, "exchange")} more, in --json</p>' if rest else ""
    again = escape(script(outcome, violation))
    return (
        f'<p class="why">{safe(violation.message, _MESSAGE)}</p>{wires}{more}'
        f"<details><summary>Send it again with curl</summary><pre>{again}</pre></details>"
    )


def _exchange(outcome: Outcome, exchange: Exchange, start: float) -> str:
    return (
        f'<details class="wire {status_class(exchange.status)}"><summary>'
        f'<span class="when">{offset(exchange, start)}</span>'
        f'<span class="status">{safe(answer_of(exchange))}</span>'
        f"<span><code>{safe(exchange.method, 12)} {safe(url_of(exchange), _URL)}</code>"
        f"<br><small>{safe(' · '.join(_who(exchange)), 120)}</small></span>"
        f"</summary>{_details(outcome, exchange)}</details>"
    )


def _who(exchange: Exchange) -> Iterator[str]:
    if exchange.actor:
        yield exchange.actor
    if exchange.credential != "own":
        yield f"{exchange.credential} key"
    if exchange.received is not None:
        yield f"took {(exchange.received - exchange.sent) * 1000:,.0f} ms"


def _details(outcome: Outcome, exchange: Exchange) -> str:
    secret = outcome.secret_header
    asked = _message(public(exchange.request_headers, secret), exchange.request_body)
    answered = _message(public(exchange.headers, secret), exchange.body)
    return f"<small>sent</small>{asked}<small>answered</small>{answered}"


def _message(headers: Mapping[str, str], body: bytes) -> str:
    lines: Sequence[str] = [f"{clean(n, 80)}: {clean(v, 400)}" for n, v in headers.items()]
    text = "\n".join([*lines, "", pretty(body, _BODY)] if body else lines)
    return f"<pre>{escape(text) or 'nothing'}</pre>"
