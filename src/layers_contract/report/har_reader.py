"""Traffic that somebody else recorded: a HAR file from a browser or a proxy, as a history.

Such a file knows less than a run of ours, so what it leaves open is read the careful way: an
answer without a time came at any time, and a file from which all keys were removed says nothing
about who sent what.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from layers_contract.contract import Contract
from layers_contract.history import Exchange, History

from ._text import clean

__all__ = ["from_har"]

Entry = Mapping[str, Any]

_SENT_BY: Final = ("authorization", "proxy-authorization", "cookie")
"""Other headers that may say who sends; never kept."""
_NOT_KEPT: Final = frozenset({*_SENT_BY, "set-cookie"})
_CACHES: Final = frozenset({"memory", "disk"})


@dataclass(frozen=True, slots=True)
class _Sent:
    """One entry, with where it went and on whose behalf."""

    entry: Entry
    url: SplitResult
    identity: str | None
    own_words: str | None

    @property
    def origin(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc}"


def from_har(path: Path, contract: Contract) -> History:
    """The exchanges of a HAR file that went to the API, in the order in which they were sent.

    The most used key is `own`, the next `other`; one that was always refused is `invalid`.

    Raises:
        ValueError: The file cannot be read, is no HAR file, or holds no traffic of the API.
    """
    entries = _entries(path)
    secret = contract.document.security_header.lower()
    with _as_asked(path):
        sent = [_sent(entry, secret) for entry in entries if not _cached(entry)]
        bases = Counter(base for each in sent if (base := _base_of(contract, each)))
    base = _only(path, bases)
    with _as_asked(path):
        ours = [each for each in sent if _below(each, base) is not None]
        names = _credentials(contract, ours, base)
        found = [_exchange(contract, each, base, names) for each in ours]
    return History(sorted(found, key=lambda each: each.sent))


@contextmanager
def _as_asked(path: Path) -> Iterator[None]:
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"an entry is not as HAR 1.2 asks ({type(error).__name__}: {error})"
        raise ValueError(clean(f"{path}: {what}: record it again")) from error


def _entries(path: Path) -> list[Entry]:
    try:
        return list(json.loads(path.read_bytes())["log"]["entries"])
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}): check its name") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON: save the recording as HAR") from error
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: has no log.entries: save the recording as HAR") from error


def _cached(entry: Entry) -> bool:
    """Whether a browser answered it by itself."""
    return entry.get("_fromCache") in _CACHES or bool(
        entry.get("response", {}).get("_fetchedViaServiceWorker")
    )


def _sent(entry: Entry, secret: str) -> _Sent:
    headers = _headers(entry["request"])
    identity = next((headers[n] for n in (secret, *_SENT_BY) if headers.get(n)), None)
    return _Sent(entry, urlsplit(entry["request"]["url"]), identity, entry.get("_credential"))


def _headers(message: Entry) -> dict[str, str]:
    """Headers by lower-case name, without what HTTP/2 calls pseudo headers."""
    found: dict[str, str] = {}
    for each in message.get("headers", ()):
        name, value = str(each["name"]).lower(), str(each["value"])
        if not name.startswith(":"):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


# Which of it went to the API.

_Base = tuple[str, str]
"""An origin, and the path under which the API stands there."""


def _only(path: Path, bases: Collection[_Base]) -> _Base:
    if not bases:
        what = "no request in it is an operation of the document"
        raise ValueError(f"{path}: {what}: record traffic of the API")
    if len(bases) > 1:
        servers = ", ".join(sorted("".join(base) for base in bases))
        what = f"traffic of {len(bases)} servers ({servers})"
        raise ValueError(clean(f"{path}: {what}: save that of one only"))
    return next(iter(bases))


def _base_of(contract: Contract, sent: _Sent) -> _Base | None:
    method = sent.entry["request"]["method"]
    for prefix, rest in _splits(sent.url.path):
        if contract.document.match(method, rest):
            return sent.origin, prefix
    return None


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """*path* cut in two before each of its parts, the shortest beginning first."""
    return ((path[:at], path[at:]) for at, character in enumerate(path) if character == "/")


def _below(sent: _Sent, base: _Base) -> str | None:
    """The path below *base*, or None where the request went elsewhere."""
    origin, prefix = base
    path = sent.url.path
    inside = sent.origin == origin and path.startswith(prefix + "/")
    return path[len(prefix) :] if inside else None


# Who sent it.


def _credentials(contract: Contract, sent: Sequence[_Sent], base: _Base) -> dict[str | None, str]:
    """What each key of the file is called."""
    ours = [each for each in sent if contract.document.match(*_call(each, base))]
    used = Counter(each.identity for each in ours)
    refused = {key for key in used if all(_status(e) == 401 for e in ours if e.identity == key)}
    if set(used) == {None} and not refused:
        return {None: "own"}  # the recorder removed the keys
    keys = [key for key, _ in used.most_common() if key is not None and key not in refused]
    names = ("own", "other", *(f"other-{number}" for number in range(2, len(keys))))
    return {None: "none", **dict(zip(keys, names, strict=False))}


def _call(sent: _Sent, base: _Base) -> tuple[str, str]:
    return sent.entry["request"]["method"], _below(sent, base) or ""


def _status(sent: _Sent) -> int | None:
    return None if _why_unknown(sent.entry) else int(sent.entry["response"]["status"])


def _why_unknown(entry: Entry) -> str | None:
    """Why the answer cannot be judged, if so: it counts as none, and may have had its effect."""
    response = entry["response"]
    content = response.get("content") or {}
    if not response.get("status"):
        return str(entry.get("_error") or response.get("_error") or "no answer was recorded")
    if "text" not in content and (content.get("size") or 0) > 0:
        return "the body of the answer was not recorded"
    return None


# What was sent, and when.


def _exchange(
    contract: Contract, sent: _Sent, base: _Base, names: Mapping[str | None, str]
) -> Exchange:
    entry, secret = sent.entry, contract.document.security_header.lower()
    method, path = _call(sent, base)
    matched = contract.document.match(method, path)
    begun, ended = _times(entry)
    return Exchange(
        method=method.upper(),
        path=path,
        sent=begun,
        received=ended,
        status=_status(sent),
        query=tuple(parse_qsl(sent.url.query, keep_blank_values=True)),
        request_headers=_kept(entry["request"], secret),
        request_body=_body(entry["request"].get("postData") or {}),
        headers=_kept(entry["response"], secret),
        body=_body(entry["response"].get("content") or {}),
        operation=matched[0].id if matched else None,
        path_params=matched[1] if matched else {},
        credential=sent.own_words or names.get(sent.identity, "invalid"),
        actor=str(entry.get("_actor") or entry.get("connection") or ""),
        intent=str(entry.get("_intent") or ""),
        failure=_why_unknown(entry),
    )


def _kept(message: Entry, secret: str) -> dict[str, str]:
    headers = _headers(message)
    return {n: v for n, v in headers.items() if n not in _NOT_KEPT and n != secret}


def _times(entry: Entry) -> tuple[float, float | None]:
    moment = datetime.fromisoformat(entry["startedDateTime"])
    begun = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    took = entry.get("time")
    if _why_unknown(entry) or not isinstance(took, int | float) or took < 0:
        return begun, None
    return begun, begun + took / 1000


def _body(content: Entry) -> bytes:
    text = content.get("text") or ""
    if "base64" in (content.get("encoding"), content.get("_encoding")):
        return base64.b64decode(text)
    return str(text).encode(errors="surrogatepass")
