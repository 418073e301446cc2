"""The parts that judging and mocking need of a document, and the first one that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layers_contract.contract import Contract

__all__ = ["missing_part"]

Parts = Mapping[str, Callable[[Contract], Any]]

_PARTS: Final[Parts] = {
    "#/info/version: is not there": lambda contract: contract.document.version,
    "#/paths: no operation is there": lambda contract: next(iter(contract.operations)),
    "#/components/securitySchemes: no API key in a header": (
        lambda contract: contract.document.security_header
    ),
}
"""What is said where a part is not there that judging needs, and what looks for it."""

_OF_THE_MOCK: Final[Parts] = {
    "#/components/schemas: no lifecycle there `mirrors` another one": (
        lambda contract: contract.render
    ),
    "#/components/schemas: the lifecycle that a render mirrors is not there": (
        lambda contract: contract.job
    ),
    "#/components/schemas: no lifecycle there has a `gate`": (lambda contract: contract.review),
    "#/x-idempotency: is not there, or lacks a header, window, conflict or in-flight": (
        lambda contract: contract.idempotency
    ),
    "#/components/schemas: none has x-error-codes": lambda contract: contract.error_codes,
    "#/paths: no operation has x-pagination": lambda contract: next(iter(contract.lists)),
    "#/paths: no operation has x-polling": lambda contract: next(iter(contract.polls)),
    "#/paths: no operation has x-starts": lambda contract: next(iter(contract.starts)),
    "#/paths: no operation reads a job by its id alone": lambda contract: contract.reader("job"),
    "#/paths: no operation reads a container by its id alone": (
        lambda contract: contract.reader("container")
    ),
}
"""What the mock needs beside these."""


def missing_part(contract: Contract, *, mocked: bool = False) -> str | None:
    """Where the document lacks a part that this package needs, and which; None where it has all.

    A document that is to be *mocked* needs more than one that is to be judged by.
    """
    needed = {**_PARTS, **(_OF_THE_MOCK if mocked else {})}
    for lack, look in needed.items():
        try:
            look(contract)
        except (LookupError, StopIteration, TypeError, ValueError, AttributeError):
            return lack
    return None
