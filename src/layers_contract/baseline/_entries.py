"""One accepted violation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

__all__ = ["FILL_IN", "BaselineError", "Entry"]

FILL_IN: Final = "FILL IN"
"""How a reason or an owner begins that nobody has written yet."""


class BaselineError(ValueError):
    """The file cannot be used; one line says which entry, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is accepted, why, by whom, and the last day on which it is; `line` counts from 1.

    Without a `cause` every way to break the promise is accepted; a `*` in it stands for any text.
    """

    promise: str
    cause: str | None
    reason: str
    owner: str
    expires: date
    line: int = 0

    def __str__(self) -> str:
        return self.promise + (f" ({self.cause})" if self.cause else "")

    @property
    def unfinished(self) -> bool:
        """Whether the reason or the owner is still to be filled in."""
        return self.reason.startswith(FILL_IN) or self.owner.startswith(FILL_IN)

    def covers(self, promise: str, cause: str) -> bool:
        """Whether a violation of *promise* with that cause is what this entry names."""
        if promise != self.promise:
            return False
        if self.cause is None or self.cause == cause:
            return True
        pattern = ".*".join(map(re.escape, self.cause.split("*")))
        return re.fullmatch(pattern, cause) is not None
