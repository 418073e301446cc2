"""Whoever wants to hear how a run goes."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Listener", "Silence"]


class Listener(Protocol):
    """Is told how a run goes, from any thread."""

    def activity(self, name: str, doing: str) -> None:
        """*name* is at something."""

    def done(self, name: str) -> None:
        """*name* has finished."""

    def sent(self, requests: int, generations: int) -> None:
        """So much was sent in all."""

    def expect(self, part: str, total: float) -> None:
        """So much is to be done in *part* of the run; 0 where nobody knows yet."""

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done."""


class Silence:
    """Nobody listens."""

    def activity(self, name: str, doing: str) -> None:
        """Nothing."""

    def done(self, name: str) -> None:
        """Nothing."""

    def sent(self, requests: int, generations: int) -> None:
        """Nothing."""

    def expect(self, part: str, total: float) -> None:
        """Nothing."""

    def advance(self, part: str, done: float) -> None:
        """Nothing."""
