"""Node's tools are run silently, and what is missing or wrong is told in words."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from layers_contract.diff import node
from layers_contract.spec.problems import MissingToolError, RefusedError


def answer(
    monkeypatch: pytest.MonkeyPatch, code: int = 0, out: str = "", err: str = ""
) -> list[Any]:
    """Programs end like this; the list has what they are called with."""
    called: list[Any] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        called.append((command, options))
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(shutil, "which", lambda _: "node")
    monkeypatch.setattr(subprocess, "run", run)
    return called


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of tools with a Redocly in it."""
    (tmp_path / "redocly").touch()
    monkeypatch.setattr(node, "BIN", tmp_path)
    return tmp_path


def test_a_tool_sends_nothing_to_its_maker(
    monkeypatch: pytest.MonkeyPatch, installed: Path
) -> None:
    """Telemetry and the look for updates are off, and what it prints comes back."""
    called = answer(monkeypatch, out="made")
    assert node.redocly("bundle", "x.yaml") == "made"
    ((command, options),) = called
    assert command == [str(installed / "redocly"), "bundle", "x.yaml"]
    assert options["env"]["REDOCLY_TELEMETRY"] == "off"


@pytest.mark.usefixtures("installed")
def test_a_tool_that_refuses_is_quoted_without_its_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said stands in the lines, but for blank ones and the box about Node's age."""
    answer(monkeypatch, 1, "╔══╗\n║ old ║\n╚══╝\n\nno such file\n", "really\n")
    with pytest.raises(RefusedError) as caught:
        node.redocly("bundle", "x.yaml")
    assert str(caught.value) == "redocly bundle refuses\n  no such file\n  really"


@pytest.mark.usefixtures("installed")
def test_a_tool_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has not ended in time is a refusal in one line, no traceback."""

    def hang(command: list[str], **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, 120)

    monkeypatch.setattr(shutil, "which", lambda _: "node")
    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(RefusedError, match="redocly has not ended after 120 s"):
        node.redocly("bundle", "x.yaml")


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A tool, or a package of a script, that is not there: what to run is said."""
    monkeypatch.setattr(node, "BIN", tmp_path)
    answer(monkeypatch, 1, err="Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@viz-js/viz'")
    with pytest.raises(MissingToolError, match="redocly is not installed; run: npm ci"):
        node.redocly("lint")
    with pytest.raises(MissingToolError, match="@viz-js/viz is not installed; run: npm ci"):
        node.script(Path("graph.mjs"), "")


def test_without_node_the_message_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names Node and its version, for tools and scripts alike."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingToolError, match=r"needs Node\.js 20\.19"):
        node.redocly("lint")
    with pytest.raises(MissingToolError, match=r"needs Node\.js 20\.19"):
        node.script(Path("graph.mjs"), "")


def test_a_script_gets_its_input_and_its_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given stands on its standard input; an error is quoted."""
    called = answer(monkeypatch, out="[]")
    assert node.script(Path("graph.mjs"), "[1]") == "[]"
    assert called[0][1]["input"] == "[1]"
    answer(monkeypatch, 1, err="syntax error")
    with pytest.raises(RefusedError, match=r"graph\.mjs fails\n  syntax error"):
        node.script(Path("graph.mjs"), "")
