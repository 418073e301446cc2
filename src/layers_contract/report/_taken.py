"""What the later requests of a script take from its earlier answers: ids, cursors and ETags.

A shell has no parser for JSON. So a value is found in an answer by its name, and by how many texts
of that name stand before it. `_TEXT` finds what the functions in `SHELL` will find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Contract

from ._text import READ

__all__ = ["CONDITIONS", "SHELL", "Taken", "taken"]

_TEXT: Final = re.compile(rb'"([A-Za-z0-9_-]+)"[ \t\r]*:[ \t\r]*"([]!#-[^-~]+)"')
"""A name, and a text of printable ASCII that JSON writes as it is."""
_TAG: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
CONDITIONS: Final = ("if-none-match", "if-match")

SHELL: Final = r"""

# taken ANSWER NAME N OTHERWISE: the Nth text of that name in an answer.
taken() {
  found=$(sed -e 's|\\/|/|g' -e 's/"'"$2"'"[[:space:]]*:[[:space:]]*"/\
&/g' "$answers/$1" |
    sed -n 's/^"'"$2"'"[[:space:]]*:[[:space:]]*"\([]!#-[^-~][]!#-[^-~]*\)".*/\1/p' |
    sed -n "${3}p")
  printf '%s' "${found:-$4}"
}

# tagged ANSWER OTHERWISE: the ETag of an answer.
tagged() {
  found=$(sed -n 's/^[Ee][Tt][Aa][Gg]:[[:space:]]*\([ -~]*[!-~]\).*/\1/p' "$answers/$1" |
    sed -n '$p')
  printf '%s' "${found:-$2}"
}

# encoded TEXT: the same as a part of an address.
encoded() {
  printf '%s\n' "$1" |
    sed 's|%|%25|g; s|/|%2F|g; s|+|%2B|g; s|=|%3D|g; s|&|%26|g; s|?|%3F|g; s|#|%23|g'
}"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A *value* from answer *answer*: the text *name* for the *nth* time, or the ETag (0)."""

    variable: str
    value: str
    answer: int
    name: str
    nth: int


def taken(contract: Contract, exchanges: Sequence[Exchange]) -> list[dict[str, Taken]]:
    """For each exchange, in the order of sending, what it takes from those answered before it.

    The keys are the values. One that an earlier request gave of its own is not taken.
    """
    given: set[str] = set()
    known: dict[str, Taken] = {}
    for number, exchange in enumerate(exchanges):
        before = [
            (n, each)
            for n, each in enumerate(exchanges[:number], 1)
            if each.received is not None and each.received <= exchange.sent
        ]
        for name, value in _wanted(contract, exchange):
            if value in given or value in known:
                continue
            place = next((p for n, e in before if (p := _place(n, e, value))), None)
            if place is None:
                given.add(value)
            else:
                variable = f"{re.sub(r'[^A-Za-z0-9]', '_', name)}_{len(known) + 1}"
                known[value] = Taken(variable, value, *place)
    return [
        {value: known[value] for _, value in _wanted(contract, each) if value in known}
        for each in exchanges
    ]


def _wanted(contract: Contract, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """What a request may have from an answer, and what to call it: ids, a cursor, ETags."""
    yield from exchange.path_params.items()
    listing = contract.lists.get(exchange.operation or "")
    yield from (each for each in exchange.query if listing and each[0] == listing.cursor)
    headers = exchange.request_headers
    yield from (("etag", headers[name]) for name in CONDITIONS if name in headers)


def _place(number: int, answer: Exchange, value: str) -> tuple[int, str, int] | None:
    """Where *value* stands in an answer: the answer's number, the text's name, and which one."""
    if _TAG.fullmatch(value) and answer.headers.get("etag") == value:
        return number, "ETag", 0
    seen: Counter[bytes] = Counter()
    for found in _TEXT.finditer(answer.body[:READ].replace(b"\\/", b"/")):
        seen[found[1]] += 1
        if found[2] == value.encode(errors="replace"):
            return number, found[1].decode(), seen[found[1]]
    return None
