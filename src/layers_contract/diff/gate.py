"""What stops a version from being published: a change that its number does not tell.

Partners read the number alone. A breaking change needs another major version, any change a new
version, and no version ever goes back. What partners do not see, for it is only assumed, may change
as it likes; but for what would break a program, since it may be no assumption to who wrote that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from layers_contract.diff import differ, published
from layers_contract.diff.model import Change
from layers_contract.diff.phrases import counted
from layers_contract.diff.published import Published, Version
from layers_contract.spec.problems import RefusedError

OURS: Final = "openapi/layers.yaml"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The version that was published last, what the document says it is, and what has changed."""

    last: Version
    says: Version
    changes: tuple[Change, ...]
    name: str = OURS

    @property
    def written_in(self) -> str:
        """Where the version is written."""
        return f"info.version in {self.name}"


def check(folder: Path, current: Path, source: Path, name: str = OURS) -> None:
    """Refuse the document *current*, made of *source*, if its version does not tell what changed.

    *name* is what the document is called where it is refused.

    Raises:
        MissingToolError: Redocly is not installed.
        RefusedError: There are changes that need another version; they are in the lines. Or the
            version goes back, or something cannot be read.
    """
    if found := compare(folder, current, source, name):
        judge(found)


def compare(folder: Path, current: Path, source: Path, name: str = OURS) -> Comparison | None:
    """*current* beside what was published last; None where nothing was. Raises as `check` does."""
    known, says = published.listed(folder), published.current_version(current)
    if not known:
        return None
    last = known[-1]
    seen = differ.between(last.document, current)
    return Comparison(last.version, says, (*seen, *_unseen(last, source, seen)), name)


def _unseen(last: Published, source: Path, seen: tuple[Change, ...]) -> Iterator[Change]:
    """The breaking changes that are not in the partners' document."""
    told = {(change.where, change.rule) for change in seen}
    for change in differ.between(last.source, source):
        if change.rating == "breaking" and (change.where, change.rule) not in told:
            yield replace(change, what=f"{change.what} (Only assumed: partners do not see it.)")


def judge(found: Comparison) -> None:
    """Refuse a version that does not tell its changes.

    Raises:
        RefusedError: It does not; the first line says which version it would have to be.
    """
    breaking = [change for change in found.changes if change.rating == "breaking"]
    if found.says < found.last:
        raise RefusedError(
            f"{found.last} was published, and versions do not go back; {found.written_in} says"
            f" {found.says}, and needs {needed(found)} or higher",
            [line(change) for change in found.changes],
        )
    if breaking and found.says.major == found.last.major:
        _refuse(found, counted(len(breaking), "breaking change"), len(breaking))
    if found.changes and found.says == found.last:
        _refuse(found, counted(len(found.changes), "change"), len(found.changes))


def needed(found: Comparison) -> Version:
    """The lowest version that tells the changes."""
    return next_version(found.last, found.changes)


def next_version(last: Version, changes: Sequence[Change]) -> Version:
    """The lowest version after *last* that may hold *changes*."""
    major, minor, patch = last
    ratings = {change.rating for change in changes}
    if "breaking" in ratings:
        return Version(major + 1, 0, 0)
    if "addition" in ratings:
        return Version(major, minor + 1, 0)
    return Version(major, minor, patch + 1) if ratings else last


def line(change: Change) -> str:
    """A change in one line: how it is rated, what it reaches, what it is."""
    reached = ", ".join(change.operations) or "the whole API"
    return f"{change.rating}: {reached}: {change.what}"


def _refuse(found: Comparison, changes: str, number: int) -> None:
    raise RefusedError(
        f"{found.last} was published, and {changes} {'needs' if number == 1 else 'need'}"
        f" {needed(found)}; {found.written_in} says {found.says}",
        [line(change) for change in found.changes],
    )
