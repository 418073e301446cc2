"""The error tree: a class for each documented code, below those of its statuses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from layers_contract.spec.contract import Contract
from layers_contract.spec.document import pointer, to_pointer
from layers_contract.spec.nodes import tokens

Json = Any

STATUS_ERRORS: Final[dict[int, str]] = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    408: "RequestTimeoutError",
    409: "ConflictError",
    410: "GoneError",
    413: "ContentTooLargeError",
    415: "UnsupportedMediaTypeError",
    422: "UnprocessableContentError",
    425: "TooEarlyError",
    429: "TooManyRequestsError",
    500: "InternalServerError",
    502: "BadGatewayError",
    503: "ServiceUnavailableError",
    504: "GatewayTimeoutError",
}


@dataclass(frozen=True)
class ErrorClass:
    """A class of the error tree, for a status or for a code."""

    name: str
    bases: tuple[str, ...]
    key: int | str
    text: str


class Errors:
    """What a document says of the errors that its operations answer with.

    *reserved* are classes of the client that no code may take the name of.
    """

    def __init__(self, contract: Contract, reserved: Collection[str] = ()) -> None:
        self.contract = contract
        self.reserved = reserved

    @property
    def codes(self) -> Mapping[str, tuple[int, ...]]:
        """The known codes, and the statuses that each may come with, the usual one first."""
        return self.contract.error_codes

    @cached_property
    def path(self) -> tuple[str, ...]:
        """Where in an error answer the object with the code is."""
        places = self.contract.error_code_places
        return tuple(tokens(places[0])[:-1]) if places else ()

    @cached_property
    def status_classes(self) -> list[ErrorClass]:
        """A class for each status that has a name of its own."""
        statuses = {**STATUS_ERRORS}
        for status in (each for listed in self.codes.values() for each in listed):
            statuses.setdefault(status, f"Status{status}Error")
        return [
            ErrorClass(
                name,
                ("ClientError" if status < 500 else "ServerError",),
                status,
                _said(name, status),
            )
            for status, name in sorted(statuses.items())
        ]

    @cached_property
    def code_classes(self) -> list[ErrorClass]:
        """A class for each documented code, below the ones of its statuses."""
        by_status = {each.key: each.name for each in self.status_classes}
        return [
            self._code_class(code, [by_status[each] for each in statuses], statuses)
            for code, statuses in self.codes.items()
        ]

    def _code_class(self, code: str, bases: list[str], statuses: tuple[int, ...]) -> ErrorClass:
        name = _class_for(code)
        own = [each.name for each in self.status_classes]
        if name in self.reserved or (name in own and name != bases[0]):
            name = f"{name.removesuffix('Error')}CodeError"
        text = f"`{code}`, with {' or '.join(map(str, statuses))}."
        return ErrorClass(name, tuple(dict.fromkeys(bases)), code, text)

    @cached_property
    def new_code_classes(self) -> list[ErrorClass]:
        """The classes of codes that are not already the class of their status."""
        return [each for each in self.code_classes if each.name not in each.bases]

    def names(self, documented: tuple[tuple[int, tuple[str, ...]], ...]) -> list[str]:
        """The classes of the errors that are documented for an operation."""
        by_code = {each.key: each.name for each in self.code_classes}
        by_status = {each.key: each.name for each in self.status_classes}
        named = (
            [by_code[code] for code in codes] or [by_status.get(status, "APIStatusError")]
            for status, codes in documented
        )
        return list(dict.fromkeys(name for names in named for name in names))

    def codes_in(self, bodies: Iterable[Json]) -> Iterator[str]:
        """The known codes in examples of error responses."""
        for body in bodies:
            code = pointer(body, to_pointer((*self.path, "code")))
            if isinstance(code, str) and code in self.codes:
                yield code


def _class_for(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("_")).removesuffix("Error") + "Error"


def _said(name: str, status: int) -> str:
    words = re.findall("[A-Z][a-z]+", name.removesuffix("Error"))
    return f"{status}: {' '.join(words).lower()}."
