"""The table at the end of a run."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.helpers.outcomes import HOSTILE, exchange, outcome, usual, violated
from tests.helpers.reproductions import judged

from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.report import render


def printed(run: Outcome, width: int = 80, encoding: str = "utf-8", **more: Any) -> str:
    """What a pipe of that width gets."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    console = Console(file=stream, width=width, force_terminal=more.pop("terminal", False))
    render(run, console, **more)
    return raw.getvalue().decode(encoding)


def test_the_last_line_is_the_summary() -> None:
    """Whoever reads one line only reads the last."""
    last = printed(usual()).splitlines()[-2]
    assert last == "violated 2 · held 3 · not judged 1 · 4 requests · 23 renders · 18.4 s"


def test_held_invariants_take_a_line_a_group() -> None:
    """Without --verbose a group that held is one line with its occasions."""
    told = printed(usual())
    assert "✓ 2 held (8 occasions)" in told
    assert "lifecycle.order" not in told
    assert "lifecycle.order (7 occasions)" in printed(usual(), verbose=True)


def test_a_violation_is_shown_in_full() -> None:
    """Id, sentence, source in words, message and each proving exchange are there."""
    told = printed(usual(), verbose=True)
    assert "✗ idempotency.replay" in told
    assert "promised by the page (seed) · violated on 1 of 7 occasions" in told
    assert "another jobId" in told
    assert "+1.500 s  replays  POST /v1/" in told
    assert "GET /v1/content/cnt_1 → no answer another jobId" in told


def test_the_first_script_is_printed_to_be_copied() -> None:
    """Without a directory for scripts the first violation's stands there, unwrapped."""
    told = printed(usual(), width=40)
    assert "curl --silent --show-error --include --path-as-is --globoff --max-time 30 \\\n" in told
    assert told.count("#!/bin/sh") == 1


def test_scripts_on_disk_are_named() -> None:
    """With a directory each violation names its script, and none is printed."""
    told = printed(usual(), scripts=Path("out dir"))
    assert "sh 'out dir/idempotency.replay.sh'" in told
    assert "#!/bin/sh" not in told


def test_what_was_not_judged_says_why() -> None:
    """The id and the reason are there."""
    told = printed(usual())
    assert "lifecycle.ends\n    it needs time" in told


def test_differences_from_assumptions_are_one_block() -> None:
    """They stand together, with the option that makes them fail the run."""
    told = printed(usual())
    assert "--strict fails it:\n  asset.expires: another jobId" in told


def test_notes_are_shown() -> None:
    """What a run left behind is told."""
    assert "left behind: 1 container" in printed(usual())


def test_a_pipe_gets_no_colour_and_a_terminal_does() -> None:
    """Escape sequences are for terminals only."""
    assert "\x1b" not in printed(usual())
    assert "\x1b[1;31m" in printed(usual(), terminal=True)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    """But for a script, which is to be copied, no line is longer than the terminal is wide."""
    run = usual("x" * 3000)
    lines = printed(run, width=width, scripts=Path("out")).splitlines()
    assert max(map(len, lines)) <= width


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    """Escape sequences, markup and line breaks of a server are text."""
    told = printed(usual(HOSTILE), width=200)
    assert "\\x1b[31m[red]bold[/red]" in told
    assert all(c.isprintable() or c == "\n" for c in told)
    assert "\x1b[31m[" not in printed(usual(HOSTILE), width=200, terminal=True)


def test_a_long_proof_is_cut_in_the_middle() -> None:
    """Of fifty exchanges the first ones and the last are shown."""
    many = tuple(exchange(at=float(n)) for n in range(50))
    told = printed(outcome([violated("idempotency.replay", Violation("m", many))], many))
    assert told.count("  replays  POST") == 8
    assert "+49.000 s" in told
    assert "and 42 exchanges more" in told


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """Marks have a plain form, other text is escaped; nothing is raised."""
    told = printed(usual("é"), encoding="ascii")
    assert "X idempotency.replay" in told
    assert "\\xe9" in told


def test_an_empty_run_can_be_told() -> None:
    """A run that judged nothing is a heading and a summary."""
    assert printed(outcome(), width=200).splitlines()[-2].startswith("violated 0 · held 0")


def many_violated() -> Outcome:
    """A run in which one fault of the mock breaks a dozen promises."""
    return judged("completed-renders-again", profile="standard")


def test_the_violated_names_are_the_last_thing_on_a_screen() -> None:
    """In the last 30 rows stands every violated name, just above the summary."""
    run = many_violated()
    screen = printed(run, width=100).splitlines()[-30:]
    names = [each.promise.id for each in run.judged if each.verdict == "violated"]
    assert len(names) >= 10
    block = "\n".join(screen[:-1]).rpartition("\n\n")[2]
    assert all(name in block for name in names)
    assert screen[-2].startswith(f"violated {len(names)}")


def test_what_follows_stands_under_what_it_follows_from() -> None:
    """The root is a line of its own, the others stand under it; in its detail each says why."""
    told = printed(many_violated(), width=400)
    last = told.rpartition("\n\n")[2]
    assert re.search(r"✗ lifecycle\.terminal seed, .*\n +may follow from it: .*job\.terminal", last)
    assert re.search(r"may follow from lifecycle\.terminal: (\d+) of \1 violations share its", told)


def test_a_quiet_run_prints_the_names_and_the_summary() -> None:
    """Nothing but what is violated and the last line."""
    assert printed(usual(), width=200, quiet=True).splitlines() == [
        "✗ idempotency.replay seed, 1 of 7 occasions",
        "    may follow from it: container.readable",
        *printed(usual(), width=200).splitlines()[-2:],
    ]


def test_a_report_begins_with_what_was_judged_when_and_by_what() -> None:
    """Target, date, versions and marker stand in the first line."""
    run = replace(usual(), marker="lc-1234567890")
    first = printed(run, width=400).splitlines()[0]
    for word in ("http://127.0.0.1:8080", "2026-09-21T14:13:20Z", "layers-contract ", "document "):
        assert word in first
    assert "marker lc-1234567890" in first
