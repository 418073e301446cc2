"""A document as files: an OpenAPI document, and the overlays that are laid on it in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from layers_contract.spec import yaml_text
from layers_contract.spec.document import Document, DocumentError, default_path, load

__all__ = ["SHIPPED", "DocumentFiles"]


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The file of a document, the one that the package ships if None, and its overlays."""

    document: Path | None = None
    overlays: tuple[Path, ...] = ()
    version: str | None = None
    """What `info.version` says instead of what is written there."""

    def __str__(self) -> str:
        name = str(self.document or "openapi/layers.yaml")
        return " + ".join([name, *map(str, self.overlays)])

    def load(self) -> Document:
        """The document with the overlays on it; the same one for the same files.

        Raises:
            DocumentError: A file cannot be read, is no document or no overlay, or does not fit.
        """
        return _loaded(self)

    @contextmanager
    def as_file(self) -> Iterator[Path]:
        """A file that holds the document with its overlays, for as long as it is used.

        Raises:
            DocumentError: As `load` does.
        """
        plain = self.document or default_path()
        if not self.overlays and not self.version:
            yield plain
            return
        with TemporaryDirectory() as folder:
            path = Path(folder) / plain.name
            path.write_text(yaml_text.dump(self.load().raw), encoding="utf-8")
            yield path


SHIPPED: Final = DocumentFiles()
"""The document that comes with this package."""


@lru_cache(maxsize=8)
def _loaded(files: DocumentFiles) -> Document:
    raw = load(files.document).raw
    if files.overlays:
        raw = _laid(raw, files.overlays)
    if files.version:
        raw = {**raw, "info": {**raw["info"], "version": files.version}}
    return Document(raw)


def _laid(raw: dict[str, Any], overlays: tuple[Path, ...]) -> dict[str, Any]:
    # Imported here because JSONPath takes as long to import as everything else together.
    from layers_contract.spec import overlay  # noqa: PLC0415

    try:
        actions = [each for path in overlays for each in overlay.read(path)]
        laid: dict[str, Any] = overlay.apply(raw, actions)
    except overlay.OverlayError as error:
        raise DocumentError(str(error)) from error
    return laid
