"""What is wrong with a document: shapes and references of its extensions, lifecycles, style."""

from __future__ import annotations

from pathlib import Path

from layers_contract.document import load
from layers_contract.spec.lint import extensions, style

__all__ = ["findings"]


def findings(document: Path) -> list[str]:
    """What is wrong with the document in that file, one line each: a JSON Pointer, and what.

    House style is looked at once every extension has its shape and its references lead somewhere.

    Raises:
        DocumentError: The file is not there, or is no document.
    """
    raw = load(document).raw
    return extensions.check(raw) or style.check(raw)
