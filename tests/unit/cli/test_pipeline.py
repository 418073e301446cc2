"""`judge --baseline` and its CI formats, `baseline`, `compare` and `trend`, as commands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.helpers.histories import Tape

from layers_contract.cli import main

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line; gives its exit code."""

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["layers-contract", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return call


@pytest.fixture
def traffic(tmp_path: Path) -> Path:
    """Recorded traffic in which a replay starts another job."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.again(made, answer=made.envelope | {"jobId": "job_2", "containerId": "cnt_2"})
    path = tmp_path / "traffic.jsonl"
    tape.history.write(path)
    return path


@pytest.fixture
def known(run: Run, traffic: Path, tmp_path: Path) -> Path:
    """A baseline of what the traffic breaks, as `baseline --update` writes it."""
    run("judge", traffic, "--json", tmp_path / "first.json")
    path = tmp_path / "known.toml"
    assert run("baseline", "--file", path, "--update", tmp_path / "first.json") == 0
    return path


def test_a_baseline_of_a_result_makes_the_next_run_pass(
    run: Run, traffic: Path, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fails without the file is known with it, and the summary counts it."""
    assert run("judge", traffic) == 1
    capsys.readouterr()
    assert run("judge", traffic, "--baseline", known) == 0
    counts = capsys.readouterr().out.rstrip().splitlines()[-2]
    assert "violated 0" in counts
    assert " known" in counts


def test_the_check_of_a_baseline_wants_reasons(
    run: Run, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry that nobody has finished is exit code 1; a finished one is 0."""
    assert run("baseline", "--file", known, "--check") == 1
    assert "to be filled in" in capsys.readouterr().out
    known.write_text(known.read_text(encoding="utf-8").replace("FILL IN: ", ""), encoding="utf-8")
    assert run("baseline", "--file", known, "--check") == 0


def test_an_expired_entry_fails_the_run_and_the_check(
    run: Run, traffic: Path, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After its last day the violation fails again, and both say when that was."""
    lines = known.read_text(encoding="utf-8").splitlines()
    old = ["expires = 2020-01-01" if each.startswith("expires") else each for each in lines]
    known.write_text("\n".join(old), encoding="utf-8")
    assert run("judge", traffic, "--baseline", known) == 1
    assert "expired on 2020-01-01" in capsys.readouterr().out
    assert run("baseline", "--file", known, "--check") == 1
    assert "expired on 2020-01-01" in capsys.readouterr().out


@pytest.mark.parametrize(
    "case",
    [("[[known]]", "entry 1: promise is missing"), ("x = ", "not TOML"), (None, "cannot be read")],
)
def test_a_baseline_that_is_wrong_ends_with_2(
    run: Run,
    traffic: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str | None, str],
) -> None:
    """One line says what is wrong, before anything is judged."""
    path, (text, said) = tmp_path / "wrong.toml", case
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert run("judge", traffic, "--baseline", path) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert not told.out
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("options", [[], ["--check", "--update", "x.json"]])
def test_baseline_wants_one_of_update_and_check(run: Run, options: list[str]) -> None:
    """Neither, or both, is wrong use."""
    assert run("baseline", "--file", "known.toml", *options) == 2


def test_all_reports_for_ci_are_written_in_one_run(
    run: Run,
    traffic: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SARIF, GitLab's report, annotations and the step's summary are of the same run."""
    step = tmp_path / "summary.md"
    step.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    files = ["--sarif", tmp_path / "r.sarif", "--gitlab", tmp_path / "r.json"]
    assert run("judge", traffic, "--format", "github", *files) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert any(line.startswith("::error file=openapi/layers.yaml,line=") for line in lines)
    assert step.read_text(encoding="utf-8").startswith("before\n### Contract: violated")
    results = json.loads((tmp_path / "r.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    issues = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert len(results) == len(issues) > 0


def test_comparing_ends_with_1_where_something_is_newly_violated(
    run: Run, traffic: Path, tmp_path: Path
) -> None:
    """The sound result first is 1, last is 0; a promise that is judged no more only if asked."""
    tape = Tape()
    tape.again(tape.generate(key="k"))
    sound = tmp_path / "sound.jsonl"
    tape.history.write(sound)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    run("judge", sound, "--json", good)
    run("judge", traffic, "--json", bad)
    assert run("compare", good, bad) == 1
    assert run("compare", bad, good) == 0
    assert run("compare", bad, bad) == 0
    only = tmp_path / "only.json"
    run("judge", sound, "--json", only, "--only", "list")
    assert run("compare", good, only) == 0
    assert run("compare", good, only, "--fail-on", "not-judged") == 1


def test_comparing_what_is_no_result_ends_with_2(
    run: Run, traffic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names the file."""
    assert run("compare", traffic, tmp_path / "none.json") == 2
    assert str(traffic) in capsys.readouterr().err


def test_a_trend_is_written_as_page_and_picture(run: Run, known: Path, tmp_path: Path) -> None:
    """Both are of the results in the folder; without a file to write it is wrong use."""
    assert known.parent == tmp_path
    page, picture = tmp_path / "t.html", tmp_path / "t.svg"
    assert run("trend", tmp_path, "--html", page, "--svg", picture) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert run("trend", tmp_path) == 2
    assert run("trend", tmp_path / "none", "--html", page) == 2
