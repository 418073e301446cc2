"""Entries for what a result shows; what people wrote in the file stays to the letter."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from layers_contract.baseline._entries import FILL_IN, BaselineError, Entry
from layers_contract.baseline._file import HEAD, parse

__all__ = ["Update", "pruned", "update"]

_BEGINNING: Final = """\
# Known violations, for `layers-contract check --baseline`. Only new ones fail a run.
# An entry without a cause accepts every way to break its promise; a * in a cause is any text.
# After the day that `expires` names, the violation fails again.
"""


@dataclass(frozen=True, slots=True)
class Update:
    """A file's new text, the entries that were added, and those that the result does not show."""

    text: str
    added: tuple[Entry, ...]
    gone: tuple[Entry, ...]


def update(  # noqa: PLR0913, PLR0917 - the file, what was seen, and what new entries say
    text: str,
    entries: Sequence[Entry],
    seen: Iterable[tuple[str, str]],
    judged: Collection[str],
    expires: date,
    owner: str | None = None,
    reason: str | None = None,
) -> Update:
    """*text*, which holds *entries*, with an entry for each promise and cause *seen* in a result.

    *judged* are the promises that the result judged: only of these can an entry be gone.
    """
    pairs = list(dict.fromkeys(seen))
    added = [
        Entry(
            promise,
            cause,
            reason or f"{FILL_IN}: why is this accepted?",
            owner or f"{FILL_IN}: who mends it?",
            expires,
        )
        for promise, cause in pairs
        if not any(each.covers(promise, cause) for each in entries)
    ]
    gone = [
        each
        for each in entries
        if each.promise in judged and not any(each.covers(*pair) for pair in pairs)
    ]
    body = text if text.strip() else _BEGINNING
    new = "\n".join([body.rstrip("\n"), *map(_table, added)]) + "\n" if added else body
    return Update(new, tuple(added), tuple(gone))


def pruned(text: str, name: str, gone: Collection[Entry], promises: Collection[str]) -> str:
    """*text* without the tables of *gone*, and without the comments inside them.

    Raises:
        BaselineError: The tables cannot be told apart in the text.
    """
    heads = [found.start() for found in HEAD.finditer(text)]
    entries = parse(text, name, promises)
    if len(heads) != len(entries):
        raise BaselineError(f"{name}: cannot be cut; delete the entries by hand")
    ends = [*heads[1:], len(text)]
    kept = text[: heads[0]] if heads else text
    for entry, start, end in zip(entries, heads, ends, strict=True):
        table = text[start:end]
        kept += _comments_at_the_end(table) if entry in gone else table
    if len(parse(kept, name, promises)) != len(entries) - len(gone):
        raise BaselineError(f"{name}: cannot be cut; delete the entries by hand")
    return kept


def _comments_at_the_end(table: str) -> str:
    """The comment lines below a table's last value: they belong to the next table."""
    lines = table.splitlines(keepends=True)
    last = max((n for n, line in enumerate(lines) if line.strip() and line.lstrip()[0] != "#"))
    below = lines[last + 1 :]
    return "".join(below).lstrip("\n") if any(line.strip() for line in below) else ""


def _table(entry: Entry) -> str:
    cause = [f"cause = {_quoted(entry.cause)}"] if entry.cause is not None else []
    return "\n".join(
        [
            "",
            "[[known]]",
            f"promise = {_quoted(entry.promise)}",
            *cause,
            f"reason = {_quoted(entry.reason)}",
            f"owner = {_quoted(entry.owner)}",
            f"expires = {entry.expires.isoformat()}",
        ]
    )


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
