"""Headers on their way through the proxy, and what of them is kept in a recording."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import SplitResult

__all__ = [
    "forwarded",
    "is_secret",
    "kept",
    "returned",
    "wants_upgrade",
    "wants_websocket",
]

Lines = list[tuple[bytes, bytes]]

_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te"}
    | {b"proxy-connection", b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings"}
)
"""Headers that are about one connection, not about the message."""
_REWRITTEN: Final = frozenset({b"host", b"expect", b"x-forwarded-for", b"x-forwarded-proto"}) | {
    b"x-forwarded-host"
}
_SECRET: Final = re.compile(
    r"auth|cookie|token|secret|passw|credential|session|signature|assertion|jwt|api[-_]?key|^key$"
)
"""In the names of headers and query parameters: what may hold a secret is never written."""
_ABOUT_CLIENTS: Final = re.compile(r"forwarded|real-ip|connecting-ip|client-ip|^via$")


def forwarded(scope: Any, to: SplitResult, *, has_body: bool) -> Lines:
    """The headers of a request as the server behind the proxy gets them."""
    lines: Lines = scope["headers"]
    dropped = _HOP | _REWRITTEN | _named_by_connection(lines)
    host = _value(lines, b"host")
    found = [(b"host", to.netloc.rpartition("@")[2].encode())]
    found += [(name, value) for name, value in lines if name not in dropped]
    if has_body and not any(name == b"content-length" for name, _ in found):
        found.append((b"transfer-encoding", b"chunked"))
    client = scope.get("client") or ("unknown", 0)
    before = _value(lines, b"x-forwarded-for")
    passed = (before + b", " if before else b"") + str(client[0]).encode()
    found.append((b"x-forwarded-for", passed))
    proto = _value(lines, b"x-forwarded-proto") or str(scope["scheme"]).encode()
    found.append((b"x-forwarded-proto", proto))
    if shown := _value(lines, b"x-forwarded-host") or host:
        found.append((b"x-forwarded-host", shown))
    return found


def returned(headers: Lines) -> Lines:
    """The headers of an answer as the client gets them."""
    lower = [(name.lower(), value) for name, value in headers]
    dropped = _HOP | _named_by_connection(lower)
    return [(name, value) for name, value in lower if name not in dropped]


def kept(lines: Lines, secret: str) -> dict[str, str]:
    """Headers as they are recorded, by lower-case name: none that may hold a secret."""
    found: dict[str, str] = {}
    for raw, value in lines:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        if name == secret or is_secret(name) or _ABOUT_CLIENTS.search(name):
            continue
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def is_secret(name: str) -> bool:
    """Whether a header or parameter of that name may hold a secret."""
    return _SECRET.search(name.lower()) is not None


def wants_websocket(lines: Lines) -> bool:
    """Whether a client asks for another protocol and cannot do without."""
    return (_value(lines, b"upgrade") or b"").lower() == b"websocket"


def wants_upgrade(lines: Lines) -> bool:
    """Whether a client offers another protocol."""
    return _value(lines, b"upgrade") is not None


def _named_by_connection(lines: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The headers that `Connection` says are about one connection, too."""
    values = (value for name, value in lines if name == b"connection")
    return {part.strip().lower() for value in values for part in value.split(b",")}


def _value(lines: Lines, wanted: bytes) -> bytes | None:
    return next((value for name, value in lines if name == wanted), None)
