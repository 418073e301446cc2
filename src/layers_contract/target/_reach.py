"""How to get to a server: headers that a gate on the way wants, certificates, a proxy."""

from __future__ import annotations

import os
import re
import ssl
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import certifi

from layers_contract.target._errors import TargetError

__all__ = ["Header", "Proxy", "Tls", "header_of", "headers_of", "proxy_of", "tls_of"]

ENVIRONMENT: Final = "env:"
"""Before the name of a variable that holds the value."""
UNDISPOSABLE: Final = frozenset(
    {"host", "content-length", "content-type", "connection", "accept", "accept-encoding"}
    | {"user-agent", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive"}
    | {"proxy-authorization", "proxy-connection"}
)
"""Headers that every request has of its own, or that belong to a connection."""
SHORTEST_PART: Final = 12
"""Characters from which on a part of a value is a secret of its own: a cookie's, a token."""

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header that each request to the target carries. Its value is in no repr.

    `variable` is the environment variable that holds the value, or would for a script.
    """

    name: str
    value: str = field(repr=False)
    variable: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """The value, and the parts of it that a server may quote alone."""
        parts = {part for each in re.split(r"[\s;,]+", self.value) for part in _sides(each)}
        return (self.value, *sorted(part for part in parts if len(part) >= SHORTEST_PART))


def _sides(part: str) -> tuple[str, str]:
    """A part of a header's value, and what stands after its name, if it has one."""
    return part, part.partition("=")[2]


@dataclass(frozen=True, slots=True)
class Tls:
    """Which certificates are trusted beside the usual ones, and which is shown."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """What a connection is made with. `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.

        Raises:

            TargetError: A file is not there, or not what it should be.
        """
        return _context(self, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy that all requests go through, if any. Its user and password are in no repr."""

    url: str | None = None
    user: str | None = field(default=None, repr=False)

    @property
    def whole(self) -> str | None:
        """Its address with user and password, as HTTP libraries take it."""
        if self.url is None or self.user is None:
            return self.url
        name, _, password = self.user.partition(":")
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{quote(name, safe='')}:{quote(password, safe='')}@{rest}"


def headers_of(raw: Any, where: str) -> tuple[Header, ...]:
    """The headers that a target file's table names.

    Raises:

        TargetError: One cannot be sent, or is not ours to set.
    """
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    if twice := next((n for n, c in Counter(map(str.lower, raw)).items() if c > 1), None):
        raise TargetError(f"{where} names {twice} twice")
    return tuple(header_of(name, value, f"{where} {name}") for name, value in raw.items())


def header_of(name: str, value: Any, where: str) -> Header:
    """The header of that name; a *value* of `env:NAME` is read from the environment.

    Raises:

        TargetError: It cannot be sent, or is not ours to set. The message does not quote it.
    """
    if not _NAME.fullmatch(name):
        raise TargetError(f"{where} is not a header's name")
    if name.lower() in UNDISPOSABLE:
        raise TargetError(f"{where} is set by the run itself; leave it out")
    if not isinstance(value, str):
        raise TargetError(f"{where} must be a string")
    variable = value.removeprefix(ENVIRONMENT)
    if variable == value:
        variable = re.sub(r"[^A-Z0-9]", "_", f"HEADER_{name.upper()}")
        return Header(name, _sendable(value, where), variable)
    return Header(name, _sendable(_environment(variable, where), where), variable)


def _environment(variable: str, where: str) -> str:
    if not _VARIABLE.fullmatch(variable):
        raise TargetError(f"{where}: {ENVIRONMENT} stands before a variable's name; write env:NAME")
    found = os.environ.get(variable)
    if not found:
        raise TargetError(f"{where} names {variable}, which is not set; export it")
    return found


def _sendable(value: str, where: str) -> str:
    if value != value.strip():
        what = "ends" if value[-1:].isspace() else "begins"
        raise TargetError(f"{where}: its value {what} with white space; remove it")
    if not value:
        raise TargetError(f"{where} is empty; leave it out")
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        raise TargetError(f"{where} holds characters that no header may hold")
    return value


def tls_of(raw: Any, where: str, folder: Path) -> Tls:
    """The certificates that a target file's table names; paths begin in *folder*."""
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    paths = {
        name: _path(raw.get(name), f"{where} {name}", folder) for name in ("ca", "cert", "key")
    }
    verify = raw.get("verify", True)
    if not isinstance(verify, bool):
        raise TargetError(f"{where} verify must be true or false")
    if paths["key"] and not paths["cert"]:
        raise TargetError(f"{where} key needs cert: a key alone proves nothing")
    found = Tls(**paths, verify=verify)
    if raw:
        try:
            found.context()
        except TargetError as error:
            raise TargetError(f"{where} {error}") from error
    return found


def _path(value: Any, where: str, folder: Path) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise TargetError(f"{where} must be a file's path")
    path = folder / Path(value).expanduser()
    if not path.exists():
        raise TargetError(f"{where}: there is no file {path}")
    return path.absolute()


@cache
def _context(tls: Tls, file: str | None, folder: str | None) -> ssl.SSLContext:
    for variable, path in (("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)):
        if path and not any(Path(each).exists() for each in path.split(os.pathsep)):
            raise TargetError(f"{variable} names {path}, which is not there")
    context = ssl.create_default_context()  # with the environment's files, or the system's
    try:
        if not file and not folder:
            context.load_verify_locations(certifi.where())
        if tls.ca:
            folder_of = str(tls.ca) if tls.ca.is_dir() else None
            context.load_verify_locations(None if folder_of else str(tls.ca), folder_of)
    except (OSError, ssl.SSLError) as error:
        raise TargetError(f"ca: {tls.ca} holds no certificate in PEM") from error
    if tls.cert:
        _show(context, tls.cert, tls.key)
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class _EncryptedError(Exception):
    """A key wants a password, and there is nobody to ask."""


def _show(context: ssl.SSLContext, cert: Path, key: Path | None) -> None:
    """Let *context* show a certificate to the server."""

    def ask() -> str:
        raise _EncryptedError

    try:
        context.load_cert_chain(cert, key, ask)
    except _EncryptedError:
        raise TargetError(f"key: {key or cert} is encrypted; name a file that is not") from None
    except ssl.SSLError as error:
        what = "are no pair" if "MISMATCH" in str(error) else "are not both there in PEM"
        raise TargetError(f"cert and key: certificate and private key {what}") from error
    except OSError as error:
        raise TargetError(f"cert or key: cannot be read ({error.strerror})") from error


def proxy_of(raw: Any, where: str) -> Proxy:
    """The proxy that a target file's table names.

    Raises:

        TargetError: It is no address of a proxy. The message does not quote it.
    """
    if not isinstance(raw, dict):
        raise TargetError(f"{where} must be a table")
    url = raw.get("url")
    if url is None:
        return Proxy()
    if not isinstance(url, str):
        raise TargetError(f"{where} url must be a string")
    if url.startswith(ENVIRONMENT):
        url = _environment(url.removeprefix(ENVIRONMENT), f"{where} url")
    return _proxy(url, f"{where} url is not the http or https address of a proxy")


def _proxy(url: str, complaint: str) -> Proxy:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/")
        sound = sound and url.isprintable() and not parts.query and parts.port != 0
    except ValueError:
        raise TargetError(complaint) from None
    if not sound:
        raise TargetError(complaint)
    host = parts.netloc.rpartition("@")[2]
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    return Proxy(f"{parts.scheme}://{host}", user)
