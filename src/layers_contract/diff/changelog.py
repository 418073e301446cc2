"""The changelog: for people in Markdown, for programs in JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from layers_contract.diff.model import RATINGS, Change, Rating, Release
from layers_contract.diff.phrases import counted

Json = Any

_TITLES: Final[dict[Rating, str]] = {
    "breaking": "⚠ Breaking changes",
    "addition": "Additions",
    "wording": "Wording",
}
_HEAD: Final = """# Changelog

What each version of the API changed, the newest first. **⚠ Breaking changes** can stop a program
that works today, and come with a new major version only; each says what to do. Additions and
wording need nothing.
"""


def markdown(releases: Sequence[Release]) -> str:
    """The changelog of *releases*, the newest first, as GitHub's Markdown."""
    parts = [_HEAD]
    for release in releases:
        parts += _release(release, first=release is releases[-1])
    return "\n".join(parts)


def section(release: Release) -> str:
    """What *release* changed, as a section of the changelog."""
    return "\n".join(_release(release, first=False))


def _release(release: Release, *, first: bool) -> Iterator[str]:
    yield f"## {release.version} – {release.date or 'not published yet'}\n"
    if release.changes:
        yield f"{_summary(release.changes)}\n"
    else:
        yield "The first version.\n" if first else "The API is as it was.\n"
    if release.note:
        yield f"{release.note}\n"
    for rating, changes in groupby(_sorted(release.changes), key=lambda each: each.rating):
        yield f"### {_TITLES[rating]}\n"
        yield from _by_operations(list(changes))


def _sorted(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: RATINGS.index(change.rating))


def _by_operations(changes: list[Change]) -> Iterator[str]:
    """The changes of one rating, those of the same operations together."""
    for operations in dict.fromkeys(change.operations for change in changes):
        reached = ", ".join(f"`{name}`" for name in operations) or "The whole API"
        yield f"**{reached}**\n"
        yield from (_item(each) for each in changes if each.operations == operations)
        yield ""


def _item(change: Change) -> str:
    text = f"- {_text(change.what)}"
    if not change.asks:
        return text
    return f"{text}\n  *What to do:* {_text(change.todo)}"


def _text(sentence: str) -> str:
    """*sentence* with nothing that Markdown would take for HTML, but in code as it is."""
    pieces = re.split(r"(`[^`]*`)", sentence)
    return "".join(p if p.startswith("`") else p.replace("<", "&lt;") for p in pieces)


def _summary(changes: Sequence[Change]) -> str:
    counts = Counter(change.rating for change in changes)
    nouns = {"breaking": "breaking change", "addition": "addition", "wording": "change of wording"}
    said = [counted(counts[rating], nouns[rating]) for rating in RATINGS if counts[rating]]
    return f"{', '.join(said)}."


def as_json(releases: Sequence[Release]) -> dict[str, Json]:
    """The changelog of *releases* as `changes.json` holds it.

    `{"format": 1, "releases": [...]}`, the newest first. A release has `version`; `date`, ISO 8601
    or null when it is not published yet; `note`, Markdown or null; `counts`, how many changes have
    each rating; and `changes`, breaking ones first. A change has

    - `rating`: `breaking`, `addition` or `wording`;
    - `operations`: the operationIds that it reaches, `[]` where it is about the whole API;
    - `where`: a JSON Pointer as a URI fragment, into the newer document, or into the older one for
      what is gone;
    - `what` and `todo`: one sentence each;
    - `rule`: the id of the rule that rated it, which is never given to another rule.
    """
    return {"format": 1, "releases": [_as_json(release) for release in releases]}


def _as_json(release: Release) -> dict[str, Json]:
    counts = Counter(change.rating for change in release.changes)
    return {
        "version": release.version,
        "date": release.date or None,
        "note": release.note or None,
        "counts": {rating: counts[rating] for rating in RATINGS},
        "changes": [change_json(change) for change in release.changes],
    }


def change_json(change: Change) -> dict[str, Json]:
    """A change as `as_json` describes it."""
    return {
        "rating": change.rating,
        "operations": list(change.operations),
        "where": change.where,
        "what": change.what,
        "todo": change.todo,
        "rule": change.rule,
    }
