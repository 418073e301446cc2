"""What is in a file, whatever it is called: archives opened, compression and BOMs undone."""

from __future__ import annotations

import codecs
import io
import mmap
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from ._entry import RecordingError

__all__ = ["Part", "parts"]

Buffer = bytes | mmap.mmap
NESTED: Final = 3
"""How deep archives may stand in each other."""
MOST: Final = 4 << 30
"""Bytes that a compressed recording may have once it is unpacked."""
CHUNK: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Part:
    """One recording: its bytes in UTF-8, and where the bodies are that were saved beside it."""

    name: str
    data: Buffer
    attached: Callable[[str], bytes | None]
    cut_off: bool = False


def parts(path: Path) -> Iterator[Part]:
    """The recordings in a file: one, or those in an archive.

    Raises:
        RecordingError: It cannot be read.
    """
    try:
        data = _content(path)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RecordingError(f"{path}: cannot be read ({said}): check its name") from error
    yield from _opened(str(path), data, _beside(path), 0)


def _content(path: Path) -> Buffer:
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return file.read()


def _beside(path: Path) -> Callable[[str], bytes | None]:
    """Bodies in the folder of *path*; a name can lead nowhere else."""

    def find(name: str) -> bytes | None:
        file = path.parent / name
        try:
            return file.read_bytes() if name not in ("", ".", "..") and file.is_file() else None
        except (OSError, ValueError):
            return None

    return find


def _opened(
    name: str, data: Buffer, attached: Callable[[str], bytes | None], depth: int
) -> Iterator[Part]:
    if data[:2] == b"PK" and depth < NESTED:
        yield from _members(name, data, depth)
        return
    cut_off = False
    if data[:2] == b"\x1f\x8b":
        data, cut_off = _inflated(name, data, zlib.MAX_WBITS | 16)
    elif data[:1] == b"\x78" and data[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        data, cut_off = _inflated(name, data, zlib.MAX_WBITS)
    if data[:2] == b"PK" and depth < NESTED:
        yield from _members(name, data, depth)
        return
    yield Part(name, _utf8(name, data), attached, cut_off)


def _inflated(name: str, data: Buffer, wbits: int) -> tuple[bytes, bool]:
    """What can be unpacked of *data*, and whether its end is missing."""
    body, rest = io.BytesIO(), memoryview(data)
    inflater = zlib.decompressobj(wbits)
    try:
        while rest:
            chunk, rest = rest[:CHUNK], rest[CHUNK:]
            body.write(inflater.decompress(chunk))
            if body.tell() > MOST:
                raise RecordingError(f"{name}: too large once unpacked: judge it in parts")
            if inflater.eof:
                rest = memoryview(inflater.unused_data + bytes(rest))
                if bytes(rest[:2]) != bytes(data[:2]):
                    return body.getvalue(), False
                inflater = zlib.decompressobj(wbits)
    except zlib.error:
        return body.getvalue(), True
    return body.getvalue(), not inflater.eof and body.tell() > 0


def _members(name: str, data: Buffer, depth: int) -> Iterator[Part]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = {each.filename: each for each in archive.infolist() if not each.is_dir()}
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise RecordingError(f"{name}: the archive cannot be opened: save it again") from error
    if sum(each.file_size for each in members.values()) > MOST:
        raise RecordingError(f"{name}: too large once unpacked: judge it in parts")
    find = _in_archive(archive, members)
    logs = [each for each in members if _is_log(each)] or list(members)
    for each in logs:
        content = _read(archive, members[each])
        if content is not None:
            yield from _opened(f"{name}:{each}", content, find, depth + 1)


def _is_log(name: str) -> bool:
    """Whether a file of an archive is by its name a recording, and not a body of one."""
    low = name.lower()
    return low.endswith((".har", ".har.gz", ".zip", ".jsonl", ".jsonl.gz", ".xml", ".csv"))


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError):
        return None


def _in_archive(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]
) -> Callable[[str], bytes | None]:
    named = {PurePosixPath(name).name: each for name, each in members.items()}
    return lambda name: _read(archive, named[name]) if name in named else None


def _utf8(name: str, data: Buffer) -> Buffer:
    for bom, encoding in _BOMS:
        if data[: len(bom)] == bom:
            return data[len(bom) :] if encoding == "utf-8" else _recoded(name, data, encoding)
    head = data[:4]
    if len(head) == 4 and head.count(b"\0") in (2, 3):
        wide = "utf-32" if head.count(b"\0") == 3 else "utf-16"
        return _recoded(name, data, f"{wide}-{'be' if head[0] == 0 else 'le'}")
    return data


def _recoded(name: str, data: Buffer, encoding: str) -> bytes:
    try:
        return bytes(data).decode(encoding, "replace").encode("utf-8", "replace")
    except UnicodeError as error:
        raise RecordingError(f"{name}: cannot be read as {encoding}: save it as UTF-8") from error
