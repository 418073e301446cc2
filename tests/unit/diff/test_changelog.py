"""The changelog reads well, and holds the same for programs."""

from __future__ import annotations

from layers_contract.diff.changelog import as_json, markdown
from layers_contract.diff.model import Change, Release

GONE = Change("breaking", ("getJob",), "#/a", "`x` is gone.", "Do without it.", "gone")
OTHER = Change("breaking", (), "#/b", "The server is another.", "Call it.", "server")
MORE = Change("breaking", ("getJob",), "#/c", "A <b> matches `a<b`.", "Read it.", "more")
NEW = Change("addition", ("getJob", "listContent"), "#/d", "`y` is new.", "Nothing to do.", "new")
RELEASES = (
    Release("2.0.0", "", (GONE, OTHER, MORE, NEW), "Take your *time*."),
    Release("1.0.1", "2026-05-01", ()),
    Release("1.0.0", "2026-04-18", ()),
)


def test_a_release_reads_from_what_hurts_most_down() -> None:
    """Breaking changes come first with a sign, by operation, each with what to do."""
    text = markdown(RELEASES)
    release = text[text.index("## 2.0.0") : text.index("## 1.0.1")]
    assert release == (
        "## 2.0.0 – not published yet\n\n3 breaking changes, 1 addition.\n\nTake your *time*.\n\n"
        "### ⚠ Breaking changes\n\n"
        "**`getJob`**\n\n"
        "- `x` is gone.\n  *What to do:* Do without it.\n"
        "- A &lt;b> matches `a<b`.\n  *What to do:* Read it.\n\n"
        "**The whole API**\n\n"
        "- The server is another.\n  *What to do:* Call it.\n\n"
        "### Additions\n\n"
        "**`getJob`, `listContent`**\n\n"
        "- `y` is new.\n\n"
    )


def test_a_release_without_changes_says_so() -> None:
    """The first version is called so, a later one without changes says that it has none."""
    text = markdown(RELEASES)
    assert "## 1.0.1 – 2026-05-01\n\nThe API is as it was.\n" in text
    assert text.endswith("## 1.0.0 – 2026-04-18\n\nThe first version.\n")


def test_the_same_releases_are_the_same_bytes() -> None:
    """Nothing in the changelog depends on when or where it was written."""
    assert markdown(RELEASES) == markdown(RELEASES)
    assert as_json(RELEASES) == as_json(RELEASES)


def test_programs_find_every_field() -> None:
    """Each change has its rating, reach, place, sentences and rule, each release its counts."""
    newest, later, first = as_json(RELEASES)["releases"]
    assert newest["counts"] == {"breaking": 3, "addition": 1, "wording": 0}
    assert (newest["date"], newest["note"]) == (None, "Take your *time*.")
    assert (later["date"], later["note"], first["changes"]) == ("2026-05-01", None, [])
    assert newest["changes"][0] == {
        "rating": "breaking",
        "operations": ["getJob"],
        "where": "#/a",
        "what": "`x` is gone.",
        "todo": "Do without it.",
        "rule": "gone",
    }
