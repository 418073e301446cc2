"""The overlays as files: written, and compared with what would be written."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from layers_contract.codegen.dialects import fern, speakeasy
from layers_contract.codegen.dialects.reading import Reading
from layers_contract.spec import yaml_text
from layers_contract.spec.document import load
from layers_contract.spec.problems import RefusedError

Json = Any


class Dialect(NamedTuple):
    """A generator's words: what its overlay is called, and the actions that it has."""

    title: str
    about: str
    actions: Callable[[Reading], Iterator[Json]]


DIALECTS: Final = {
    "speakeasy": Dialect(speakeasy.TITLE, speakeasy.ABOUT, speakeasy.actions),
    "fern": Dialect(fern.TITLE, fern.ABOUT, fern.actions),
}
"""By the name of the overlay's file."""


def texts(document: Path) -> dict[str, str]:
    """What each overlay of *document* holds, by the name of its file.

    Raises:
        DocumentError: There is no such document.
        UnfitError: Two of its operations would have one name.
    """
    reading = Reading(load(document))
    return {
        f"{name}.yaml": _text(dialect, reading, document.name) for name, dialect in DIALECTS.items()
    }


def _text(dialect: Dialect, reading: Reading, source: str) -> str:
    head = {
        "overlay": "1.1.0",
        "info": {"title": dialect.title, "version": reading.document.version},
    }
    listed = [yaml_text.dump([action]) for action in dialect.actions(reading)]
    return (
        f"# {dialect.title}: {dialect.about}.\n"
        f"# Written by `make generate` from {source}: change that, not this.\n"
        f"{yaml_text.dump(head)}actions:\n" + "\n".join(textwrap.indent(t, "  ") for t in listed)
    )


def write(document: Path, folder: Path) -> list[Path]:
    """Write the overlays of *document* into *folder*. Raises as `texts` does."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / name: text for name, text in texts(document).items()}
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(made)


def outdated(document: Path, folder: Path) -> str | None:
    """How an overlay in *folder* differs from what *document* makes; None where none does.

    Raises as `texts` does.
    """
    for name, text in texts(document).items():
        path = folder / name
        found = path.read_text(encoding="utf-8") if path.is_file() else None
        if found != text:
            where = "is not there" if found is None else _difference(found, text, document.name)
            return f"{path} {where}; run: make generate"
    return None


def _difference(found: str, wanted: str, source: str) -> str:
    """Which line is the first that is not as wanted."""
    ours, theirs = wanted.splitlines(), found.splitlines()
    alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False))
    at = len(list(alike))
    should = f"should be `{ours[at].strip()}`" if at < len(ours) else "should not be there"
    return f"is not what {source} makes: line {at + 1} {should}"


def check(document: Path, folder: Path) -> None:
    """Refuse overlays that are not what *document* makes.

    Raises:
        RefusedError: One differs; the line says where, and what to do.
    """
    if problem := outdated(document, folder):
        raise RefusedError(problem)
