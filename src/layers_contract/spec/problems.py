"""Why nothing was published.

PublishError
├── RefusedError      something is wrong with what was to be published     exit code 1
│   └── MisfitError   an overlay does not fit the document
└── MissingToolError  a tool that is needed is not there, or cannot run    exit code 2
"""

from __future__ import annotations

from collections.abc import Sequence


class PublishError(Exception):
    """Nothing was published."""

    exit_code = 2


class RefusedError(PublishError):
    """What is wrong, one line each."""

    exit_code = 1

    def __init__(self, what: str, lines: Sequence[str] = ()) -> None:
        super().__init__("\n".join([what, *(f"  {line}" for line in lines)]))


class MisfitError(RefusedError):
    """Which action of which overlay, and why."""


class MissingToolError(PublishError):
    """What is needed, and how to get it, in one line."""
