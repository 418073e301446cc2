"""What CI servers read, annotations, SARIF and the like; and what every report says is known."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from tests.helpers.histories import contract
from tests.helpers.outcomes import HOSTILE, exchange, usual, violated

from layers_contract import report
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Known
from layers_contract.spec.files import SHIPPED, DocumentFiles
from layers_contract.spec.lines import promise_places

PLACES = promise_places(SHIPPED)
EVIL = f"{HOSTILE}\n::error::pwned\r\n::set-output name=x::y %0A::warning::z ##[error]q"


def with_known() -> Outcome:
    """The usual run, with one promise that is violated and known."""
    seen = Violation("job went back", (exchange(),))
    known = Known(seen, "job went back", "mended in July", "team render", date(2026, 7, 31))
    judged = violated("job.progress", verdict="known", known=(known,))
    return replace(usual(), judged=[*usual().judged, judged])


def test_every_promise_has_its_line() -> None:
    """A promise's place is the line of the document on which it begins."""
    lines = Path("openapi/layers.yaml").read_text(encoding="utf-8").splitlines()
    assert PLACES.keys() == contract().document.promises.keys()
    for promise, (file, line) in PLACES.items():
        assert file == "openapi/layers.yaml"
        assert re.search(rf"\bid: {re.escape(promise)}\b", " ".join(lines[line - 1 : line + 2]))


def test_an_overlays_promise_is_in_the_overlay(tmp_path: Path) -> None:
    """A promise that an overlay writes has the overlay's file and line."""
    overlay = tmp_path / "o.yaml"
    overlay.write_text("actions:\n- update:\n    x-promises:\n    - id: job.progress\n")
    places = promise_places(DocumentFiles(None, (overlay,)))
    assert places["job.progress"] == (overlay.as_posix(), 4)


def test_each_cause_is_an_annotation_at_its_promise() -> None:
    """A violation is an error with the file and line of the promise; not judged is a notice."""
    lines = report.to_github(usual(), PLACES).splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 2
    line = PLACES["idempotency.replay"][1]
    assert any(f"file=openapi/layers.yaml,line={line},title=" in each for each in errors)
    assert any(each.startswith("::notice title=layers-contract%3A 1 not judged") for each in lines)


def test_a_server_cannot_give_a_command_to_the_runner() -> None:
    """Each line is a command of ours; whatever a server says stays inside its value."""
    lines = report.to_github(usual(EVIL), PLACES).splitlines()
    assert all(re.match(r"::(error|notice) (file|title)=", line) for line in lines)
    assert all("\r" not in line for line in lines)
    assert "%250A" in "".join(lines)


