"""Who sent what, as far as a recording can tell; keys themselves are never kept.

Without names for the keys, all successful calls count as one caller's: a token is renewed, a
recorder scrubs. What was refused, or not found, then says nothing unless the caller is certain.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.document import KeyScheme

from ._entry import RecordingError, is_scrubbed

__all__ = ["LABEL", "Names", "identity", "name_callers"]

LABEL: Final = "key-"
DIGITS: Final = 16
SCRUBBED: Final = "scrubbed"
HIDDEN: Final = "hidden"
"""Sent without a key, but with something else that may say who it is."""
NOBODY: Final = "nobody"
UNKNOWN: Final = "unknown"
"""The credential of a call whose sender cannot be told."""
_REFUSED: Final = frozenset({403, 404})
_HASH: Final = re.compile(r"(?:sha256:|key-)?([0-9a-fA-F]{8,64})")
_PREFIX: Final = re.compile(r"(?:bearer|token|basic|apikey)\s+", re.IGNORECASE)
_OTHERS: Final = ("authorization", "proxy-authorization", "cookie")

Names = Mapping[str, str]
"""What credentials are called, by the beginning of their SHA-256."""


def label_of(key: str) -> str:
    """What a key is called that has no name: the beginning of its SHA-256."""
    return f"{LABEL}{sha256(key.encode(errors='surrogatepass')).hexdigest()[:DIGITS]}"


def identity(headers: Mapping[str, str], scheme: KeyScheme) -> tuple[str, str | None]:
    """Who sent a request: a key's label, or that nobody knows; and the key, to be redacted."""
    value = headers.get(scheme.header.lower())
    if value is None:
        value = headers.get("authorization")
    if value is None:
        return (HIDDEN if any(headers.get(n) for n in _OTHERS) else NOBODY), None
    return _identity(value)


@lru_cache(maxsize=256)
def _identity(value: str) -> tuple[str, str | None]:
    if is_scrubbed(value):
        return SCRUBBED, None
    key = _PREFIX.sub("", value, count=1).strip()
    return (SCRUBBED if is_scrubbed(key) else label_of(key)), key


def names_of(options: Sequence[str]) -> dict[str, str]:
    """The names that `--key NAME=ENV|HASH` gives, by the beginning of the key's SHA-256.

    Raises:
        RecordingError: One is not of that form, or leads to no key.
    """
    return dict(_named(each) for each in options)


def _named(option: str) -> tuple[str, str]:
    name, _, value = option.partition("=")
    if not re.fullmatch(r"own|other(?:-\d+)?|limited", name) or not value:
        raise RecordingError("--key: say own=, other= or limited=, then a VARIABLE or a SHA-256")
    key = os.environ.get(value)
    if key:
        key = _PREFIX.sub("", key.strip(), count=1)
        return label_of(key).removeprefix(LABEL), name
    if found := _HASH.fullmatch(value):
        return found[1].lower()[:DIGITS], name
    raise RecordingError(
        f"--key {name}: the value is no environment variable that is set,"
        " nor 8 to 64 hex digits of a SHA-256"
    )


def name_callers(exchanges: Sequence[Exchange], names: Names) -> str | None:
    """Give each exchange its credential; a line for people on what cannot be judged."""
    unsettled = [each for each in exchanges if _is_open(each.credential)]
    if not unsettled:
        return None
    callers = _Callers(unsettled, names)
    for each in unsettled:
        each.credential = callers.name(each)
    return callers.note


def _is_open(credential: str) -> bool:
    return credential.startswith(LABEL) or credential in (SCRUBBED, HIDDEN, NOBODY)


class _Callers:
    def __init__(self, exchanges: Sequence[Exchange], names: Names) -> None:
        labels = {each.credential for each in exchanges}
        self._names = {
            label: name
            for label in labels
            for start, name in names.items()
            if label.startswith(LABEL + start)
        }
        self._others = any(name != "own" for name in names.values())
        self._knows_own = "own" in self._names.values()
        accepted = {each.credential for each in exchanges if each.succeeded}
        unnamed = accepted - self._names.keys()
        alone = len(unnamed) == 1 and not names
        self._certain = {each for each in unnamed if alone and each.startswith(LABEL)}
        self._scrubbed = SCRUBBED in labels

    def name(self, exchange: Exchange) -> str:
        label = exchange.credential
        if label in self._names:
            return self._names[label]
        if label == NOBODY and self._knows_own:
            return "none"
        if exchange.status == 401:
            return "none" if label == NOBODY else "invalid"
        if self._others:
            return UNKNOWN
        return UNKNOWN if exchange.status in _REFUSED and label not in self._certain else "own"

    @property
    def note(self) -> str | None:
        if self._others:
            return None
        scrubbed = "the keys were scrubbed: " if self._scrubbed else ""
        return f"{scrubbed}whose key is whose is not known, so tenancy is not judged; see --key"
