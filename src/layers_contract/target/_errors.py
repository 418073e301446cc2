"""What is wrong with a target file."""

from __future__ import annotations

__all__ = ["TargetError"]


class TargetError(ValueError):
    """The target file cannot be used; the message says what is wrong, where, what to do."""
