"""Written reproductions: what they carry, which server they judge, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import OPEN
from tests.helpers.reproductions import (
    FOUND,
    SOURCE,
    generating,
    options,
    ran_by_pytest,
    reproduced,
    target,
)

from layers_contract.mock import background, to_toml
from layers_contract.replay import Again, Step, files
from layers_contract.replay.known import known_in, renamed
from layers_contract.target import TargetError


def reproduction_of(fault: str, url: str) -> tuple[list[Step], Again]:
    """What a written module of *fault* holds, for a server at *url*."""
    outcome, found = reproduced(fault, FOUND[fault])
    text = files(replace(outcome, target=url), target(), found)
    scope: dict[str, Any] = {"__name__": "module"}
    exec(next(t for n, t in text.items() if n.endswith(".py")), scope)  # noqa: S102 - ours
    return scope["STEPS"], scope["AGAIN"]


def test_a_module_carries_what_its_judgement_needs() -> None:
    """How long a render may take, and every other entry of [expect], stands in the module."""
    _, case = reproduction_of("replay-starts-job", "http://127.0.0.1:1")
    assert case.expect["render_seconds"] == target().expect.render_seconds
    assert set(case.expect) == set(asdict(target().expect))


@pytest.mark.usefixtures("no_keys")
def test_a_module_is_judged_by_what_it_carries_unless_the_target_file_says_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that a target file lacks is the module's; one that it has is its own."""
    _, case = reproduction_of("replay-starts-job", "http://127.0.0.1:1")
    file = tmp_path / "target.toml"
    file.write_text('url = "http://127.0.0.1:1"\n[expect]\nclock_skew_seconds = 77\n', "utf-8")
    found = case._target(file).expect
    assert found.render_seconds == target().expect.render_seconds
    assert found.clock_skew_seconds == 77


@pytest.mark.usefixtures("no_keys")
def test_another_target_has_other_ids(tmp_path: Path) -> None:
    """The ids that a target file names replace those of the run's; a missing one is named."""
    steps = [generating(0, 0, 1)]
    known = known_in(steps, target())
    assert known == {"projects.open": OPEN}
    other = replace(target(), projects=replace(target().projects, open="another"))
    [step] = renamed(steps, known, other)
    assert step.ids == {"projectId": "another"}
    none = replace(target(), projects=replace(target().projects, open=None))
    with pytest.raises(TargetError, match=r"projects\.open"):
        renamed(steps, known, none)


@pytest.mark.usefixtures("no_keys")
def test_a_module_is_a_command_with_exit_codes(tmp_path: Path) -> None:
    """It ends with 1 while the fault is there, 0 without it, 3 where nobody answers."""
    outcome, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    with background(options("replay-starts-job")) as (url, bad), background(options()) as (_, good):
        text = files(replace(outcome, target=url), target(), found)
        name = next(each for each in text if each.endswith(".py"))
        (tmp_path / name).write_text(text[name], encoding="utf-8")
        codes = []
        for number, values in enumerate((bad, good, {**good, "url": "http://127.0.0.1:1"})):
            file = tmp_path / f"{number}.toml"
            file.write_text(to_toml(values), encoding="utf-8")
            ran = subprocess.run(
                [sys.executable, name, "--target", str(file)],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": SOURCE},
                capture_output=True,
                check=False,
            )
            codes.append(ran.returncode)
    assert codes == [1, 0, 3]


def test_pytest_ends_with_3_where_nobody_answers(tmp_path: Path) -> None:
    """A server that is away makes neither a passed test nor a failed one."""
    outcome, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    for name, text in files(outcome, target(), found).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = ran_by_pytest(tmp_path, LAYERS_URL="http://127.0.0.1:1")
    assert ran.returncode == 3, ran.stdout
    assert "cannot be judged" in ran.stdout + ran.stderr
