"""The baseline as a TOML file that people edit: one `[[known]]` table an entry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from layers_contract.baseline._entries import BaselineError, Entry

__all__ = ["HEAD", "parse", "read"]

HEAD: Final = re.compile(r"^[ \t]*\[\[[ \t]*known[ \t]*\]\]", re.MULTILINE)
_FIELDS: Final = ("promise", "cause", "reason", "owner", "expires")


def read(path: Path, promises: Collection[str]) -> list[Entry]:
    """The entries of a file; *promises* are the ids that there are.

    Raises:
        BaselineError: It cannot be read, or something in it cannot be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BaselineError(f"{path}: not UTF-8") from error
    return parse(text, str(path), promises)


def parse(text: str, name: str, promises: Collection[str]) -> list[Entry]:
    """The entries in a file's *text*; *name* is for messages.

    Raises:
        BaselineError: As `read` does.
    """
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BaselineError(f"{name}: not TOML: {error}") from error
    for key in values:
        if key != "known":
            raise BaselineError(f"{name}: there is no {key!r} here; entries are [[known]] tables")
    tables = values.get("known", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise BaselineError(f"{name}: known must be [[known]] tables, one an entry")
    lines = _lines(text, len(tables))
    entries: dict[tuple[str, str | None], Entry] = {}
    for number, (table, line) in enumerate(zip(tables, lines, strict=True), 1):
        where = f"{name}:{line}: entry {number}"
        entry = _entry(table, line, where, promises)
        same = entries.setdefault((entry.promise, entry.cause), entry)
        if same is not entry:
            raise BaselineError(f"{where}: says the same as the one in line {same.line}: {entry}")
    return list(entries.values())


def _lines(text: str, tables: int) -> list[int]:
    """The line on which each table begins; 1 for all where that cannot be said."""
    heads = [text.count("\n", 0, found.end()) + 1 for found in HEAD.finditer(text)]
    return heads if len(heads) == tables else [1] * tables


def _entry(table: Mapping[str, Any], line: int, where: str, promises: Collection[str]) -> Entry:
    for key in table:
        if key not in _FIELDS:
            raise BaselineError(f"{where}: unknown {key!r}; an entry has {', '.join(_FIELDS)}")
    promise = _text(table, "promise", where)
    if promise not in promises:
        hint = "`layers-contract invariants` names them all"
        raise BaselineError(f"{where}: there is no promise {promise!r}; {hint}")
    where = f"{where} ({promise})"
    return Entry(
        promise=promise,
        cause=_text(table, "cause", where) if "cause" in table else None,
        reason=_text(table, "reason", where),
        owner=_text(table, "owner", where),
        expires=_day(table, where),
        line=line,
    )


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    if name not in table:
        raise BaselineError(f'{where}: {name} is missing; write {name} = "…"')
    value = table[name]
    if not isinstance(value, str) or not value.strip():
        raise BaselineError(f"{where}: {name} must be a text that says something")
    return value.strip()


def _day(table: Mapping[str, Any], where: str) -> date:
    value = table.get("expires")
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BaselineError(f"{where}: expires must be a day, such as expires = 2027-01-31")
    return value
