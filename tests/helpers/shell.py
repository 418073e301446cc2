"""The command line, called in this process or in one of its own, and mocks to point it at."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layers_contract import cli
from layers_contract.mock import MockOptions, background, to_toml


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Shell:
    """Calls the command in this process, as the console script does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        for name in ("LAYERS_API_KEY", "LAYERS_OTHER_KEY"):
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: object) -> Ended:
        """Call the command with *arguments*."""
        self._monkeypatch.setattr(sys, "argv", ["layers-contract", *map(str, arguments)])
        self._capsys.readouterr()
        try:
            cli.main()
            code: Any = 0
        except SystemExit as end:
            code = end.code or 0
        out, err = self._capsys.readouterr()
        return Ended(int(code), out, err)


@dataclass(frozen=True)
class Mock:
    """A mock that is being served, with its target file."""

    url: str
    target: Path


@contextmanager
def served(folder: Path, *faults: str, **changes: Any) -> Iterator[Mock]:
    """A mock with *faults*; *changes* go into its target file."""
    with background(MockOptions(render=0.3, faults=faults)) as (url, values):
        file = folder / "target.toml"
        file.write_text(to_toml(values | changes), encoding="utf-8")
        yield Mock(url, file)


def command(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own."""
    line = [sys.executable, "-m", "layers_contract", *map(str, arguments)]
    return subprocess.run(
        line, capture_output=True, text=True, timeout=60, check=False, env=environment(), **more
    )


def environment() -> dict[str, str]:
    """This process's environment without keys."""
    return {k: v for k, v in os.environ.items() if not k.startswith("LAYERS_")}