def test_the_table_stands_where_no_command_is_heard() -> None:
    """The table is fenced by a token that differs each time, and ends with it."""
    one, other = (report.fenced("::error::x\n").splitlines() for _ in range(2))
    token = one[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert one == [f"::stop-commands::{token}", "::error::x", f"::{token}::"]
    assert one[0] != other[0]


def test_the_step_summary_is_markdown_that_no_server_writes() -> None:
    """It counts and names what is violated, known and not judged, and escapes the rest."""
    text = report.to_step_summary(replace(with_known(), notes=[EVIL]))
    assert "| ✗ | idempotency.replay" in text
    assert "1 known" in text
    assert "mended in July" in text
    assert "<summary>Not judged: 1</summary>" in text
    assert "<script>" not in text


def sarif(outcome: Outcome) -> dict[str, Any]:
    """The one run of the log."""
    log = json.loads(report.to_sarif(outcome, PLACES))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def test_sarif_has_a_rule_for_each_promise_and_a_result_for_each_cause() -> None:
    """Results point at their rule, their line, and a fingerprint; rules have help."""
    run = sarif(usual(EVIL))
    rules = run["tool"]["driver"]["rules"]
    assert {each["id"] for each in rules} == {each.promise.id for each in usual().judged}
    assert all(each["help"]["text"] and each["shortDescription"]["text"] for each in rules)
    assert len(run["results"]) == 2
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "openapi/layers.yaml"
        assert place["region"]["startLine"] == PLACES[result["ruleId"]][1]
        assert all(re.fullmatch("[0-9a-f]{32}", v) for v in result["partialFingerprints"].values())


def test_sarif_says_what_is_known_and_what_was_not_judged() -> None:
    """A known violation is suppressed with its reason; not judged is a notification."""
    run = sarif(with_known())
    (known,) = [each for each in run["results"] if each["ruleId"] == "job.progress"]
    assert known["suppressions"][0]["kind"] == "external"
    assert "mended in July" in known["suppressions"][0]["justification"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [each["associatedRule"]["id"] for each in told] == ["lifecycle.ends"]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_gitlab_has_an_issue_for_each_cause() -> None:
    """Each has the members that GitLab reads, and a fingerprint that no other one has."""
    issues = json.loads(report.to_gitlab(with_known(), PLACES))
    assert len(issues) == 3
    assert len({each["fingerprint"] for each in issues}) == 3
    for each in issues:
        assert each["description"]
        assert each["check_name"] in PLACES
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["location"]["lines"]["begin"] > 0
    assert {e["check_name"]: e["severity"] for e in issues}["job.progress"] == "info"


def test_gitlabs_fingerprint_is_the_same_in_every_run() -> None:
    """Other ids and times of the same cause have the same fingerprint."""
    one, other = (
        {each["fingerprint"] for each in json.loads(report.to_gitlab(usual(said), PLACES))}
        for said in ("job job_1 came at 10:00", "job job_2 came at 11:00")
    )
    assert one == other


def test_junit_tells_the_run_in_properties() -> None:
    """Tool, document, target, seed, profile, marker and counts are properties of the suite."""
    suite = ET.fromstring(report.to_junit(with_known())).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    told = {each.get("name"): each.get("value") for each in suite.iter("property")}
    wanted = {"tool", "document", "target", "seed", "profile", "marker", "date", "infrastructure"}
    assert wanted <= told.keys()
    assert (told["violated"], told["known"], told["held"]) == ("2", "1", "3")


def test_a_known_violation_is_skipped_in_junit_with_its_reason() -> None:
    """It is no failure, and no silent pass."""
    suite = ET.fromstring(report.to_junit(with_known())).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert suite.get("failures") == "2"
    assert suite.get("skipped") == "2"
    (case,) = [each for each in suite.iter("testcase") if each.get("name") == "job.progress"]
    skipped = case.find("skipped")
    assert skipped is not None
    assert "known: mended in July (until 2026-07-31, team render)" in (skipped.get("message") or "")


def test_a_known_violation_is_marked_in_json() -> None:
    """It is violated and known, its cause says why, and the run counts it."""
    told = report.to_json(with_known())
    (each,) = [each for each in told["invariants"] if each["id"] == "job.progress"]
    assert (each["verdict"], each["known"]) == ("violated", True)
    assert each["causes"][0]["known"]["expires"] == "2026-07-31"
    assert each["evidence"][0]["message"] == "job went back"
    assert told["known"] == 1


def test_a_known_violation_is_shown_to_people() -> None:
    """The terminal and the page name it with its reason, and the summary counts it."""
    text = io.StringIO()
    report.render(with_known(), Console(file=text, width=120))
    assert "mended in July" in text.getvalue()
    assert "1 known" in text.getvalue().splitlines()[-2]
    assert "Violated, and known" in report.to_html(with_known())


@pytest.mark.parametrize("limit", [1, 3])
def test_a_run_of_known_violations_alone_is_not_silent(limit: int) -> None:
    """Such a run fails nothing, and its last line says how many are known."""
    judged = [each for each in with_known().judged if each.verdict in ("known", "held")][-limit:]
    found = replace(with_known(), judged=judged)
    assert found.verdict == "held"
    assert "1 known" in report.summary(found)
