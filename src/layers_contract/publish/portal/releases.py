"""Releases as the pages tell them: what hurts most first, and by the operations that it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from layers_contract.diff.model import RATINGS, Change, Rating, Release

__all__ = ["Part", "Telling", "tell"]

_TITLES: Final[dict[Rating, str]] = {
    "breaking": "Breaking",
    "addition": "Added",
    "wording": "Reworded",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The changes of one rating; those that reach the same operations stand together."""

    rating: Rating
    title: str
    number: int
    groups: tuple[tuple[tuple[str, ...], tuple[Change, ...]], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A release and its parts; the first one changes nothing."""

    release: Release
    parts: tuple[Part, ...]
    first: bool


def tell(releases: Sequence[Release]) -> list[Telling]:
    """Each release, as it is given: newest first."""
    return [_telling(each, first=each is releases[-1]) for each in releases]


def _telling(release: Release, *, first: bool) -> Telling:
    parts = (_part(release, rating) for rating in RATINGS)
    return Telling(release, tuple(part for part in parts if part.number), first)


def _part(release: Release, rating: Rating) -> Part:
    changes = [each for each in release.changes if each.rating == rating]
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(change.operations, []).append(change)
    grouped = tuple((operations, tuple(each)) for operations, each in groups.items())
    return Part(rating, _TITLES[rating], len(changes), grouped)
