"""Why there was no response: the cause below the HTTP library's error, and what to do about it."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import httpx

from layers_contract.run._strangers import CERTIFICATE_HINT, wanted_certificate
from layers_contract.target import Target

__all__ = ["why_failed"]

EXPIRED, NOT_YET, WRONG_HOST = 10, 9, frozenset({62, 64})
"""Codes of OpenSSL's certificate check."""
WANTS_CERTIFICATE: Final = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE")
DISLIKES_CERTIFICATE: Final = ("ALERT_UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN")
SPEAKS_PLAIN: Final = (
    *("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"),
    *("BAD_RECORD_TYPE", "UNEXPECTED_MESSAGE"),
)
ALERT: Final = ("\\x15", "illegal request line")
"""What HTTP's parser says of a first byte that is not printable, such as that of a TLS alert."""
UNREACHABLE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})
NO_PROXY: Final = "407"
CHECK: Final = "check the url, and that you are in the right network (VPN?)"
RUNNING: Final = "is it running, and the url right?"


def why_failed(target: Target, error: BaseException) -> str:
    """What went wrong and what to do, in words that follow the URL."""
    found = list(_causes(error))
    for kind, words in EXPLAINED:
        for each in found:
            if isinstance(each, kind) and (said := words(target, each)):
                return said
    return f"does not answer ({type(error).__name__}); is it running, and the url right?"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and all that it came from."""
    pending, seen = [error], set[int]()
    while pending:
        each = pending.pop(0)
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [c for c in (each.__cause__, each.__context__) if c is not None]
            pending += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def _distrusted(_target: Target, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == EXPIRED:
        return "shows a certificate that has expired; it has to be renewed there"
    if error.verify_code == NOT_YET:
        return "shows a certificate that is not valid yet; check both clocks"
    if error.verify_code in WRONG_HOST:
        return "shows a certificate for another host name; write the one it is for in the url"
    said = error.verify_message or "not trusted"
    return (
        f"shows a certificate that nobody known here vouches for ({said}); "
        "name your company's CA in [tls] ca, or in SSL_CERT_FILE"
    )


def _no_handshake(target: Target, error: ssl.SSLError) -> str:
    reason = f"{error.reason or ''} {error}"
    if any(word in reason for word in WANTS_CERTIFICATE):
        return f"{wanted_certificate(target)}; {CERTIFICATE_HINT}"
    if any(word in reason for word in DISLIKES_CERTIFICATE):
        return "does not accept the client certificate; check [tls] cert and key"
    if any(word in reason for word in SPEAKS_PLAIN):
        return "speaks plain http, and was asked in TLS; write http:// in the url"
    if "EOF" in reason or isinstance(error, ssl.SSLZeroReturnError):
        hint = "does it want [tls] cert and key, or speak plain http?"
        return f"closed the connection while TLS was set up; {hint}"
    return f"cannot agree on TLS with us ({error.reason or 'no reason given'}); update its TLS"


def _no_name(target: Target, _error: BaseException) -> str:
    host = httpx.URL(target.proxy.url or target.url).host
    return f"does not answer: the name {host} cannot be resolved; {CHECK}"


def _tls_alert(_target: Target, error: BaseException) -> str | None:
    if not any(alert in str(error) for alert in ALERT):
        return None
    return "speaks TLS, and was asked in plain http; write https:// in the url"


def _no_connection(target: Target, error: OSError) -> str | None:
    place = f" by the proxy {target.proxy.url}" if target.proxy.url else ""
    if error.errno == errno.ECONNREFUSED:
        return f"does not answer: the connection was refused{place}; {RUNNING}"
    if error.errno in UNREACHABLE:
        return f"does not answer: no network leads there; {CHECK}"
    if error.errno == errno.ETIMEDOUT:
        return f"does not answer: no connection was made in time; {CHECK}"
    return None


def _reset(target: Target, error: BaseException) -> str | None:
    silent = "disconnected" in str(error) or not isinstance(error, httpx.RemoteProtocolError)
    if not silent:
        return "does not speak HTTP there; are host and port of the url right?"
    hint = "try again, or look what stands in between"
    if target.url.startswith("http:"):
        hint = "does it speak https?"
    elif not target.tls.cert:
        hint = f"does it want a client certificate ([tls] cert and key)? Else {hint}"
    return f"does not answer: it closes the connection without a response; {hint}"


def _proxy(target: Target, error: BaseException) -> str:
    status = str(error).partition(" ")[0]
    if status == NO_PROXY:
        hint = "give user and password in [proxy] url (env:NAME keeps them out of the file)"
        return f"is behind the proxy {target.proxy.url}, which wants a login (407); {hint}"
    shown = f" ({status})" if status.isdecimal() else ""
    return f"is behind the proxy {target.proxy.url}, which does not let us pass{shown}; ask it"


EXPLAINED: Final[Sequence[tuple[Any, Callable[[Target, Any], str | None]]]] = (
    (httpx.ProxyError, _proxy),
    (ssl.SSLCertVerificationError, _distrusted),
    (ssl.SSLError, _no_handshake),
    (socket.gaierror, _no_name),
    (httpx.RemoteProtocolError, _tls_alert),
    (OSError, _no_connection),
    ((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError), _reset),
)
"""Kinds of causes, the most telling first, and the words for each."""
