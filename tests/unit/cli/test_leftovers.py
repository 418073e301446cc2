"""No command leaves anything in the working directory, nor in the home directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.places import ROOT
from tests.helpers.shell import served

SOURCE = ROOT / "src"


def ran(here: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command in an empty working directory, with an empty home, neither of them writable."""
    work, home = here / "work", here / "home"
    for folder in (work, home):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o555)
    python = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), str(SOURCE)]
    found = subprocess.run(
        [sys.executable, "-m", "layers_contract", *map(str, arguments)],
        cwd=work,
        env={**os.environ, "HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, python))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not [*work.rglob("*"), *home.rglob("*")]
    return found


def test_a_run_leaves_nothing(tmp_path: Path) -> None:
    """`check`, Schemathesis included, and `judge` of what it recorded."""
    recorded = tmp_path / "a.har"
    with served(tmp_path) as mock:
        arguments = ("--profile", "quick", "--only", "list", "--har", recorded)
        done = ran(tmp_path, "check", "--target", mock.target, *arguments)
        rehearsed = ran(tmp_path, "check", "--target", mock.target, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "schemathesis" in done.stderr
    assert rehearsed.returncode == 0, rehearsed.stderr
    judged = ran(tmp_path, "judge", recorded, "--only", "list")
    assert judged.returncode == 0, judged.stderr
    assert judged.stdout.splitlines()[-1] == "6 of 6 promises judged"
