"""The client's wheel, the same bytes from the same sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from layers_contract.codegen import package as generate_client
from layers_contract.spec.problems import RefusedError

_EPOCH: Final = "315532800"
"""1980-01-01, the first moment that a zip can hold."""
_REASON: Final = re.compile(r"^(?:[\w.]+(?:Error|Exception): |ERROR )(.+)", re.MULTILINE)


def check(document: Path, package: Path) -> None:
    """Refuse a client that is not what *document* makes.

    Raises:
        RefusedError: It differs; the line says where, and what to do.
    """
    if problem := generate_client.outdated(document, package):
        raise RefusedError(problem)


def write(package: Path, into: Path) -> None:
    """The wheel of the client in the folder *package*, built with what is installed here.

    Raises:
        RefusedError: It cannot be built; the line says why.
    """
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into)]
    done = subprocess.run(
        [*command, str(package)],
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RefusedError(f"{package}: no wheel can be built: {_reason(done.stdout, done.stderr)}")


def _reason(*outputs: str) -> str:
    """The error that a build ended with."""
    output = "\n".join(outputs)
    found = _REASON.search(output)
    return found[1] if found else " ".join(output.split()[-20:])
