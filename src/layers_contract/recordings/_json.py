"""Values in JSON text that may be cut off, or followed by what is no JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

__all__ = ["array_items", "find_array", "lines"]

_DECODER: Final = json.JSONDecoder()
_GAP: Final = re.compile(r"[\s,]*")
LINE_ENDS: Final = b"\r\n\t ,"


def find_array(text: str, name: str) -> int | None:
    """Where the first array called *name* begins, behind its bracket."""
    found = re.search(rf'"{name}"\s*:\s*\[', text)
    return found.end() if found else None


def array_items(text: str, start: int) -> Iterator[tuple[Any, str] | None]:
    """Each item of an array with its text; None at the end, if the array is not whole."""
    at = _gap(text, start)
    while at < len(text) and text[at] != "]":
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield None
            return
        yield value, text[at:end]
        at = _gap(text, end)
    if at >= len(text):
        yield None


def _gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def lines(data: Any) -> Iterator[bytes]:
    """The lines of *data* that hold anything."""
    at, size = 0, len(data)
    while at < size:
        end = data.find(b"\n", at)
        end = size if end < 0 else end
        line = bytes(data[at:end]).strip(LINE_ENDS)
        if line:
            yield line
        at = end + 1
