"""The error tree: a class for each documented code, below that of its status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from layers_contract.spec.nodes import Api

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
    base: str
    key: int | str
    text: str


class Errors:
    """What a document says of the errors that its operations answer with."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.codes = {code: statuses[0] for code, statuses in api.error_codes.items()}

    @cached_property
    def path(self) -> tuple[str, ...]:
        """Where in an error answer the object with the code is."""
        for call in self.api.calls:
            for status, response in self.api.responses(call).items():
                if status[0] in "45d":
                    for schema in self.api.schemas(response):
                        path = self._path_to_codes(schema, ())
                        if path is not None:
                            return path
        return ()

    def _path_to_codes(self, schema: Json, path: tuple[str, ...]) -> tuple[str, ...] | None:
        for part in self.api.parts(schema):
            if "x-error-codes" in part:
                return path
            for name, inner in part.get("properties", {}).items() if len(path) < 3 else ():
                found = self._path_to_codes(inner, (*path, name))
                if found is not None:
                    return found
        return None

    @cached_property
    def status_classes(self) -> list[ErrorClass]:
        """A class for each status that has a name of its own."""
        statuses = {**STATUS_ERRORS}
        for status in self.codes.values():
            statuses.setdefault(status, f"Status{status}Error")
        return [
            ErrorClass(
                name, "ClientError" if status < 500 else "ServerError", status, _said(name, status)
            )
            for status, name in sorted(statuses.items())
        ]

    @cached_property
    def code_classes(self) -> list[ErrorClass]:
        """A class for each documented code, below the one of its status."""
        by_status = {each.key: each.name for each in self.status_classes}
        return [
            ErrorClass(_class_for(code), by_status[status], code, f"`{code}`, with {status}.")
            for code, status in self.codes.items()
        ]

    @cached_property
    def new_code_classes(self) -> list[ErrorClass]:
        """The classes of codes that are not already the class of their status."""
        return [each for each in self.code_classes if each.name != each.base]

    def names(self, documented: tuple[tuple[int, tuple[str, ...]], ...]) -> list[str]:
        """The classes of the errors that are documented for an operation."""
        by_code = {each.key: each.name for each in self.code_classes}
        by_status = {each.key: each.name for each in self.status_classes}
        named = (
            [by_code[code] for code in codes] or [by_status.get(status, "APIStatusError")]
            for status, codes in documented
        )
        return list(dict.fromkeys(name for names in named for name in names))

    def example_codes(self, response: dict[str, Json]) -> Iterator[str]:
        """The codes in the examples of an answer."""
        for media in response.get("content", {}).values():
            for example in media.get("examples", {}).values():
                found = example.get("value")
                for step in self.path:
                    found = found.get(step, {}) if isinstance(found, dict) else {}
                if isinstance(found, dict) and found.get("code") in self.codes:
                    yield found["code"]


def _class_for(code: str) -> str:
    return "".join(word.capitalize() for word in code.split("_")).removesuffix("Error") + "Error"


def _said(name: str, status: int) -> str:
    words = re.findall("[A-Z][a-z]+", name.removesuffix("Error"))
    return f"{status}: {' '.join(words).lower()}."
