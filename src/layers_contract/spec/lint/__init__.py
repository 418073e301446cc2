"""What is wrong with a document: its extensions, what any document must keep, our style."""

from __future__ import annotations

from layers_contract.spec.document import Document
from layers_contract.spec.lint import extensions, soundness
from layers_contract.spec.lint import style as house
from layers_contract.spec.nodes import Api

__all__ = ["findings", "whole"]


def findings(document: Document, *, style: bool = False) -> list[str]:
    """What is wrong with *document*, one line each: a JSON Pointer, and what.

    The rest is looked at once every extension has its shape and its references lead somewhere.
    *style* adds what this repository asks of its own document, and not of every one.
    """
    if problems := extensions.check(document.raw) or whole(document):
        return problems
    rules = (*soundness.RULES, *(house.RULES if style else ()))
    api = Api(document.raw)
    return [problem for rule in rules for problem in rule(api)]


def whole(document: Document) -> list[str]:
    """What *document* lacks that every reader of it needs, one line each."""
    api = Api(document.raw)
    return [problem for rule in soundness.WHOLE for problem in rule(api)]
