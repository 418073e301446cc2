"""The Node tools: where they are, and how they are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from layers_contract.spec.problems import MissingToolError, RefusedError

BIN: Final = Path("node_modules/.bin")
_SECONDS: Final = 120
_SILENT: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
_BANNER: Final = "╔║╚"


def redocly(*arguments: str | Path) -> str:
    """What `redocly` prints.

    Raises:
        MissingToolError: It is not installed.
        RefusedError: It ends with an error; what it said is in the lines.
    """
    return run("redocly", *arguments)


def run(tool: str, *arguments: str | Path) -> str:
    """What the tool of that name prints. Raises as `redocly` does."""
    _demand_node()
    program = BIN / tool
    if not program.exists():
        raise MissingToolError(f"{tool} is not installed; run: npm ci")
    done = _done([str(program), *map(str, arguments)])
    if done.returncode:
        raise RefusedError(f"{tool} {arguments[0]} refuses", _said(done.stdout + done.stderr))
    return done.stdout


def script(path: Path, given: str) -> str:
    """What the Node script in the file *path* prints, with *given* on its standard input.

    Raises:
        MissingToolError: Node is not there, or a package that the script imports.
        RefusedError: It ends with an error; what it said is in the lines.
    """
    _demand_node()
    done = _done(["node", str(path)], given)
    if found := re.search(r"Cannot find package '(.+?)'", done.stderr):
        raise MissingToolError(f"{found[1]} is not installed; run: npm ci")
    if done.returncode:
        raise RefusedError(f"{path.name} fails", _said(done.stderr))
    return done.stdout


def _demand_node() -> None:
    if not shutil.which("node"):
        raise MissingToolError("no node here: publishing needs Node.js 20.19 or newer and npm")


def _done(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            input=given,
            env={**os.environ, **_SILENT},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        name = Path(command[0]).name
        raise RefusedError(f"{name} has not ended after {_SECONDS} s; try again") from error


def _said(output: str) -> list[str]:
    """Without blank lines and the box about Node's age."""
    lines = (line.rstrip() for line in output.splitlines())
    return [line for line in lines if line and line.lstrip()[:1] not in _BANNER]
