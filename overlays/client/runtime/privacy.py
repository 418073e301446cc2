"""Keeping the API key where it belongs: out of reprs, logs, pickles and tracebacks."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

import httpx

__all__ = ["LOGGER", "Secret", "shown_headers", "without_frames", "without_header"]

LOGGER: Final = logging.getLogger("layers_client")

_SHOWN: Final = frozenset(
    ("accept", "allow", "content-length", "content-type", "date", "etag", "retry-after", "server")
)


class Secret:
    """A text, or what gives it, that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str | Callable[[], str]) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text as it is now."""
        return self._text() if callable(self._text) else self._text

    def __repr__(self) -> str:
        return "Secret('…')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not pickled")


def shown_headers(headers: Mapping[str, str], also: frozenset[str]) -> dict[str, str]:
    """*headers* for a log: the values of those known to be harmless, the names of the others."""
    allowed = _SHOWN | also
    return {name: value if name in allowed else "…" for name, value in headers.items()}


def without_header(request: httpx.Request, name: str) -> httpx.Request:
    """A copy of *request*, for keeping, that lacks a header."""
    kept = copy.copy(request)
    kept.headers = request.headers.copy()
    kept.headers.pop(name, None)
    return kept


def without_frames(error: BaseException) -> None:
    """Drop the frames below *error*: their variables hold the request as it went out, with key."""
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
