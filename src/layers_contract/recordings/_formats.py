"""Which of the formats a recording is in, by its content, and its entries one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from layers_contract.history.exchanges import Exchange, from_record

from ._entry import Entry, LeftOutError, RecordingError
from ._files import Part
from ._har import Log, entry_of
from ._json import array_items, find_array, lines
from ._tools import from_burp, from_logger, from_logger_csv, from_newman, from_postman_run

__all__ = ["EMPTY", "Found", "entries"]

Json = Any
TOLD: Final = 1000
"""After so many entries there is something to tell."""
HEAD: Final = 65_536
"""Bytes at the beginning that say what a recording is."""
CUT_OFF: Final = "it is cut off in the middle: what is whole was read"
EMPTY: Final = "it is empty"
_SPACE: Final = b" \t\r\n\0"
_CREATOR: Final = re.compile(rb'"creator"\s*:\s*\{[^{}]*?"name"\s*:\s*"([^"]*)"')
_LOG: Final = re.compile(rb'\s*\{\s*"log"\s*:')
_KINDS: Final = "save it as HAR, or as docs/recordings.md says"


@dataclass
class Found:
    """What one recording holds: `left_out` by number and reason, `notes` on it as a whole.

    `tell` is told how many entries were read, every now and then.
    """

    name: str
    tell: Callable[[int], None]
    entries: list[Entry | Exchange] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    creator: str = ""

    def take(self, raw: bytes | msgspec.Raw, part: Part) -> None:
        """Read one more entry of HAR."""
        number = len(self.entries) + len(self.left_out) + 1
        if not number % TOLD:
            self.tell(number)
        try:
            self.entries.append(entry_of(raw, number, part.attached))
        except LeftOutError as error:
            self.left_out.append((number, str(error)))

    def take_all(self, made: Iterable[Json], part: Part) -> None:
        """Read what was made entries of HAR."""
        for each in made:
            number = len(self.entries) + len(self.left_out) + 1
            if isinstance(each, LeftOutError):
                self.left_out.append((number, str(each)))
            elif each is None:
                self.left_out.append((number, "it is not whole"))
            else:
                self.take(json.dumps(each).encode(), part)


def entries(part: Part, tell: Callable[[int], None] = lambda _: None) -> Found:
    """What a recording holds; *tell* is told how many entries were read, every now and then.

    Raises:
        RecordingError: It is in no format that is known.
    """
    found = Found(part.name, tell)
    if part.cut_off:
        found.notes.append(CUT_OFF)
    head = bytes(part.data[:HEAD])
    start = len(head) - len(head.lstrip(_SPACE))
    first = head[start : start + 1]
    if not first and len(part.data) < HEAD:
        found.notes.append(EMPTY)
    elif first == b"<":
        _read_xml(found, part, head)
    elif first in (b"{", b"["):
        _read_json(found, part, head[start:])
    elif b"request.url" in head[:4096].lower():
        text = bytes(part.data).decode("utf-8", "replace")
        found.take_all(from_logger_csv(text), part)
    else:
        raise RecordingError(f"{part.name}: not JSON, and no other recording: {_KINDS}")
    return found


def _read_xml(found: Found, part: Part, head: bytes) -> None:
    if b"<items" not in head or b"<item" not in head:
        raise RecordingError(f"{part.name}: no recording, but a page: {_KINDS}")
    items = list(from_burp(bytes(part.data)))
    if items and items[-1] is None:
        items.pop()
        found.notes.append(CUT_OFF)
    found.take_all(items, part)


def _read_json(found: Found, part: Part, head: bytes) -> None:
    creator = _CREATOR.search(head)
    found.creator = creator[1].decode("utf-8", "replace") if creator else ""
    if _LOG.match(head):
        _read_document(found, part)
    elif not _read_lines(found, part):
        if part.name.endswith((".jsonl", ".jsonl.gz")):
            raise RecordingError(f"{part.name}:1: not an exchange: record it with `proxy`")
        _read_document(found, part)


def _read_document(found: Found, part: Part) -> None:
    try:
        log = msgspec.json.decode(part.data, type=_Root).log
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        _read_loosely(found, part)
        return
    for raw in log.entries:
        found.take(raw, part)


class _Root(msgspec.Struct):
    log: Log


def _read_loosely(found: Found, part: Part) -> None:
    """JSON that is not a whole HAR file: cut off, odd, or of another kind."""
    text = bytes(part.data).decode("utf-8", "surrogateescape")
    try:
        value, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except (ValueError, RecursionError):
        _read_torn(found, part, text)
        return
    if text[end:].strip(" \t\r\n\0"):
        found.notes.append("behind its end stands something else, which was not read")
    _read_value(found, part, value)


def _read_torn(found: Found, part: Part, text: str) -> None:
    start = find_array(text, "entries") or (text.index("[") + 1 if text.lstrip()[:1] == "[" else 0)
    if not start:
        raise RecordingError(f"{part.name}: not JSON: save the recording as HAR")
    for item in array_items(text, start):
        if item is None:
            found.notes.append(CUT_OFF)
        else:
            found.take(_bytes(item[1]), part)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _read_value(found: Found, part: Part, value: Json) -> None:
    log = value.get("log", value) if isinstance(value, dict) else value
    items = log.get("entries") if isinstance(log, dict) else log
    if isinstance(items, list) and not _is_logger(items):
        for each in items:
            found.take(_bytes(json.dumps(each, ensure_ascii=False)), part)
    elif isinstance(items, list):
        found.take_all(from_logger(items), part)
    elif isinstance(value, dict) and isinstance(value.get("run"), dict):
        found.take_all(from_newman(value["run"] and value), part)
    elif isinstance(value, dict) and isinstance(value.get("results"), list):
        found.take_all(from_postman_run(value), part)
    else:
        raise RecordingError(f"{part.name}: has no log.entries: {_KINDS}")


def _is_logger(items: list[Json]) -> bool:
    first = items[0] if items and isinstance(items[0], dict) else {}
    return isinstance(first.get("Request"), dict)


def _read_lines(found: Found, part: Part) -> bool:
    """Read JSON Lines, of ours or of entries of HAR; whether it is such."""
    rows = lines(part.data)
    if not _is_row(next(rows, b"")):
        return False
    for number, line in enumerate(lines(part.data), 1):
        if not number % TOLD:
            found.tell(number)
        _take_line(found, part, line, number)
    if not found.entries:
        _, why = found.left_out[0]
        raise RecordingError(f"{part.name}:1: not an exchange ({why})")
    return True


def _is_row(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("startedDateTime" in value or "sent" in value)


def _take_line(found: Found, part: Part, line: bytes, number: int) -> None:
    if b'"startedDateTime"' in line:
        found.take(line, part)
        return
    try:
        found.entries.append(from_record(json.loads(line)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        found.left_out.append((number, "it is no exchange"))
