"""HTTP messages as they were on the wire, as entries of HAR."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from layers_contract.history.decoding import DecodingError, decoded

__all__ = ["as_entry", "parsed", "request_of", "response_of"]

Json = dict[str, Any]
MOST: Final = 1 << 28
_END: Final = re.compile(rb"\r?\n\r?\n")
_STATUS: Final = re.compile(r"HTTP/\S+\s+(\d{3})")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]+)[^\r\n]*\r?\n")


def parsed(raw: bytes) -> tuple[str, list[Json], bytes | None]:
    """The first line of a message, its headers and its body; None for one that is not whole."""
    found = _END.search(raw)
    head, body = (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")
    first, *rest = head.decode("utf-8", "replace").splitlines() or [""]
    pairs = (line.partition(":") for line in rest if ":" in line)
    headers = [{"name": name.strip(), "value": value.strip()} for name, _, value in pairs]
    return first, headers, _plain(headers, body)


def _plain(headers: list[Json], body: bytes) -> bytes | None:
    named = {each["name"].lower(): each["value"] for each in headers}
    if "chunked" in named.get("transfer-encoding", "").lower() and _CHUNK.match(body):
        whole = _dechunked(body)
        if whole is None:
            return None
        body = whole
    try:
        return decoded(body, named.get("content-encoding", ""), MOST)
    except DecodingError:
        return body if body[:1] in (b"{", b"[") else None


def _dechunked(body: bytes) -> bytes | None:
    whole, at = bytearray(), 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        if size == 0:
            return bytes(whole)
        whole += body[found.end() : found.end() + size]
        at = found.end() + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    return None


_ABOUT_CODING: Final = frozenset({"content-encoding", "transfer-encoding"})


def _content(headers: list[Json], body: bytes | None) -> tuple[list[Json], Json]:
    """Headers without those that told how a body was encoded, and the body."""
    named = {each["name"].lower() for each in headers}
    coded = bool(named & _ABOUT_CODING)
    gone = {*_ABOUT_CODING, "content-length"} if coded else set()
    kept = [each for each in headers if each["name"].lower() not in gone]
    if body is None:
        return kept, {}
    if coded or not body:
        kept.append({"name": "content-length", "value": str(len(body))} if coded else {})
    return [each for each in kept if each], {
        "size": len(body),
        "text": base64.b64encode(body).decode() if body else "",
        "encoding": "base64",
    }


def request_of(raw: bytes, url: str) -> Json:
    """A request as HAR has it."""
    first, headers, body = parsed(raw)
    kept, content = _content(headers, body)
    size = len(body) if body is not None else 1
    made = {"method": first.split(" ")[0], "url": url, "headers": kept, "bodySize": size}
    return {**made, "postData": content} if body else made


def response_of(raw: bytes) -> Json:
    """A response as HAR has it; one that is none has no status."""
    first, headers, body = parsed(raw)
    found = _STATUS.match(first)
    kept, content = _content(headers, body)
    return {"status": int(found[1]) if found else 0, "headers": kept, "content": content}


def as_entry(started: Any, took: Any, request: Json, response: Json) -> Json:
    """An entry of HAR."""
    return {"startedDateTime": started, "time": took, "request": request, "response": response}
