"""A call that is sent again is carried out once: `bench/client_chaos.py`, with few calls."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.helpers.places import ROOT


def chaos(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what was found for each of the two clients."""
    command = [sys.executable, "bench", "client-chaos", "--calls", "150", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_no_call_makes_two_jobs_whatever_the_wire_does() -> None:
    """One job for each call that returned, at most one for each other; its key makes it one."""
    code, found = chaos()
    assert [each["client"] for each in found] == ["threads", "tasks"]
    for each in found:
        assert each["attempts"] > each["calls"] == 150
        assert len(each["faults"]) > 5
        assert each["errors"]
        assert (each["duplicates"], each["strangers"], each["undone"]) == ([], [], [])
    assert code == 0


def test_the_count_finds_duplicates_where_each_attempt_has_a_key_of_its_own() -> None:
    """The proof can fail."""
    code, found = chaos("--new-keys")
    assert all(each["duplicates"] for each in found)
    assert code == 1
