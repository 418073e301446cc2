"""What tests of the bundle share: where it is, Node, and mocks as processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.diff import node

STARTED_WITHIN: Final = 20.0

Target = dict[str, Any]
Serve = Callable[..., Target]


@pytest.fixture(scope="session", autouse=True)
def _needs_node() -> None:
    """One line instead of a traceback for each test."""
    if not shutil.which("node") or not (ROOT / node.BIN / "redocly").exists():
        pytest.exit("tests/publish needs Node.js and its tools; run: npm ci", returncode=2)


@pytest.fixture(scope="session")
def made() -> Path | None:
    """The bundle's folder, BUNDLE or dist/partner; none where it has not been made."""
    folder = Path(os.environ.get("BUNDLE") or ROOT / "dist" / "partner")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def bundle(made: Path | None) -> Path:
    """The bundle's folder."""
    if made is None:
        pytest.fail("there is no bundle to test; run: make publish", pytrace=False)
    return made


@pytest.fixture(scope="session")
def document(made: Path | None) -> Path:
    """The document that partners have; ours where there is no bundle."""
    return made / "openapi.yaml" if made else ROOT / "openapi" / "layers.yaml"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves a mock with options of the command line; returns the target that fits it."""
    with ExitStack() as stack:

        def start(*options: str) -> Target:
            return stack.enter_context(mock(tmp_path / "target.toml", *options))

        yield start


@contextmanager
def mock(told: Path, *options: str) -> Iterator[Target]:
    """A mock on a free port, as long as it is wanted."""
    command = [sys.executable, "-m", "layers_contract", "mock", "--port", "0"]
    command += ["--target-out", str(told), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield _target(process, told)
        finally:
            process.terminate()


def _target(process: subprocess.Popen[str], told: Path) -> Target:
    """The target, once the mock has said where it serves; by then the file is whole."""
    deadline = time.monotonic() + STARTED_WITHIN
    assert process.stderr
    line = process.stderr.readline()
    if "serves at" not in line or time.monotonic() > deadline:
        pytest.fail(f"the mock does not start: {line.strip()}", pytrace=False)
    return tomllib.loads(told.read_text(encoding="utf-8"))
