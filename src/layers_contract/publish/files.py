"""The folder that partners receive: made aside, summed up, and put in place as a whole."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"


@contextmanager
def made_aside(into: Path) -> Iterator[Path]:
    """A folder beside *into* that takes its place in the end, and is gone where that fails."""
    aside = into.with_name(f".{into.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
        shutil.rmtree(into, ignore_errors=True)
        aside.rename(into)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def names(folder: Path) -> list[str]:
    """The files below *folder*, as paths below it, in order."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(folder: Path) -> None:
    """`SHA256SUMS`, for `sha256sum --check`."""
    lines = [f"{sha256(folder / name)}  {name}\n" for name in names(folder) if name != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
