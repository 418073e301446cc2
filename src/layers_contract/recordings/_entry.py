"""What every reader makes of a recorded exchange, and how it says that it cannot.

`Entry` is a request and its response as a recorder wrote them down, whoever the recorder was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["Entry", "LeftOutError", "RecordingError", "is_scrubbed", "moment_of"]


class RecordingError(ValueError):
    """A recording as a whole cannot be read; the message is one line for people."""


class LeftOutError(ValueError):
    """One entry is not judged; the message says why."""


@dataclass(slots=True)
class Entry:
    """One recorded exchange.

    `sent` and `received` are seconds since the epoch by the recorder's clock; `received` is None
    where nobody knows. `precision` is by how much either may be wrong. `status` is None where no
    response was recorded, or not all of it that counts; `failure` says why. `request_body` is None
    where it was not recorded. `own_words` is what a run of ours called the credential.
    """

    number: int
    method: str
    url: str
    sent: float
    received: float | None = None
    precision: float = 0.0
    query: tuple[tuple[str, str], ...] | None = None
    request_headers: dict[str, str] = field(default_factory=dict)
    request_body: bytes | None = b""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str | None = None
    body_missing: bool = False
    own_words: str | None = None
    actor: str = ""
    intent: str = ""


_USUAL: Final = len("2026-11-29T01:45:06.160Z")
"""How long times with whole milliseconds are."""
_FRACTION: Final = re.compile(r"\d\d:\d\d:\d\d[.,](\d+)")
_LOOSE: Final = (
    "%a %b %d %H:%M:%S %Y",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y, %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
)
_ZONE: Final = re.compile(r" (?:[A-Z]{3,5}) (?=\d{4}$)")
"""A zone's name, as Java writes it in the middle of a time."""
_LAST: Final = 1e13
_YEAR: Final = 4e8
"""Numbers from here on are seconds since the epoch, from a thousand times that milliseconds."""


def moment_of(value: Any) -> tuple[float, float]:
    """A recorder's time as seconds since the epoch, and how precise it is, in seconds.

    Raises:
        LeftOutError: It is no time.
    """
    if type(value) in (int, float) and _YEAR < value < _LAST:
        return (value / 1000, 1e-3) if value > 1000 * _YEAR else (float(value), 1.0)
    text = str(value or "").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _loose(text)
    try:
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError) as error:
        raise LeftOutError("it has no start time") from error
    if len(text) == _USUAL and text[-1] == "Z":
        return seconds, 1e-3
    found = _FRACTION.search(text)
    return seconds, 10.0 ** -min(len(found[1]), 6) if found else 1.0


def _loose(text: str) -> datetime:
    plain = _ZONE.sub(" ", text.replace("\u202f", " "))
    for form in _LOOSE:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise LeftOutError("it has no start time")


_WORDS: Final = "redacted|filtered|scrubbed|removed|masked|hidden|sanitized|sanitised|omitted"
_SCRUBBED: Final = re.compile(
    rf"(?:(?:bearer|basic|token|apikey)\s+)?(?:"
    rf"[^\w\s]*(?:{_WORDS}|secret|private|key|token|(?:your[-_ ]?)?(?:api[-_ ]?)?key)[^\w\s]*"
    rf"|[^\w\s]*(?:data|value|key|token|header)?[-_ ]?(?:{_WORDS})"
    r"(?:[-_ ](?:data|value|key|token|header))?[^\w\s]*"
    r"|(.)\1{2,}"
    r"|\{\{.*\}\}|\$\{.*\}|\$\w+|%\w+%|<.*>"
    r"|.*(?:\*{3}|•{3}|…|x{6}|X{6}).*"
    r")",
    re.IGNORECASE | re.DOTALL,
)


def is_scrubbed(value: str) -> bool:
    """Whether a recorder, or whoever passed the recording on, put this in place of the value."""
    return not value.strip() or _SCRUBBED.fullmatch(value.strip()) is not None
