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
from layers_contract.codegen.client.operations import UnfitError
from layers_contract.diff import changelog, gate, published
from layers_contract.diff.model import Release
from layers_contract.publish import client, documents, files, portal, postman, reference, workflows
from layers_contract.publish.kit import PARTNER, Kit, made, ours
from layers_contract.publish.progress import Progress, Step
from layers_contract.spec.document import Document, load
from layers_contract.spec.files import SHIPPED, DocumentFiles
from layers_contract.spec.problems import MisfitError, RefusedError
from layers_contract.spec.shipped import shipped

Json = Any

_EXTENSIONS: Final = ("openapi/extensions.md", "openapi/extensions.schema.json")
_PUBLISHED: Final = Path("openapi/published")
_NOTHING: Final = Path("nothing/published")
"""Where another API's document, of which nothing was published, has its versions."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to publish: a document, what was published of it before, and where the bundle goes.

    `partner` is the overlay that partners' documents have on them. What is left out is that of our
    own document; another API's has neither.
    """

    source: DocumentFiles = SHIPPED
    published: Path | None = None
    partner: Path | None = None
    into: Path = Path("dist/partner")

    @property
    def ours(self) -> bool:
        """Whether the document is that of this repository, a copy of it, or has an overlay on it.

        It is by its title: what is changed in a copy must be rated against what partners have.
        """
        if self.source.document is None:
            return True
        return _title(DocumentFiles(self.source.document).load()) == _title(SHIPPED.load())

    @property
    def kept(self) -> bool:
        """Whether what lies beside the document has to stand in the repository."""
        return self.ours and self.source == DocumentFiles(self.source.document)


@dataclass(frozen=True, slots=True)
class Places:
    """The document as a file, what it is called, what was published, what is beside it."""

    document: Path
    name: str
    published: Path
    kit: Kit
    into: Path


def _title(document: Document) -> str:
    return str(document.raw.get("info", {}).get("title", ""))


def publish(order: Order, *, record: str | None = None) -> None:
    """Make the bundle; with a date to *record*, keep its document as published on that day.

    Raises:
        PublishError: Something is wrong or missing; nothing was written.
        DocumentError: There is no such document.
    """
    partner = order.partner or (PARTNER if order.ours else None)
    published = order.published or (_PUBLISHED if order.ours else _NOTHING)
    with order.source.as_file() as document:
        load(document)
        if order.kept:
            place = Places(document, str(order.source), published, ours(), order.into)
            _publish(place, record)
            return
        try:
            with made(document, partner) as kit:
                place = Places(document, str(order.source), published, kit, order.into)
                _publish(place, record)
        except UnfitError as error:
            raise RefusedError(f"{order.source}: no client can be made of it: {error}") from error


def _publish(places: Places, record: str | None) -> None:
    progress, kit = Progress(), places.kit
    with files.made_aside(places.into) as folder:
        document = progress.take("document", lambda: _partners_document(places, folder))
        progress.together(
            ("version", lambda: _check_version(places, document)),
            ("rules", lambda: documents.check(document, ours=kit.partner == PARTNER)),
            *_steps_of_the_repository(places),
        )
        releases = _releases(places, document, record)
        _make(folder, document, releases, kit, progress)
        if record:
            published.record(places.published, document, places.document, record)
    version = releases[0].version
    state = "" if releases[0].date else ", not out yet: --record keeps it as what partners have"
    progress.end(f"{places.into}: version {version}{state}")


def _partners_document(places: Places, folder: Path) -> Path:
    """The document for partners.

    Where its overlay does not fit, something that the overlay speaks of is gone or has moved: what
    the version has to say of that comes first. With another overlay below it, some of it may be
    gone for good: what it leaves of the assumed is refused all the same.
    """
    partner = places.kit.partner
    try:
        return documents.write_partner(places.document, partner, folder, lax=not places.kit.kept)
    except MisfitError:
        document = documents.write_partner(places.document, partner, folder, lax=True)
        _check_version(places, document)
        raise


def _check_version(places: Places, document: Path) -> None:
    gate.check(places.published, document, places.document, places.name)


def _steps_of_the_repository(places: Places) -> Sequence[Step]:
    """What stands in the repository must be what the document makes."""
    if not places.kit.kept:
        return ()
    return (
        ("client in step", lambda: client.check(places.document, places.kit.client)),
        ("overlays in step", lambda: dialects.check(places.document, places.kit.overlays)),
    )


def _releases(places: Places, document: Path, record: str | None) -> tuple[Release, ...]:
    newest, *earlier = published.releases(places.published, document)
    if record and not newest.date:
        newest = dataclasses.replace(newest, date=record)
    return (newest, *earlier)


def _make(
    folder: Path, document: Path, releases: tuple[Release, ...], kit: Kit, progress: Progress
) -> None:
    version = releases[0].version
    progress.together(
        ("reference", lambda: reference.write(document, folder)),
        ("dereferenced", lambda: documents.write_dereferenced(document, folder)),
        ("workflows", lambda: workflows.write(kit.workflows, document, version)),
        ("Postman collection", lambda: _write_collection(document, folder)),
        ("client's wheel", lambda: client.write(kit.client, folder)),
        ("variants", lambda: documents.write_variants(document, kit.overlays, folder)),
        ("changelog", lambda: _write_changelog(releases, folder)),
    )
    for each in _EXTENSIONS:
        shutil.copyfile(shipped(each), folder / Path(each).name)
    readme = (kit.client / "README.md").read_text(encoding="utf-8")
    progress.take("portal", lambda: _write_portal(folder, document, releases, readme))
    files.write_sums(folder)


def _write_collection(document: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        made = postman.collection(load(document), document, Path(scratch))
    _write_json(made, folder / "postman_collection.json")


def _write_changelog(releases: Sequence[Release], folder: Path) -> None:
    (folder / "changelog.md").write_text(changelog.markdown(releases), encoding="utf-8")
    _write_json(changelog.as_json(releases), folder / "changes.json")


def _write_portal(folder: Path, document: Path, releases: Sequence[Release], readme: str) -> None:
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
