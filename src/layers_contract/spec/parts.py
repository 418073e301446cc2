"""The parts that judging and mocking need of a document, and the first one that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layers_contract.spec.contract import Contract

__all__ = ["missing_part"]

Parts = Mapping[str, Callable[[Contract], Any]]

_PARTS: Final[Parts] = {
    "#/info/version: is not there": lambda contract: contract.document.version,
    "#/paths: no operation is there": lambda contract: next(iter(contract.operations)),
    "#/components/securitySchemes: no API key in a header": (
        lambda contract: contract.document.security_header
    ),
}
"""What is said where a part is not there that judging and mocking need, and what looks for it."""


def missing_part(contract: Contract) -> str | None:
    """Where the document lacks a part that this package needs, and which; None where it has all."""
    for lack, look in _PARTS.items():
        try:
            look(contract)
        except (LookupError, StopIteration, TypeError, ValueError, AttributeError):
            return lack
    return None
