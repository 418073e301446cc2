"""Results of earlier runs: read, compared, and shown over time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.helpers.outcomes import HOSTILE, exchange, outcome, usual, violated

from layers_contract import results
from layers_contract.judge.invariants import Violation
from layers_contract.judge.verdicts import Judged
from layers_contract.report import to_json


def written(folder: Path, name: str, *judged: Judged, **changes: Any) -> Path:
    """A result of these verdicts in a file."""
    value = to_json(outcome(judged, [exchange()])) | changes
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def broken(promise: str, *messages: str) -> Judged:
    """A promise that is violated in these ways."""
    return violated(promise, *(Violation(each, (exchange(),)) for each in messages))


def unjudged(promise: str) -> Judged:
    """A promise that was not judged."""
    return violated(promise, verdict="not_judged", occasions=0, reason="no occasion for it")


def compared(folder: Path, before: list[Judged], after: list[Judged]) -> results.Comparison:
    """Two results of these verdicts, compared."""
    paths = written(folder, "a.json", *before), written(folder, "b.json", *after)
    return results.compare(*map(results.read, paths))


REPLAY = "idempotency.replay"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (violated(REPLAY), broken(REPLAY, "m"), "newly_violated"),
        (unjudged(REPLAY), broken(REPLAY, "m"), "newly_violated"),
        (broken(REPLAY, "m"), violated(REPLAY), "mended"),
        (violated(REPLAY), unjudged(REPLAY), "no_longer_judged"),
        (broken(REPLAY, "m"), unjudged(REPLAY), "no_longer_judged"),
        (unjudged(REPLAY), violated(REPLAY), "newly_judged"),
        (broken(REPLAY, "m at 1"), broken(REPLAY, "m at 2"), "still_violated"),
        (broken(REPLAY, "m"), broken(REPLAY, "m", "n"), "other_cause"),
        (broken(REPLAY, "m", "n"), broken(REPLAY, "m"), "still_violated"),
    ],
)
def test_a_change_has_its_kind(tmp_path: Path, before: Judged, after: Judged, kind: str) -> None:
    """Each pair of verdicts on a promise is one kind of change."""
    found = compared(tmp_path, [before], [after])
    assert [each.kind for each in found.changes] == [kind]
    assert found.same == 0


def test_what_only_one_result_has_counts_as_not_judged_in_the_other(tmp_path: Path) -> None:
    """A promise that is new or gone is newly judged, newly violated, or no longer judged."""
    new = compared(tmp_path, [], [violated(REPLAY), broken("job.progress", "m")])
    assert [each.kind for each in new.changes] == ["newly_violated", "newly_judged"]
    gone = compared(tmp_path, [violated(REPLAY)], [])
    assert [each.kind for each in gone.changes] == ["no_longer_judged"]
    assert compared(tmp_path, [violated(REPLAY)], [violated(REPLAY)]).same == 1


def test_an_older_result_without_causes_is_compared_by_its_evidence(tmp_path: Path) -> None:
    """Where a result names no causes they are read from the messages of its evidence."""
    path = written(tmp_path, "a.json", broken(REPLAY, "m at 17"))
    raw = json.loads(path.read_text(encoding="utf-8"))
    for each in raw["invariants"]:
        del each["causes"]
    path.write_text(json.dumps(raw), encoding="utf-8")
    new = written(tmp_path, "b.json", broken(REPLAY, "m at 99"))
    found = results.compare(results.read(path), results.read(new))
    assert [each.kind for each in found.changes] == ["still_violated"]


@pytest.mark.parametrize("form", results.FORMATS)
def test_each_format_names_what_is_newly_violated(tmp_path: Path, form: str) -> None:
    """The promise and what was found stand in every format."""
    text = results.written(compared(tmp_path, [], [broken(REPLAY, "another job")]), form)
    assert REPLAY in text
    assert "another job" in text


def test_the_json_has_a_list_for_each_kind(tmp_path: Path) -> None:
    """Programs find the changes by kind, with the evidence and its script."""
    found = compared(tmp_path, [violated(REPLAY)], [broken(REPLAY, "m")])
    value = json.loads(results.written(found, "json"))
    assert value["newly_violated"][0]["id"] == REPLAY
    assert value["newly_violated"][0]["evidence"]["requests"]
    assert "#!/bin/sh" in value["newly_violated"][0]["evidence"]["curl"]
    assert value["mended"] == []


def test_a_server_can_write_no_markdown_and_no_command(tmp_path: Path) -> None:
    """Markup, mentions, links and workflow commands of a server are plain words."""
    said = f"{HOSTILE}\n::error::x [a](http://evil) @team ![i](http://evil/p) ```"
    found = compared(tmp_path, [], [broken(REPLAY, said)])
    prose = results.written(found, "markdown").split("```sh")[0]
    assert "<script>" not in prose
    assert "](http" not in prose
    assert "@team" not in prose
    commands = results.written(found, "github").splitlines()
    assert all(line.startswith(("::error title=", "::notice title=")) for line in commands)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"tool": "other"}', "\x00", '{"tool": "layers-contract"}']
)
def test_a_file_that_is_no_result_is_said(tmp_path: Path, text: str) -> None:
    """What check --json did not write is refused in one line."""
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(results.ResultError, match="a result is what check --json writes"):
        results.read(path)


@pytest.mark.parametrize(
    "change", [{"invariants": [{}]}, {"invariants": [1]}, {"verdict": "x"}, {"seconds": "soon"}]
)
def test_a_result_with_a_wrong_part_is_said(tmp_path: Path, change: dict[str, Any]) -> None:
    """A part of another shape is refused in one line, not a traceback."""
    with pytest.raises(results.ResultError, match="missing or wrong"):
        results.read(written(tmp_path, "x.json", violated(REPLAY), **change))


def story(folder: Path) -> results.Trend:
    """Three runs, the second one with a violation; and a file that is no result."""
    written(folder, "b.json", broken(REPLAY, "m"), date="2026-01-02T00:00:00Z")
    written(folder, "z.json", violated(REPLAY), date="2026-01-01T00:00:00Z")
    written(folder, "a.json", violated(REPLAY), date="2026-01-03T00:00:00Z")
    (folder / "notes.json").write_text("{}", encoding="utf-8")
    return results.trend(folder, 60)


def test_a_trend_is_in_order_of_time(tmp_path: Path) -> None:
    """Runs are ordered by their date, not by the name of the file; other files are left out."""
    found = story(tmp_path)
    assert found.verdicts(REPLAY) == ["held", "violated", "held"]
    assert len(found.left_out) == 1
    assert len(results.trend(tmp_path, 2).runs) == 2


def test_a_trend_of_no_results_is_said(tmp_path: Path) -> None:
    """A folder without a result, and one that is not there, are said."""
    with pytest.raises(results.ResultError, match="no result in it"):
        results.trend(tmp_path, 60)
    with pytest.raises(results.ResultError, match="no such folder"):
        results.trend(tmp_path / "none", 60)


def test_the_picture_has_a_box_for_each_run_of_what_changed(tmp_path: Path) -> None:
    """It is XML, needs no script, and says each verdict in words."""
    drawn = results.to_svg(story(tmp_path))
    ET.fromstring(drawn)  # noqa: S314 - our own
    titles = [each for each in drawn.split("<title>") if each.startswith(REPLAY)]
    assert len(titles) == 3
    assert "violated: m" in titles[1]
    assert "<script" not in drawn
    assert "prefers-color-scheme: dark" in drawn


def test_the_page_stands_alone_whatever_a_server_says(tmp_path: Path) -> None:
    """No script and nothing from elsewhere is in the page, and markup of a server is escaped."""
    written(tmp_path, "a.json", broken(REPLAY, HOSTILE), target="<img src=x>")
    page = results.to_html(results.trend(tmp_path, 60))
    assert "<script" not in page
    assert "<img" not in page
    assert "src=" not in page.replace("src=x", "")


def test_a_result_of_the_usual_run_is_read_whole(tmp_path: Path) -> None:
    """What is written is what is read: verdicts, counts, target."""
    path = tmp_path / "r.json"
    path.write_text(json.dumps(to_json(replace(usual(), seed=3))), encoding="utf-8")
    found = results.read(path)
    assert found.seed == 3
    assert found.promises["lifecycle.ends"].reason == "it needs time"
    assert found.promises[REPLAY].verdict == "violated"
