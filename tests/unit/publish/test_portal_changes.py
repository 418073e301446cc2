"""How the pages tell what has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.helpers.portals import FIRST, Portal, change

from layers_contract.diff.model import Release


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    return Portal(tmp_path, monkeypatch)


def test_first_version(portal: Portal) -> None:
    """The first version has nothing that it could be compared with, and both pages say so."""
    for page in portal.pages():
        assert "The first version: there is nothing to compare it with." in page


def test_no_release(portal: Portal) -> None:
    """Without a release there still are pages."""
    _, changelog = portal.pages(releases=[])
    assert "No version is out yet." in changelog


def test_nothing_changed(portal: Portal) -> None:
    """A later version without a change says that nothing has changed."""
    index, _ = portal.pages(releases=[Release("1.0.1", "", ()), FIRST])
    assert "Nothing that is promised has changed." in index
    assert "not out yet" in index


def test_breaking_first(portal: Portal) -> None:
    """What breaks comes before what is added, and that before what is reworded."""
    changes = (change("wording"), change("addition"), change("breaking"), change("addition"))
    index, changelog = portal.pages(releases=[Release("2.0.0", "2026-11-01", changes), FIRST])
    for page in (index, changelog):
        places = [
            page.index(f'class="part {each}"') for each in ("breaking", "addition", "wording")
        ]
        assert places == sorted(places)
        assert page.index("⚠</span> Breaking") < page.index("Added")


def test_by_operation(portal: Portal) -> None:
    """Changes that reach the same operations stand together, with links into the reference."""
    changes = (
        change("breaking", "getJob", what="One `thing`."),
        change("breaking", "listContent"),
        change("breaking", "getJob", what="Another."),
        change("breaking", "gone"),
        change("breaking"),
    )
    _, changelog = portal.pages(releases=[Release("2.0.0", "2026-11-01", changes), FIRST])
    assert changelog.count('class="reach"') == 4
    together = changelog.partition('href="reference.html#/jobs/getjob"')[2].partition("</div>")[0]
    assert "One <code>thing</code>." in together
    assert "Another." in together
    assert "<code>gone</code>" in changelog
    assert "The whole API" in changelog


def test_newest_on_index(portal: Portal) -> None:
    """The main page tells the newest release alone, the changelog all of them."""
    releases = [
        Release("3.0.0", "2026-12-01", (change(what="Third."),)),
        Release("2.0.0", "2026-11-01", (change(what="Second."),)),
        FIRST,
    ]
    index, changelog = portal.pages(releases=releases)
    assert "Third." in index
    assert "Second." not in index
    assert "Third." in changelog
    assert "Second." in changelog
    assert 'href="#v2.0.0"' in changelog


def test_note_is_markdown(portal: Portal) -> None:
    """A note is Markdown; HTML in it, pictures and harmful links are not obeyed."""
    note = (
        "Read **this**.\n\n<b>no</b> ![x](https://example.com/x.png) [y](javascript:alert)\n\n# Top"
    )
    index, _ = portal.pages(releases=[Release("2.0.0", "", (change(),), note), FIRST])
    assert "<strong>this</strong>" in index
    assert "&lt;b&gt;no&lt;/b&gt;" in index
    assert "<img" not in index
    assert 'href="javascript:' not in index
    assert "<h4>Top</h4>" in index
