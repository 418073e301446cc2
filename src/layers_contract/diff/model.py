"""A change of the document, and a release that holds some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Rating = Literal["breaking", "addition", "wording"]
RATINGS: Final[tuple[Rating, ...]] = ("breaking", "addition", "wording")
"""From the one that hurts most."""

NOTHING: Final = "Nothing to do."
"""What a partner has to do about most changes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two versions of the document.

    `operations` are the operationIds that it reaches, in the document's order; none where it is
    about the whole document. `where` is a JSON Pointer as a URI fragment, into the newer document
    or, for what is gone, into the older one. `todo` says what a partner has to do, and is one
    sentence also where that is nothing. `rule` names the rule that rated it.
    """

    rating: Rating
    operations: tuple[str, ...]
    where: str
    what: str
    todo: str
    rule: str

    @property
    def asks(self) -> bool:
        """Whether a partner has something to do."""
        return self.todo != NOTHING


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the document and what it changed; `date` is ISO 8601, or empty when not out."""

    version: str
    date: str
    changes: tuple[Change, ...]
    note: str = ""
