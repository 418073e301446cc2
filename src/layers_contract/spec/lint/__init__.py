"""What is wrong with a document: shapes and references of its extensions, lifecycles, style."""

from __future__ import annotations

from layers_contract.document import Document
from layers_contract.spec.lint import extensions, style

__all__ = ["findings"]


def findings(document: Document) -> list[str]:
    """What is wrong with *document*, one line each: a JSON Pointer, and what.

    House style is looked at once every extension has its shape and its references lead somewhere.
    """
    return extensions.check(document.raw) or style.check(document.raw)
