"""An operation of the document as a method of the client, and how its names are in Python."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openapi_python_client.strings import snake_case

from layers_contract.spec.document import Operation

Json = Any

CALL_OPTIONS: Final = frozenset({"timeout", "headers", "max_retries", "idempotency_key"})
_TAKEN: Final = frozenset(
    {"self", "list", "dict", "str", "int", "float", "bool", "bytes", "type", "datetime", "date"}
    | {"fields", "additional_properties", "from_dict", "to_dict"}
)
"""Names that mean something else where generated code uses them."""


class UnfitError(Exception):
    """The document has something that the client cannot be made of."""


@dataclass(frozen=True)
class Paging:
    """How a list is read: paths of keys, and the parameter that takes the cursor."""

    items: tuple[str, ...]
    next: tuple[str, ...]
    cursor: str


@dataclass(frozen=True)
class Method:
    """What the client knows of an operation beside what openapi-python-client does."""

    operation: Operation
    resource: str
    name: str
    idempotent: bool
    unchanged: int | None
    paging: Paging | None
    hidden: frozenset[str]
    """Headers that the client sends by itself, in lower case."""
    notes: Mapping[str, str] = field(repr=False)
    """What the document says of a parameter or a field of the body, by its name there."""
    examples: Mapping[str, Json] = field(repr=False)
    """A value for each of them, as far as the document has one."""
    success: str
    errors: tuple[tuple[int, tuple[str, ...]], ...]
    """The documented failures: statuses, and the codes that come with them."""
    scopes: tuple[str, ...]
    """What a key must be allowed to do."""
    follow: str = ""
    """Where the envelope of a job is in an answer that is more than the envelope."""

    @property
    def id(self) -> str:
        """The operationId."""
        return self.operation.id

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.operation.method

    @property
    def path(self) -> str:
        """The path, as the document has it."""
        return self.operation.path

    @property
    def deprecated(self) -> bool:
        """Whether it should not be called any more."""
        return bool(self.operation.raw.get("deprecated"))

    @property
    def constant(self) -> str:
        """Its name in `_document.py`."""
        return snake_case(self.id).upper()

    @property
    def template(self) -> str:
        """The path with `{}` where each id goes."""
        return re.sub(r"\{[^}]*\}", "{}", self.path)


def identifier(name: str) -> str:
    """A name of the document as it is in Python."""
    found = snake_case(name)
    if not found.isidentifier():
        found = f"field_{found}"
    return f"{found}_" if keyword.iskeyword(found) or found in _TAKEN else found


def method_name(operation_id: str, tag: str) -> str:
    """The method for an operation: its id without what the resource's name says already."""
    words, said = snake_case(operation_id).split("_"), snake_case(tag)
    kept = [word for word in words if word not in (said, said.removesuffix("s"))]
    name = "_".join(kept or words)
    return f"{name}_" if keyword.iskeyword(name) else name
