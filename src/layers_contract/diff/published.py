"""The versions that partners have: what was published, and what each changed.

`openapi/published/` holds

- `releases.yaml`: a list of `{version, date}`, the oldest first;
- `1.0.0.yaml` and so on: the partners' document of each of them, as it was published;
- `1.0.0.source.yaml` and so on: `openapi/layers.yaml` as it was then, for what partners do not see;
- `1.1.0.md` and so on, where somebody wrote one: a note on the way to that version, in Markdown. It
  may be there before its version is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as calendar
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from layers_contract.diff import differ
from layers_contract.diff.model import Release
from layers_contract.spec.document import DocumentError, read_yaml
from layers_contract.spec.problems import RefusedError

Json = Any

LIST: Final = "releases.yaml"
_SEMVER: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Version(NamedTuple):
    """A semantic version of three numbers."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return ".".join(map(str, self))


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was published, when, and its document."""

    version: Version
    date: str
    document: Path

    @property
    def source(self) -> Path:
        """What the partners' document was made of."""
        return self.document.with_suffix(".source.yaml")


def version_of(said: Json, where: str) -> Version:
    """*said* as a version.

    Raises:
        RefusedError: It is none; *where* is told.
    """
    if isinstance(said, str) and (found := _SEMVER.fullmatch(said)):
        return Version(*map(int, found.groups()))
    raise RefusedError(f"{where}: {said!r} is no version; write three numbers, such as '1.2.0'")


def current_version(current: Path) -> Version:
    """The `info.version` of the document *current*. Raises `RefusedError` where it is none."""
    info = differ.read(current).get("info")
    said = info.get("version") if isinstance(info, dict) else None
    return version_of(said, f"{current}, info.version")


def listed(folder: Path) -> tuple[Published, ...]:
    """What was published, the oldest first; nothing where there is no list.

    Raises:
        RefusedError: The list is misshapen or out of order, or a document is not there.
    """
    path = folder / LIST
    if not path.exists():
        return ()
    try:
        raw = read_yaml(path)
    except DocumentError as error:
        raise RefusedError(str(error)) from error
    found = tuple(_entry(path, each) for each in _list(path, raw))
    for earlier, later in pairwise(found):
        if later.version <= earlier.version or later.date < earlier.date:
            raise RefusedError(
                f"{path}: {later.version} of {later.date} comes after {earlier.version} of"
                f" {earlier.date}; list the oldest first, each version once"
            )
    return found


def _list(path: Path, raw: Json) -> list[Json]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise RefusedError(f"{path}: is no list; list each version as {{version, date}}")
    return raw


def _entry(path: Path, raw: Json) -> Published:
    if not isinstance(raw, dict) or set(raw) != {"version", "date"}:
        raise RefusedError(f"{path}: {raw!r} is no release; write {{version, date}}")
    version = version_of(raw["version"], str(path))
    found = Published(version, _day(raw["date"], str(path)), path.with_name(f"{version}.yaml"))
    for document in (found.document, found.source):
        if not document.is_file():
            raise RefusedError(f"{path}: names {version}, and {document} is not there; put it back")
    return found


def _day(said: Json, where: str) -> str:
    try:
        return calendar.fromisoformat(said).isoformat()
    except (TypeError, ValueError) as error:
        message = f"{where}: {said!r} is no day; write it as '2026-01-31'"
        raise RefusedError(message) from error


def releases(folder: Path, current: Path) -> tuple[Release, ...]:
    """Every version with what it changed, the newest first.

    The document *current* comes first where its version was not published yet, without a date. The
    first version of all has no changes.

    Raises:
        MissingToolError: Redocly is not installed.
        RefusedError: Something published cannot be read, or *current* is older than it.
    """
    known = listed(folder)
    version = current_version(current)
    if version not in {each.version for each in known}:
        _refuse_older(version, known, current)
        known = (*known, Published(version, "", current))
    found = [_release(folder, known[0], None)]
    found += [_release(folder, later, earlier) for earlier, later in pairwise(known)]
    return tuple(reversed(found))


def _release(folder: Path, it: Published, before: Published | None) -> Release:
    changes = differ.between(before.document, it.document) if before else ()
    return Release(str(it.version), it.date, changes, _note(folder / f"{it.version}.md"))


def _note(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise RefusedError(f"{path}: cannot be read; write it as UTF-8 text") from error


def record(folder: Path, current: Path, source: Path, date: str) -> None:
    """Keep the document *current*, made of *source*, as published on *date*, in ISO 8601.

    Raises:
        RefusedError: Its version is not above all that were published, or *date* is no day.
    """
    known, version = listed(folder), current_version(current)
    day = _day(date, "the date of publication")
    _refuse_older(version, known, current)
    if known and day < known[-1].date:
        raise RefusedError(f"{known[-1].version} was published on {known[-1].date}, after {day}")
    folder.mkdir(parents=True, exist_ok=True)
    kept = Published(version, day, folder / f"{version}.yaml")
    kept.document.write_bytes(current.read_bytes())
    kept.source.write_bytes(source.read_bytes())
    lines = [(each.version, each.date) for each in known] + [(version, day)]
    text = "".join(f"- version: {each}\n  date: {on}\n" for each, on in lines)
    (folder / LIST).write_text(text, encoding="utf-8")


def _refuse_older(version: Version, known: tuple[Published, ...], current: Path) -> None:
    if known and version <= known[-1].version:
        raise RefusedError(
            f"{current}: info.version is {version}, and {known[-1].version} was published already;"
            f" give it a higher one"
        )
