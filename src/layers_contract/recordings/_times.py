"""When recorded exchanges happened, as far as a recorder's clock can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import Final

from layers_contract.judge.facts import http_date

from ._entry import Entry

__all__ = ["settle"]

SKEW: Final = 3.0
"""Seconds by which two clocks may differ before anything is done about it."""
LATE: Final = "Insomnia"
"""Writes the time of the export into each entry, and the request as it would be sent then."""


def settle(entries: Sequence[Entry], creator: str) -> str | None:
    """Correct the times of one recording; a line for people where that was needed."""
    foreign = [each for each in entries if each.own_words is None]
    if creator.startswith(LATE) or _at_one_time(foreign):
        for each in foreign:
            each.received = None
            if creator.startswith(LATE):
                each.request_body = None if each.request_body else each.request_body
        return "when each request was sent was not recorded: nothing that depends on it is judged"
    offsets = [(each, ahead) for each in foreign if (ahead := _ahead(each)) is not None]
    note = _shift(foreign, [ahead for _, ahead in offsets])
    for each in foreign:
        _widen(each)
    return note


def _at_one_time(entries: Sequence[Entry]) -> bool:
    """Whether a recorder gave all entries the time of the export."""
    return len(entries) > 3 and len({each.sent for each in entries}) == 1


def _ahead(entry: Entry) -> float | None:
    """By how much the recorder's clock was ahead of the server's; both are that of the answer."""
    said = http_date(entry.headers.get("date", ""))
    if said is None or entry.status is None:
        return None
    return (entry.sent if entry.received is None else entry.received) - said


def _shift(entries: Sequence[Entry], ahead: Sequence[float]) -> str | None:
    if not ahead:
        return None
    usual = median(ahead)
    if max(ahead) - min(ahead) > SKEW:
        return _by_server(entries, usual)
    if abs(usual) <= SKEW:
        return None
    for each in entries:
        each.sent -= usual
        each.received = None if each.received is None else each.received - usual
    side = "ahead of" if usual > 0 else "behind"
    return f"the recorder's clock was {abs(usual):,.0f} s {side} the server's: times are corrected"


def _by_server(entries: Sequence[Entry], usual: float) -> str:
    """The recorder's clock, or the server's, has jumped: whole seconds of the server's count."""
    spread = max(abs((_ahead(each) or usual) - usual) for each in entries)
    for each in entries:
        ahead = _ahead(each)
        wide = 1.0 if ahead is not None else ceil(spread) + 1.0
        by = usual if ahead is None else ahead
        each.sent -= by
        each.received = None if each.received is None else each.received - by
        each.sent -= wide
        each.precision = max(each.precision, wide)
    return "a clock was set while this was recorded: times are taken from the server's answers"


def _widen(entry: Entry) -> None:
    """A time that was cut to whole milliseconds must not make an order that nobody knows."""
    if entry.received is not None:
        entry.received += entry.precision
