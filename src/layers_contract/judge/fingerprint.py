"""The way in which a promise is broken, as a text that is the same in every run.

A message names ids, times, keys and values of its run. Without them it says what went wrong: two
violations of one promise with the same text have the same cause.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Final

from layers_contract.judge.invariants import Violation

__all__ = ["cause_of", "cause_of_text", "digest"]

LONGEST: Final = 200
READ: Final = 2_000
_PART: Final = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<word>[^\s"']*\d[^\s"']*|[^\s"'\d]+)"""
)
_NESTED: Final = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z_.$-]{0,39}")
_ENDS: Final = "()[]{},.;:"
_SHORTEST_ID: Final = 3
_OF_A_STATUS: Final = frozenset({"answered", "again", "first", "status", "was"})


def cause_of(violation: Violation) -> str:
    """What a violation's message says without what is its run's own."""
    proof = violation.exchanges
    statuses = {each.status for each in proof if each.status is not None}
    ids = {value for each in proof for value in each.path_params.values()}
    return cause_of_text(violation.message, statuses, ids)


def cause_of_text(message: str, statuses: Collection[int] = (), ids: Iterable[str] = ()) -> str:
    """What *message* says without *ids*, numbers, times and keys.

    A number that is one of the responses' *statuses* stays: another status is another cause.
    """
    text = " ".join(message[:READ].split())
    for each in ids:
        if len(each) >= _SHORTEST_ID:
            text = text.replace(each, "0")
    for _ in range(4):
        text = _NESTED.sub(_nested, text)
    said, before = list[str](), ""
    for part in _PART.finditer(text):
        each = part.group()
        said.append(_quoted(each) if part["quoted"] else _word(each, before, statuses))
        before = each
    return _printable(" ".join(said))[:LONGEST]


def digest(promise: str, cause: str) -> str:
    """A short name of a cause for machines, the same in every run."""
    return hashlib.sha256(f"{promise}\n{cause}".encode()).hexdigest()[:32]


def _nested(found: re.Match[str]) -> str:
    """A JSON value that is quoted in a message; a list of plain names is kept."""
    inside = found.group()[1:-1]
    names = [each.strip().strip("\"'") for each in inside.split(",")]
    kept = found.group().startswith("[") and all(_NAME.fullmatch(name) for name in names)
    return "|".join(names) if kept else "…"


def _quoted(text: str) -> str:
    return text if _NAME.fullmatch(text[1:-1]) else "…"


def _word(word: str, before: str, statuses: Collection[int]) -> str:
    return "/".join(_segment(each, before, statuses) for each in word.split("/"))


def _segment(text: str, before: str, statuses: Collection[int]) -> str:
    """A word, or a part of a path, with a # where a number or an id stands."""
    bare = text.strip(_ENDS)
    if not any(c.isdigit() for c in bare) or _status(bare, before, statuses):
        return text
    start = text.index(bare)
    return f"{text[:start]}#{text[start + len(bare) :]}"


def _status(bare: str, before: str, statuses: Collection[int]) -> bool:
    """Whether a number is the status of one of the responses, not a count that happens to be."""
    if not (len(bare) == 3 and bare.isascii() and bare.isdigit() and int(bare) in statuses):
        return False
    return int(bare) >= 300 or before in _OF_A_STATUS or before.endswith(":")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "…" for c in text)
