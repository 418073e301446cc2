"""The gate stops what a version does not tell, and passes the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from layers_contract.diff import differ, gate, published
from layers_contract.diff.gate import Comparison
from layers_contract.diff.model import Change, Rating
from layers_contract.diff.published import Version
from layers_contract.spec.problems import RefusedError


def change(rating: Rating, *operations: str) -> Change:
    return Change(rating, operations, "#/x", f"Something {rating}.", "Do something.", "a-rule")


BREAKING, ADDITION, WORDING = change("breaking", "getJob"), change("addition"), change("wording")


def judged(last: str, says: str, *changes: Change) -> str:
    """What the gate says; nothing where it passes."""
    was, now = (published.version_of(text, "here") for text in (last, says))
    try:
        gate.judge(Comparison(was, now, changes))
    except RefusedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("last", "says", "changes"),
    [
        ("1.0.0", "1.0.0", ()),
        ("1.0.0", "1.1.0", ()),
        ("1.0.0", "2.0.0", (BREAKING, ADDITION)),
        ("1.9.0", "3.0.0", (BREAKING,)),
        ("1.0.0", "1.1.0", (ADDITION, WORDING)),
        ("1.0.0", "1.0.1", (ADDITION,)),
        ("1.0.9", "1.0.10", (WORDING,)),
    ],
)
def test_a_version_that_tells_its_changes_passes(
    last: str, says: str, changes: tuple[Change, ...]
) -> None:
    """A major version passes with anything, a higher one with what does not break."""
    assert judged(last, says, *changes) == ""


@pytest.mark.parametrize(
    ("last", "says", "changes", "first"),
    [
        ("1.0.0", "1.1.0", (BREAKING,), "1.0.0 was published, and 1 breaking change needs 2.0.0"),
        (
            *("1.2.3", "1.9.0", (BREAKING, BREAKING, ADDITION)),
            "1.2.3 was published, and 2 breaking changes need 2.0.0",
        ),
        ("1.0.0", "1.0.0", (BREAKING,), "1.0.0 was published, and 1 breaking change needs 2.0.0"),
        ("1.0.0", "1.0.0", (ADDITION,), "1.0.0 was published, and 1 change needs 1.1.0"),
        ("1.0.0", "1.0.0", (WORDING, WORDING), "1.0.0 was published, and 2 changes need 1.0.1"),
        ("0.3.0", "0.4.0", (BREAKING,), "0.3.0 was published, and 1 breaking change needs 1.0.0"),
    ],
)
def test_a_version_that_hides_a_change_is_refused(
    last: str, says: str, changes: tuple[Change, ...], first: str
) -> None:
    """The first line says which version it would have to be, and what it says now."""
    line = judged(last, says, *changes).splitlines()[0]
    assert line == f"{first}; info.version in openapi/layers.yaml says {says}"


def test_each_change_has_its_line() -> None:
    """The rating, the operations and the change are told, the whole API where there are none."""
    _, first, second = judged("1.0.0", "1.0.0", BREAKING, ADDITION).splitlines()
    assert first == "  breaking: getJob: Something breaking."
    assert second == "  addition: the whole API: Something addition."


@pytest.mark.parametrize("changes", [(), (BREAKING,)])
def test_a_version_that_goes_back_is_refused(changes: tuple[Change, ...]) -> None:
    """No version is below the one that was published last, whatever has changed."""
    assert "versions do not go back" in judged("1.10.0", "1.9.0", *changes)


def test_a_document_is_held_against_what_was_published_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several versions the newest counts, and its own document is compared."""
    for version in ("1.0.0", "1.1.0"):
        current = written(tmp_path, version)
        published.record(tmp_path, current, current, "2026-01-01")
    compared = []

    def between(*paths: Path) -> tuple[Change, ...]:
        compared.append(paths)
        return (ADDITION,)

    monkeypatch.setattr(differ, "between", between)
    current, source = written(tmp_path, "1.1.0"), tmp_path / "layers.yaml"
    with pytest.raises(RefusedError, match=r"1 change needs 1\.2\.0"):
        gate.check(tmp_path, current, source)
    kept = (tmp_path / "1.1.0.yaml", tmp_path / "1.1.0.source.yaml")
    assert compared == [(kept[0], current), (kept[1], source)]


def test_nothing_is_refused_before_something_was_published(tmp_path: Path) -> None:
    """The first version has nothing to break."""
    current = written(tmp_path, "0.0.1")
    gate.check(tmp_path / "published", current, current)


@pytest.mark.parametrize(
    ("unseen", "told"), [(replace(BREAKING, where="#/y"), 1), (BREAKING, 0), (ADDITION, 0)]
)
def test_of_what_partners_do_not_see_only_the_breaking_counts(
    unseen: Change, told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of the source is told where it breaks and partners are not told of it already."""
    current = written(tmp_path, "1.0.0")
    published.record(tmp_path, current, current, "2026-01-01")
    seen = (BREAKING, WORDING)

    def between(_: Path, new: Path) -> tuple[Change, ...]:
        return seen if new == current else (*seen, unseen)

    monkeypatch.setattr(differ, "between", between)
    found = gate.compare(tmp_path, current, tmp_path / "layers.yaml")
    assert found
    extra = found.changes[len(seen) :]
    assert [each.operations for each in extra] == [unseen.operations] * told
    assert all(each.what.endswith("(Only assumed: partners do not see it.)") for each in extra)


@pytest.mark.parametrize(
    ("rating", "needed"),
    [("breaking", (2, 0, 0)), ("addition", (1, 3, 0)), ("wording", (1, 2, 4))],
)
def test_the_lowest_version_that_tells_is_named(
    rating: Rating, needed: tuple[int, int, int]
) -> None:
    """A version more is as high as the worst change asks for."""
    found = Comparison(Version(1, 2, 3), Version(1, 2, 3), (change(rating),))
    assert gate.needed(found) == Version(*needed)


def written(folder: Path, version: str) -> Path:
    path = folder / "current.yaml"
    path.write_text(
        json.dumps({"openapi": "3.1.0", "info": {"version": version}, "paths": {}}),
        encoding="utf-8",
    )
    return path
