"""One bundle for partners: what is checked before, what is made, in which order."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layers_contract.codegen import dialects
from layers_contract.diff import changelog, gate, published
from layers_contract.diff.model import Release
from layers_contract.document import load
from layers_contract.publish import client, documents, files, portal, postman, reference, workflows
from layers_contract.publish.progress import Progress
from layers_contract.spec.problems import MisfitError

Json = Any

_OVERLAYS: Final = Path("overlays")
_CLIENT: Final = Path("generated")
_WORKFLOWS: Final = Path("openapi") / workflows.NAME
_EXTENSIONS: Final = (Path("openapi/extensions.md"), Path("openapi/extensions.schema.json"))


@dataclass(frozen=True, slots=True)
class Places:
    """The document, the folder of what was published before, and the folder of the bundle."""

    document: Path = Path("openapi/layers.yaml")
    published: Path = Path("openapi/published")
    into: Path = Path("dist/partner")


def publish(places: Places, *, record: str | None = None) -> None:
    """Make the bundle; with a date to *record*, keep its document as published on that day.

    Raises:
        PublishError: Something is wrong or missing; nothing was written.
        DocumentError: There is no such document.
    """
    load(places.document)
    progress = Progress()
    with files.made_aside(places.into) as folder:
        document = progress.take("document", lambda: _partners_document(places, folder))
        progress.together(
            ("version", lambda: gate.check(places.published, document, places.document)),
            ("rules", lambda: documents.check(document)),
            ("client in step", lambda: client.check(places.document, _CLIENT)),
            ("overlays in step", lambda: dialects.check(places.document, _OVERLAYS)),
        )
        releases = _releases(places, document, record)
        _make(folder, document, releases, progress)
        if record:
            published.record(places.published, document, places.document, record)
    version = releases[0].version
    state = "" if releases[0].date else ", not out yet: --record keeps it as what partners have"
    progress.end(f"{places.into}: version {version}{state}")


def _partners_document(places: Places, folder: Path) -> Path:
    """The document for partners.

    Where its overlay does not fit, something that the overlay speaks of is gone or has moved: what
    the version has to say of that comes first.
    """
    try:
        return documents.write_partner(places.document, _OVERLAYS, folder)
    except MisfitError:
        document = documents.write_partner(places.document, _OVERLAYS, folder, lax=True)
        gate.check(places.published, document, places.document)
        raise


def _releases(places: Places, document: Path, record: str | None) -> tuple[Release, ...]:
    newest, *earlier = published.releases(places.published, document)
    if record and not newest.date:
        newest = dataclasses.replace(newest, date=record)
    return (newest, *earlier)


def _make(folder: Path, document: Path, releases: tuple[Release, ...], progress: Progress) -> None:
    version = releases[0].version
    progress.together(
        ("reference", lambda: reference.write(document, folder)),
        ("dereferenced", lambda: documents.write_dereferenced(document, folder)),
        ("workflows", lambda: workflows.write(_WORKFLOWS, document, version)),
        ("Postman collection", lambda: _write_collection(document, folder)),
        ("client's wheel", lambda: client.write(_CLIENT, folder)),
        ("variants", lambda: documents.write_variants(document, _OVERLAYS, folder)),
        ("changelog", lambda: _write_changelog(releases, folder)),
    )
    for each in _EXTENSIONS:
        shutil.copyfile(each, folder / each.name)
    progress.take("portal", lambda: _write_portal(folder, document, releases))
    files.write_sums(folder)


def _write_collection(document: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        made = postman.collection(load(document), document, Path(scratch))
    _write_json(made, folder / "postman_collection.json")


def _write_changelog(releases: Sequence[Release], folder: Path) -> None:
    (folder / "changelog.md").write_text(changelog.markdown(releases), encoding="utf-8")
    _write_json(changelog.as_json(releases), folder / "changes.json")


def _write_portal(folder: Path, document: Path, releases: Sequence[Release]) -> None:
    downloads = [
        portal.Download(
            name=path.relative_to(folder).as_posix(),
            what=what,
            size=path.stat().st_size,
            sha256=files.sha256(path),
        )
        for pattern, what in _DOWNLOADS.items()
        for path in sorted(folder.glob(pattern))
    ]
    readme = (_CLIENT / "README.md").read_text(encoding="utf-8")
    portal.write(load(document), releases, downloads, readme, folder)


_DOWNLOADS: Final = {
    "openapi.yaml": "The OpenAPI document, with its extensions.",
    "openapi.json": "The same as JSON.",
    "*.whl": "The Python client, to be installed with pip.",
    "postman_collection.json": "Every operation as a request, for Postman.",
    "workflows.arazzo.yaml": "What to do step by step, for programs that run Arazzo.",
    "extensions.md": "What each extension of the document means.",
    "extensions.schema.json": "The shape of each extension, as JSON Schema.",
    "changelog.md": "What each version changed, and what to do about it.",
    "changes.json": "The same for programs.",
    "openapi.dereferenced.yaml": "The document without references, for tools that follow none.",
    "openapi.dereferenced.json": "The same as JSON.",
    "openapi.staging.yaml": "The document for the staging server.",
    "openapi.speakeasy.yaml": "The document in Speakeasy's words, to generate SDKs.",
    "openapi.fern.yaml": "The document in Fern's words, to generate SDKs.",
    "overlays/staging.yaml": "The overlay that makes the document that of the staging server.",
    "overlays/speakeasy.yaml": "The overlay with Speakeasy's words.",
    "overlays/fern.yaml": "The overlay with Fern's words.",
}
"""What partners may want to take away, what they look for most first."""


def _write_json(value: Json, path: Path) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
