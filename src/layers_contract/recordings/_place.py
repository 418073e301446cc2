"""Which of the recorded requests went to the API: its server, and the path below which it stands.

Origins are compared as the URL standard does: in lower case, without the scheme's own port and
without a dot at the end of the host.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from layers_contract.spec.document import Document

from ._entry import RecordingError

__all__ = ["Base", "Places", "chosen", "split_url"]

Base = tuple[str, str]
"""An origin, and the path under which the API stands there."""
Call = tuple[str, dict[str, str]]
"""An operation's id, and the parameters in its path."""
_URL: Final = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?")
_PORTS: Final = {"http": ":80", "https": ":443"}


def split_url(url: str) -> tuple[str, str, str] | None:
    """Origin, path and query of a URL of HTTP; None for any other."""
    found = _URL.match(url)
    if found is None or not found[2]:
        return None
    origin = _origin(found[1], found[2])
    return (origin, found[3] or "/", found[4] or "") if origin else None


@lru_cache(maxsize=1024)
def _origin(scheme: str, place: str) -> str:
    scheme = scheme.lower()
    if scheme not in _PORTS:
        return ""
    host = place.rpartition("@")[2].lower()
    if host.endswith(_PORTS[scheme]):
        host = host.removesuffix(_PORTS[scheme])
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal() and not name.endswith(":"):
        host = f"{name.rstrip('.')}:{int(port)}"
    return f"{scheme}://{host.rstrip('.')}"


class Places:
    """Finds where a document's API stands, and which operation a request called."""

    def __init__(self, document: Document) -> None:
        self._document = document
        patterns = sorted({_plain(each.pattern) for each in document.operations.values()})
        self._find = re.compile(rf"((?:/[^/]*)*?)((?:{'|'.join(patterns)}))")
        self._calls: dict[tuple[str, str], Call | None] = {}

    def base_of(self, method: str, origin: str, path: str) -> Base | None:
        """Where the API stands, if this is a request to one of its operations."""
        prefix = self._prefix(path)
        if prefix is None or self.call(method, path[len(prefix) :]) is None:
            return None
        return origin, prefix

    def call(self, method: str, path: str) -> Call | None:
        """The operation that *method* and *path* name, and its path parameters."""
        key = method, path
        if key not in self._calls:
            found = self._document.match(method, path)
            self._calls[key] = None if found is None else (found[0].id, found[1])
        return self._calls[key]

    def is_documented(self, path: str) -> bool:
        """Whether any operation of the document has this path."""
        return self._prefix(path) == ""

    def _prefix(self, path: str) -> str | None:
        found = self._find.fullmatch(path)
        return None if found is None else found[1]


def _plain(pattern: re.Pattern[str]) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern)


def chosen(bases: Counter[Base], wanted: str | None, where: str) -> tuple[Base, str | None]:
    """Which base to judge, and a line for people where there was a choice.

    Raises:
        RecordingError: Nothing went to the one that is *wanted*.
    """
    if wanted is not None:
        return _asked(bases, wanted, where), None
    base = min(bases, key=lambda each: (-bases[each], each))
    if len(bases) == 1:
        return base, None
    others = bases.total() - bases[base]
    return base, (
        f"judged is {''.join(base)}, to which most of the documented requests went"
        f" ({bases[base]:,}); {others:,} went to {_listed(each for each in bases if each != base)}:"
        " --base picks another"
    )


def _listed(bases: Iterable[Base]) -> str:
    names = sorted("".join(each) for each in bases)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _asked(bases: Counter[Base], wanted: str, where: str) -> Base:
    split = split_url(wanted)
    if split is None:
        raise RecordingError(
            f"--base {wanted}: not a URL: give one such as https://api.example.com"
        )
    base = (split[0], split[1].rstrip("/"))
    if base not in bases:
        there = _listed(bases)
        raise RecordingError(
            f"{where}: nothing below --base {wanted} is documented; there is {there}"
        )
    return base
