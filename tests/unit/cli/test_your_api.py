"""docs/your-api.md, followed word by word: its commands run, its YAML is the example's."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from layers_contract.target import read

ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = (ROOT / "docs/your-api.md").read_text(encoding="utf-8")
EXAMPLE: Final = ROOT / "examples/predictions/openapi.yaml"


def blocks(language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS: Final = [line for block in blocks("sh") for line in block.splitlines()]


def test_the_page_has_commands_and_examples() -> None:
    """Nothing below is true of an empty page."""
    assert len(COMMANDS) >= 6
    assert len(blocks("yaml")) >= 4


@pytest.mark.parametrize("text", blocks("yaml"))
def test_what_the_page_shows_stands_in_the_example(text: str) -> None:
    """Each block of YAML is a piece of the document, as it is indented there."""
    assert text in EXAMPLE.read_text(encoding="utf-8")


def free_port() -> str:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def served(words: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A command that goes on in the background, once it has written its target file."""
    with subprocess.Popen(words, cwd=folder, env=environment) as server:
        give_up = time.monotonic() + 60
        while not (folder / "predictions.toml").exists() and time.monotonic() < give_up:
            time.sleep(0.1)
        try:
            yield
        finally:
            server.terminate()


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    """One after the other, in a folder that holds the examples, each ends with exit code 0."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    port, environment = free_port(), {**os.environ, "COLUMNS": "100"}
    ended: list[tuple[int, str]] = []

    def run(lines: list[str]) -> None:
        for number, line in enumerate(lines):
            words = [sys.executable, "-m", "layers_contract", *line.split()[1:]]
            words = [port if word == "8123" else word for word in words]
            if words[-1] == "&":
                with served(words[:-1], tmp_path, environment):
                    run(lines[number + 1 :])
                return
            done = subprocess.run(words, cwd=tmp_path, env=environment, check=False)
            ended.append((done.returncode, line))

    run(COMMANDS)
    assert [(code, line) for code, line in ended if code] == []
    assert len(ended) == len(COMMANDS) - 1
    assert list((tmp_path / "predictions-client").glob("*/__init__.py"))


def test_the_target_file_of_the_page_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries are known, and the document beside it is found."""
    (text,) = blocks("toml")
    (tmp_path / "openapi.yaml").symlink_to(EXAMPLE)
    file = tmp_path / "staging.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("PREDICTIONS_TOKEN", "secret")
    target = read(file)
    assert target.url == "https://staging.predictions.example"
