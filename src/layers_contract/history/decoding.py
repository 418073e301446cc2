"""Bodies as their `Content-Encoding` says, up to a size."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

__all__ = ["DecodingError", "UnknownEncodingError", "decoded", "too_long"]

EXTRA: Final = "layers-contract[encodings]"
AT_ONCE: Final = 256
"""Bytes of zstd at a time: they make 8 MiB at most."""
NAME: Final = re.compile(r"[a-z0-9-]{1,20}")


class DecodingError(ValueError):
    """A body is longer than wanted, or not what its encoding says."""


class UnknownEncodingError(DecodingError):
    """A body is encoded in a way that nothing here can undo: what it holds is not known."""


def too_long(most: int) -> DecodingError:
    """What is wrong with a body of more than *most* bytes."""
    return DecodingError(f"the body is longer than {most:,} bytes")


def decoded(raw: bytes, encodings: str, most: int) -> bytes:
    """*raw*, without the *encodings* that a `Content-Encoding` lists, in *most* bytes.

    Raises:
        DecodingError: It is longer, or not so encoded.
        UnknownEncodingError: It is encoded in a way that nothing here can undo.
    """
    names = [name.strip().lower() for name in encodings.split(",")]
    for name in reversed([name for name in names if name not in ("", "identity")]):
        if not raw:
            break
        raw = _decoder(name)(raw, most)
        if len(raw) > most:
            raise too_long(most)
    return raw


def _decoder(name: str) -> Callable[[bytes, int], bytes]:
    shown = f"{name}-encoded" if NAME.fullmatch(name) else "encoded in an odd way"
    said = f"the answer is {shown} although identity was asked for"
    if name not in _DECODERS:
        raise UnknownEncodingError(said)
    try:
        return _DECODERS[name]()
    except ImportError as error:
        raise UnknownEncodingError(f"{said}; install {EXTRA}") from error


def _broken() -> DecodingError:
    return DecodingError("the body is not what its Content-Encoding says")


def _inflater() -> Callable[[bytes, int], bytes]:
    return _inflate


def _inflate(raw: bytes, most: int) -> bytes:
    """Gzip in one member or several; deflate comes with a zlib header or bare."""
    for wbits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        with suppress(zlib.error):
            return _members(raw, wbits, most)
    raise _broken()


def _members(raw: bytes, wbits: int, most: int) -> bytes:
    body = bytearray()
    while raw:
        inflater = zlib.decompressobj(wbits)
        body += inflater.decompress(raw, most + 1 - len(body))
        if len(body) > most:
            raise too_long(most)
        if not inflater.eof:
            raise zlib.error
        # Padding may stand behind the last member.
        raw = inflater.unused_data.lstrip(b"\0")
    return bytes(body)


def _brotli() -> Callable[[bytes, int], bytes]:
    brotli: Any = import_module("brotli")

    def decode(raw: bytes, most: int) -> bytes:
        body, decompressor = bytearray(), brotli.Decompressor()
        try:
            while not decompressor.is_finished() and len(body) <= most:
                more = decompressor.process(raw, output_buffer_limit=most + 1)
                if not more and not raw:
                    break
                body, raw = body + more, b""
        except brotli.error:
            raise _broken() from None
        if len(body) <= most and not decompressor.is_finished():
            raise _broken()
        return bytes(body)

    return decode


def _zstd() -> Callable[[bytes, int], bytes]:
    zstandard: Any = import_module("zstandard")

    def decode(raw: bytes, most: int) -> bytes:
        body, frame = bytearray(), zstandard.ZstdDecompressor().decompressobj()
        try:
            for start in range(0, len(raw), AT_ONCE):
                if frame.eof:
                    raise _broken()
                body += frame.decompress(raw[start : start + AT_ONCE])
                if len(body) > most:
                    return bytes(body)
        except zstandard.ZstdError:
            raise _broken() from None
        if not frame.eof or frame.unused_data:
            raise _broken()
        return bytes(body)

    return decode


_DECODERS: Final[Mapping[str, Callable[[], Callable[[bytes, int], bytes]]]] = {
    "gzip": _inflater,
    "x-gzip": _inflater,
    "deflate": _inflater,
    "br": _brotli,
    "zstd": _zstd,
}
