"""What partners receive is whole, says nothing that it must not, and is the same every time."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.places import ROOT

from layers_contract.publish import files
from layers_contract.spec.document import load, read_yaml

Json = Any

DOCUMENT: Final = ROOT / "openapi" / "layers.yaml"
PUBLISHED: Final = ROOT / "openapi" / "published"


def publish(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "layers_contract", "publish", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_sums_are_those_of_every_file(bundle: Path) -> None:
    """SHA256SUMS names each file of the bundle, and its sum is right."""
    lines = (bundle / "SHA256SUMS").read_text().splitlines()
    listed = {name: total for total, name in (line.split("  ") for line in lines)}
    assert listed.keys() == {*files.names(bundle)} - {"SHA256SUMS"}
    assert listed == {name: files.sha256(bundle / name) for name in listed}


def test_every_file_is_offered(bundle: Path) -> None:
    """The portal leads to each file of the bundle, and tells its sum."""
    page = (bundle / "index.html").read_text(encoding="utf-8")
    pages = {"index.html", "changelog.html", "reference.html", "SHA256SUMS"}
    for name in {*files.names(bundle)} - pages:
        assert f'href="{name}"' in page
        assert files.sha256(bundle / name) in page


def test_the_same_files_make_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    """A bundle made once more, in another folder, has the same sums."""
    done = publish("--into", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    again = (tmp_path / "again" / "SHA256SUMS").read_text()
    assert again.splitlines() == (bundle / "SHA256SUMS").read_text().splitlines()


def test_the_forms_of_the_document_are_one_document(bundle: Path) -> None:
    """YAML and JSON hold the same, bundled and without references."""
    for name in ("openapi", "openapi.dereferenced"):
        as_json = json.loads((bundle / f"{name}.json").read_text())
        assert read_yaml(bundle / f"{name}.yaml") == as_json
    assert '"$ref"' not in (bundle / "openapi.dereferenced.json").read_text()


def test_what_is_laid_over_the_document_shows(bundle: Path) -> None:
    """Each variant has what it is made for, and is the same API."""
    plain = read_yaml(bundle / "openapi.yaml")
    for name in ("staging", "speakeasy", "fern"):
        variant = read_yaml(bundle / f"openapi.{name}.yaml")
        assert variant != plain
        assert variant["paths"].keys() == plain["paths"].keys()
    assert (
        "staging" in read_yaml(bundle / "openapi.staging.yaml")["servers"][0]["description"].lower()
    )


def test_no_file_tells_where_it_was_made(bundle: Path) -> None:
    """Neither this folder nor its parts stand in anything that partners get."""
    telling = [str(ROOT), str(Path.home()), "layers_contract/publish", "decisions.md"]
    found = [
        f"{name}: {word}"
        for name in files.names(bundle)
        for word in telling
        if word.encode() in _content(bundle / name)
    ]
    assert found == []


def _content(path: Path) -> bytes:
    """What a file holds; of a wheel what is packed in it."""
    if path.suffix != ".whl":
        return path.read_bytes()
    with zipfile.ZipFile(path) as wheel:
        return b"".join(wheel.read(name) for name in wheel.namelist())


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The document, with a shorter window for idempotency keys and the version it had."""
    path = tmp_path / "layers.yaml"
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.count("window: PT24H") == 1
    path.write_text(text.replace("window: PT24H", "window: PT12H"), encoding="utf-8")
    return path


def test_a_change_without_a_version_is_refused_and_nothing_is_lost(
    changed: Path, tmp_path: Path
) -> None:
    """It is told in words for people, with exit code 1, and an earlier bundle stays."""
    into = tmp_path / "partner"
    into.mkdir()
    (into / "index.html").write_text("earlier")
    done = publish("--document", changed, "--into", into)
    assert done.returncode == 1
    assert "24" in done.stderr
    assert "12" in done.stderr
    assert "Traceback" not in done.stderr
    assert (into / "index.html").read_text() == "earlier"
    assert [path.name for path in into.parent.iterdir() if path.name.startswith(".")] == []


def test_a_version_is_recorded_once_with_its_day(tmp_path: Path) -> None:
    """The first time it is kept, and its bundle is that of later builds; then it is refused."""
    into, kept = tmp_path / "partner", tmp_path / "published"
    options, version = ("--into", into, "--published", kept), load(DOCUMENT).version
    assert publish(*options, "--record", "2026-02-03").returncode == 0
    first = (into / "SHA256SUMS").read_text()
    assert "2026-02-03" in (into / "changelog.md").read_text()
    assert (kept / f"{version}.yaml").read_bytes() == (into / "openapi.yaml").read_bytes()
    assert (kept / f"{version}.source.yaml").read_bytes() == DOCUMENT.read_bytes()
    again = publish(*options, "--record", "2026-02-04")
    assert again.returncode == 1
    assert f"{version} was published already" in again.stderr
    assert publish(*options).returncode == 0
    assert (into / "SHA256SUMS").read_text() == first


WRONG: Final = {
    "no document": (["--document", "gone.yaml"], "gone.yaml: cannot be read"),
    "no such option": (["--documents", "x"], "No such option"),
    "no date": (["--record", "yesterday"], "--record"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_told(name: str, tmp_path: Path) -> None:
    """Exit code 2, and a line that names what is wrong."""
    arguments, told = WRONG[name]
    done = publish("--into", tmp_path / "partner", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """The document with another name for something that the partners' overlay speaks of."""
    path = tmp_path / "layers.yaml"
    text = DOCUMENT.read_text(encoding="utf-8").replace("    RejectRequest:", "    Refusal:")
    path.write_text(text.replace("schemas/RejectRequest", "schemas/Refusal"), encoding="utf-8")
    return path


def test_an_overlay_that_no_longer_fits_is_refused_with_its_place(
    renamed: Path, tmp_path: Path
) -> None:
    """Where no version speaks against it, file and line of the overlay's action are told."""
    nothing = tmp_path / "published"
    done = publish("--document", renamed, "--published", nothing, "--into", tmp_path / "partner")
    assert done.returncode == 1
    assert "overlays/partner.yaml:" in done.stderr
    assert "matches nothing in the document" in done.stderr


def test_what_a_change_breaks_is_told_before_what_does_not_fit(
    renamed: Path, tmp_path: Path
) -> None:
    """The list of breaking changes comes first, also where the overlay needs a change too."""
    done = publish("--document", renamed, "--into", tmp_path / "partner")
    assert done.returncode == 1
    assert "need" in done.stderr.splitlines()[0]
    assert "RejectRequest" in done.stderr
    assert "overlays/partner.yaml" not in done.stderr
