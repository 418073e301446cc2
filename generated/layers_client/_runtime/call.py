"""A call before it is sent: which operation, with what, and how."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, cast
from urllib.parse import quote

import httpx

from .errors import APIStatusError, ConfigurationError
from .model import UNSET, Unset, to_json

__all__ = ["AS_SET", "Api", "Call", "CallOptions", "Operation", "TimeoutTypes"]

TimeoutTypes = float | httpx.Timeout | None
"""Seconds for each step of an exchange, httpx's finer choice, or None for no limit."""

SAFE_TO_REPEAT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class Operation(NamedTuple):
    """An operation of the document."""

    method: str
    path: str
    """With `{}` where each id goes."""
    answer: Literal["json", "text", "bytes", "none"] = "json"
    idempotent: bool = False
    """Whether the server heeds an idempotency key."""
    unchanged: int | None = None
    """The status that says that nothing has changed since the last answer."""


class Api(NamedTuple):
    """What the document says about every call; header names in lower case."""

    base_url: str
    beginning: str
    """What all paths begin with, such as `/v1`; empty where they begin differently."""
    user_agent: str
    auth_header: str
    auth_prefix: str
    idempotency_header: str
    in_flight_status: int
    in_flight_code: str | None
    idempotency_window: float | None
    """For how many seconds a key is remembered, at least; None where that is not promised."""
    request_id_header: str
    shown_headers: frozenset[str]
    """Headers of the document that a log may show."""
    error_path: tuple[str, ...]
    """Where, in the body of an error answer, the code and the message are."""
    errors_by_code: Mapping[str, type[APIStatusError]]
    errors_by_status: Mapping[int, type[APIStatusError]]
    """Where the code is not known; by its first digit where the status is not known either."""


class CallOptions(NamedTuple):
    """What the caller wants otherwise for one call."""

    timeout: TimeoutTypes | Unset = UNSET
    headers: Mapping[str, str] | None = None
    max_retries: int | None = None
    idempotency_key: str | None = None
    max_retry_time: float | None = None


AS_SET: Final = CallOptions()


class Call:
    """An operation with the values to call it with."""

    __slots__ = ("body", "headers", "operation", "path", "query")

    def __init__(
        self,
        operation: Operation,
        *ids: object,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: Any = UNSET,
    ) -> None:
        self.operation = operation
        self.path = operation.path.format(*map(_segment, ids))
        self.query = _pairs(query or {})
        self.headers = dict(_pairs(headers or {}))
        self.body = body

    def with_query(self, name: str, value: str) -> Call:
        """The same call with another value for one query parameter."""
        other = copy.copy(self)
        other.query = (*(each for each in self.query if each[0] != name), (name, value))
        return other

    def with_header(self, name: str, value: str) -> Call:
        """The same call with one more header."""
        other = copy.copy(self)
        other.headers = {**self.headers, name: value}
        return other


def _segment(value: object) -> str:
    """*value* as one segment of a path, whatever characters it has."""
    if value is None or isinstance(value, bytes):
        raise ConfigurationError(f"{value!r} is not an id")
    text = str(value)
    if text in ("", ".", ".."):
        raise ConfigurationError(f"{text!r} is not an id: it would lead to another path")
    return quote(text, safe="")


def _pairs(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Names and texts; a list has one pair for each of its values, None and `UNSET` have none."""
    return tuple((name, _text(each)) for name, value in values.items() for each in _each(value))


def _each(value: object) -> Iterable[object]:
    if value is None or value is UNSET:
        return ()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return cast(Iterable[object], value)
    return (value,)


def _text(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(to_json(value))
