"""What was published is kept as it was, and a folder that is not in order is told in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers_contract.diff import differ, published
from layers_contract.diff.model import Change
from layers_contract.spec.problems import RefusedError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture(autouse=True)
def one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two documents there is one change, that names both."""

    def between(old: Path, new: Path) -> tuple[Change, ...]:
        return (Change("addition", (), "#/", f"{old.stem} to {new.stem}", "", "a-rule"),)

    monkeypatch.setattr(differ, "between", between)


def written(folder: Path, version: object) -> Path:
    path = folder / "current.yaml"
    path.write_text(
        json.dumps({"openapi": "3.1.0", "info": {"version": version}, "paths": {}}),
        encoding="utf-8",
    )
    return path


def made(folder: Path, version: object) -> tuple[Path, Path]:
    """A document, and what it was made of."""
    return written(folder, version), folder / "current.yaml"


def test_a_document_is_recorded_as_it_is(folder: Path, tmp_path: Path) -> None:
    """The very bytes are kept under the version, which is listed with its day."""
    current = written(tmp_path, "1.0.0")
    published.record(folder, current, current, "2026-04-18")
    published.record(folder, *made(tmp_path, "1.1.0"), "2026-05-01")
    assert (folder / "1.1.0.yaml").read_bytes() == current.read_bytes()
    assert (folder / "releases.yaml").read_text(encoding="utf-8") == (
        "- version: 1.0.0\n  date: 2026-04-18\n- version: 1.1.0\n  date: 2026-05-01\n"
    )


def test_releases_come_newest_first_each_with_its_changes(folder: Path, tmp_path: Path) -> None:
    """Each version is held against the one before, and the first one against none."""
    for version in ("1.0.0", "1.1.0", "1.10.0"):
        published.record(folder, *made(tmp_path, version), "2026-04-18")
    found = published.releases(folder, written(tmp_path, "2.0.0"))
    assert [(each.version, each.date) for each in found] == [
        ("2.0.0", ""),
        ("1.10.0", "2026-04-18"),
        ("1.1.0", "2026-04-18"),
        ("1.0.0", "2026-04-18"),
    ]
    said = [[change.what for change in each.changes] for each in found]
    assert said == [["1.10.0 to current"], ["1.1.0 to 1.10.0"], ["1.0.0 to 1.1.0"], []]


def test_a_version_that_was_published_is_not_listed_twice(folder: Path, tmp_path: Path) -> None:
    """A document whose version is out already is no release of its own."""
    published.record(folder, *made(tmp_path, "1.0.0"), "2026-04-18")
    (release,) = published.releases(folder, written(tmp_path, "1.0.0"))
    assert release.date == "2026-04-18"


def test_before_anything_is_published_there_is_the_document_alone(
    folder: Path, tmp_path: Path
) -> None:
    """A folder that is not there holds no version."""
    (release,) = published.releases(folder, written(tmp_path, "1.0.0"))
    assert (release.version, release.date, release.changes) == ("1.0.0", "", ())


def test_a_note_goes_with_its_version(folder: Path, tmp_path: Path) -> None:
    """What somebody wrote about a version is there before it is published."""
    published.record(folder, *made(tmp_path, "1.0.0"), "2026-04-18")
    (folder / "2.0.0.md").write_text("\nTake your time.\n", encoding="utf-8")
    newest, first = published.releases(folder, written(tmp_path, "2.0.0"))
    assert (newest.note, first.note) == ("Take your time.", "")


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-beta", "01.0.0", 1.1, None, ["1"]])
def test_what_is_no_version_is_refused(version: object, folder: Path, tmp_path: Path) -> None:
    """Three numbers are a version; the line says which file says otherwise."""
    with pytest.raises(RefusedError, match=r"current\.yaml, info\.version: .* is no version"):
        published.releases(folder, written(tmp_path, version))


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_no_version_is_published_twice_or_late(version: str, folder: Path, tmp_path: Path) -> None:
    """What was published is never written over, nor preceded."""
    published.record(folder, *made(tmp_path, "1.0.0"), "2026-04-18")
    before = (folder / "1.0.0.yaml").read_bytes()
    with pytest.raises(RefusedError, match=r"1\.0\.0 was published already"):
        published.record(folder, *made(tmp_path, version), "2026-05-01")
    assert (folder / "1.0.0.yaml").read_bytes() == before


@pytest.mark.parametrize("date", ["", "18.4.2026", "2026-13-01", "2026-04-17"])
def test_a_day_that_cannot_be_is_refused(date: str, folder: Path, tmp_path: Path) -> None:
    """The day of publication is a day, and not before that of the version before."""
    published.record(folder, *made(tmp_path, "1.0.0"), "2026-04-18")
    with pytest.raises(RefusedError):
        published.record(folder, *made(tmp_path, "1.1.0"), date)
    assert not (folder / "1.1.0.yaml").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not YAML"),
        ("{}", "is no list"),
        ("- 1.0.0", "is no release"),
        ("- {version: 1.0.0}", "is no release"),
        ("- {version: 1.0, date: 2026-04-18}", "is no version"),
        ("- {version: 1.0.0, date: soon}", "is no day"),
        ("- {version: 3.0.0, date: 2026-04-18}", "3.0.0.yaml is not there"),
        (
            "- {version: 1.1.0, date: 2026-04-18}\n- {version: 1.0.0, date: 2026-04-19}",
            "1.0.0 of 2026-04-19 comes after 1.1.0",
        ),
        (
            "- {version: 1.0.0, date: 2026-04-18}\n- {version: 1.0.0, date: 2026-04-18}",
            "each version once",
        ),
        (
            "- {version: 1.0.0, date: 2026-04-18}\n- {version: 1.1.0, date: 2026-04-17}",
            "list the oldest first",
        ),
    ],
)
def test_a_list_that_is_not_in_order_is_told_in_a_line(
    text: str, told: str, folder: Path, tmp_path: Path
) -> None:
    """One line says what is wrong with the list, and where."""
    for version in ("1.0.0", "1.1.0"):
        published.record(folder, *made(tmp_path, version), "2026-04-18")
    (folder / "releases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        published.releases(folder, written(tmp_path, "2.0.0"))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_document_that_is_not_there_is_told_in_a_line(folder: Path, tmp_path: Path) -> None:
    """A wrong path is no traceback."""
    with pytest.raises(RefusedError, match="cannot be read"):
        published.releases(folder, tmp_path / "nowhere.yaml")
