"""The client's wheel is the same bytes wherever and whenever it is built."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.publish import client, files
from layers_contract.spec.problems import RefusedError

GENERATED: Final = ROOT / "generated"


@pytest.fixture(scope="module")
def before() -> list[str]:
    """What is in `generated/` before anything is built."""
    return files.names(GENERATED)


@pytest.fixture(scope="module")
def wheel(before: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the package in `generated/`."""
    return built(GENERATED, tmp_path_factory.mktemp("wheel"))


def built(package: Path, into: Path) -> Path:
    client.write(package, into)
    (found,) = into.iterdir()
    return found


def test_another_folder_makes_the_same_wheel(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its place, nor times, modes or what the files are masked with show in the bytes."""
    package = tmp_path / "elsewhere" / "client"
    shutil.copytree(GENERATED, package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in package.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o700 if path.is_dir() else 0o600)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    masked = os.umask(0o077)
    try:
        other = built(package, tmp_path / "into")
    finally:
        os.umask(masked)
    assert other.name == wheel.name
    assert other.read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """Every file of it, and what an installer asks for."""
    package = GENERATED / "layers_client"
    names = [name for name in files.names(package) if "__pycache__" not in name]
    found = zipfile.ZipFile(wheel).namelist()
    assert sorted(n for n in found if n.startswith("layers_client/")) == [
        f"layers_client/{name}" for name in names
    ]
    about = [n.partition(".dist-info/")[2] for n in found if ".dist-info/" in n]
    assert sorted(about) == ["METADATA", "RECORD", "WHEEL", "licenses/LICENSE"]


def test_building_leaves_nothing_behind(before: list[str], wheel: Path) -> None:
    """The package's folder holds what it held before."""
    assert files.names(GENERATED) == before


def test_what_cannot_be_built_is_told_in_one_line(tmp_path: Path) -> None:
    """The line names the folder, and what is wrong with it."""
    with pytest.raises(RefusedError) as caught:
        client.write(tmp_path, tmp_path / "into")
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{tmp_path}: no wheel can be built: Source {tmp_path} does not appear")


def test_the_error_of_a_build_is_found_in_what_it_prints() -> None:
    """The exception of the backend, not the traceback around it, nor the tip below it."""
    printed = (
        "Traceback (most recent call last):\n  File x\nOSError: no README.md\nTIP pass --env-dir"
    )
    assert client._reason(printed, "ERROR Backend subprocess exited") == "no README.md"
    assert client._reason("", "ERROR No project") == "No project"
    assert client._reason("killed", "") == "killed"
