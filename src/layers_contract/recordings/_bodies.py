"""What a recorded body was on the wire, or that nobody recorded it.

*Not recorded is not empty*: a body counts as empty only where something says so.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from layers_contract.history.decoding import DecodingError, decoded

from ._entry import is_scrubbed

__all__ = ["MissingError", "request_body", "response_body"]

MOST: Final = 1 << 28
"""Bytes that an encoded body may have once it is decoded."""
BODILESS: Final = frozenset({204, 205, 304})
_MISSING: Final = re.compile(
    r"truncat|not (?:available|included|recorded|loaded)|omitted|evicted|unavailable"
    r"|too (?:large|big)",
    re.IGNORECASE,
)
_TRACES: Final = ("edacted", "REDACTED", "FILTERED", "Filtered]", "***", "\ufffd")
"""What scrubbers and wrong decoding leave inside of a body."""
SHORT: Final = 40
"""Characters that a placeholder for a whole body has at most."""
_COMPRESSED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class MissingError(ValueError):
    """A body was not recorded, or not as it was; the message says which."""


def response_body(  # noqa: PLR0913 - each is another word on the same body
    text: Any,
    encoding: str,
    *,
    status: int,
    headers: Mapping[str, str],
    size: float | None,
    sent_size: float | None,
    comment: str,
    trusted: bool,
) -> bytes:
    """The bytes of a response's body.

    *size* is what the recorder says of the body, *sent_size* of what was on the wire; a *trusted*
    recorder writes an empty body as an empty text.

    Raises:
        MissingError: It was not recorded, or is not what it was.
    """
    length = _number(headers.get("content-length"))
    if text is None or text == "":
        if _is_empty(text, status, length, size, sent_size, trusted=trusted):
            return b""
        raise MissingError("the body of the answer was not recorded")
    body = _bytes(text, encoding, size)
    body = _unpacked(body, headers.get("content-encoding", ""))
    if trusted:
        return body
    if comment and _MISSING.search(comment):
        raise MissingError("the body of the answer was not recorded")
    if not _encoded(headers) and len(body) < max(size or 0, length or 0):
        raise MissingError("the body of the answer was not recorded to its end")
    _check(body, text, exact=len(body) in (size, length))
    return body


def request_body(
    text: Any, encoding: str, *, headers: Mapping[str, str], size: float | None, trusted: bool
) -> bytes:
    """The bytes of a request's body; *size* is what the recorder says of it.

    Raises:
        MissingError: It was not recorded, or is not what it was.
    """
    length = _number(headers.get("content-length"))
    if text is None or text == "":
        if (trusted and not size) or length == 0 or (size == 0 and not length):
            return b""
        raise MissingError("the body of the request was not recorded")
    body = _bytes(text, encoding, size)
    if trusted:
        return body
    if not _encoded(headers) and len(body) < max(size or 0, length or 0):
        raise MissingError("the body of the request was not recorded to its end")
    _check(body, text, exact=len(body) in (size, length))
    return body


def _number(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdecimal() else None


def _encoded(headers: Mapping[str, str]) -> bool:
    return headers.get("content-encoding", "identity").lower() not in ("", "identity")


def _is_empty(  # noqa: PLR0913 - each is another word on the same body
    text: Any,
    status: int,
    length: int | None,
    size: float | None,
    sent_size: float | None,
    *,
    trusted: bool,
) -> bool:
    if status in BODILESS or length == 0:
        return True
    return trusted and text == "" and not size and (sent_size or 0) <= 0 and not length


def _bytes(text: Any, encoding: str, size: float | None) -> bytes:
    if not isinstance(text, str):
        if isinstance(text, dict | list):
            return json.dumps(text, ensure_ascii=False).encode(errors="surrogatepass")
        raise MissingError("the body was not recorded as text")
    if encoding.lower() == "base64":
        return _from_base64(text, size)
    if encoding and encoding.lower().replace("-", "") not in ("utf8", "text", "plain", "identity"):
        raise MissingError("the body was recorded in an encoding that is not known")
    return _raw(text)


def _raw(text: str) -> bytes:
    """UTF-8; what was no UTF-8 in the recording stands as it was there."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode(errors="surrogateescape")
        except UnicodeEncodeError:
            return text.encode(errors="surrogatepass")


def _from_base64(text: str, size: float | None) -> bytes:
    """Some recorders call a text base64 that they left as it was: its length tells."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        plain = _raw(text)
        if len(plain) == size:
            return plain
        raise MissingError("the body was recorded in base64 that cannot be decoded") from None


def _unpacked(body: bytes, encodings: str) -> bytes:
    """Without a `Content-Encoding` that the recorder left in place."""
    if not body.startswith(_COMPRESSED):
        return body
    try:
        return decoded(body, encodings or "gzip", MOST)
    except DecodingError as error:
        raise MissingError(f"the body cannot be decoded: {error}") from None


def _check(body: bytes, text: Any, *, exact: bool) -> None:
    """That nobody has changed a body; *text* is what was recorded."""
    if not isinstance(text, str) or text[:1] not in ("{", "["):
        text = body.decode(errors="surrogateescape")
    if _is_changed(text):
        raise MissingError("the body was changed after it was recorded")
    if not exact and text[:1] not in ("{", "[") and _is_wrapped(text):
        raise MissingError("the body was encoded twice when it was recorded")


def _is_changed(text: str) -> bool:
    for trace in _TRACES:  # a loop: any() with a generator costs three times as much here
        if trace in text:
            return True
    return len(text) < SHORT and is_scrubbed(text)


def _is_wrapped(text: str) -> bool:
    """Whether JSON stands in base64, or in a JSON string, where JSON itself must have been."""
    try:
        if text.startswith('"'):
            return str(json.loads(text)).lstrip().startswith(("{", "["))
        inner = base64.b64decode(text, validate=True)
    except (ValueError, RecursionError):
        return False
    return inner.lstrip().startswith((b"{", b"["))
