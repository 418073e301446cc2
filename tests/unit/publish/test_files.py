"""A bundle is put in place as a whole, with its checksums, or not at all."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from layers_contract.publish import files


def make(into: Path, text: str) -> None:
    with files.made_aside(into) as folder:
        (folder / "page.html").write_text(text)


def make_and_fail(into: Path) -> None:
    with files.made_aside(into) as folder:
        (folder / "page.html").write_text(str(1 / 0))


def test_a_bundle_replaces_the_one_before(tmp_path: Path) -> None:
    """No file of an earlier bundle is left."""
    into = tmp_path / "dist" / "partner"
    into.mkdir(parents=True)
    (into / "old.html").write_text("old")
    make(into, "new")
    assert files.names(into) == ["page.html"]
    assert [path.name for path in into.parent.iterdir()] == ["partner"]


def test_a_bundle_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    """What was there stays as it was, and nothing of the failed one is left behind."""
    into = tmp_path / "partner"
    make(into, "old")
    with pytest.raises(ZeroDivisionError):
        make_and_fail(into)
    assert (into / "page.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["partner"]


def test_what_a_killed_run_left_is_not_in_the_next_bundle(tmp_path: Path) -> None:
    """A half-made folder from before is cleared first."""
    (tmp_path / ".partner.new").mkdir()
    (tmp_path / ".partner.new" / "half.html").write_text("half")
    make(tmp_path / "partner", "new")
    assert files.names(tmp_path / "partner") == ["page.html"]


def test_the_sums_name_every_file_but_themselves(tmp_path: Path) -> None:
    """`SHA256SUMS` has a line for each file in every folder, in order, and sha256sum agrees."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.txt").write_text("x")
    (tmp_path / "a.txt").write_text("a")
    files.write_sums(tmp_path)
    files.write_sums(tmp_path)
    assert (tmp_path / "SHA256SUMS").read_text().splitlines() == [
        f"{hashlib.sha256(b'a').hexdigest()}  a.txt",
        f"{hashlib.sha256(b'x').hexdigest()}  b/x.txt",
    ]
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
