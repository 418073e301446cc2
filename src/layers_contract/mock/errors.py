"""What goes wrong, for a caller of the mock and for the person who starts it.

MockError     the mock cannot be started as asked; its message is one line
Refused       a request that is answered with an error
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

__all__ = ["MockError", "Refused"]


class MockError(Exception):
    """The mock cannot be started as asked; the message says why, in one line."""


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """A request that is answered with an error instead of a result."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers or {}

    @classmethod
    def plain(cls, status: HTTPStatus, message: str, **headers: str) -> Refused:
        """A refusal that HTTP defines and the document leaves to its ranges."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(int(status), status.name, message, headers=named)
