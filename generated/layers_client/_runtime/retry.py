"""Whether a call is sent again, and when. One pure function; the clients sleep and send.

Sent again is what may succeed next time and cannot do harm: a call that was certainly not carried
out, and one that may be carried out twice because its method or its idempotency key says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

__all__ = ["RETRIED", "RetryPolicy", "Trouble", "pause_before_retry", "read_retry_after"]

EDGE: Final = frozenset({*range(520, 528), 529, 530})
"""What the edge of a content network answers while it does not reach the server."""

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504, *EDGE})
"""Statuses after which the same call may succeed. 409 is not among them: see `_worth_repeating`."""

LEFT_OPEN: Final = frozenset({502, 504, *EDGE})
"""What a gateway answers that has none of the server's, which may still be at the call."""

FIRST_PAUSE: Final = 0.5
LEAST_PAUSE: Final = 0.1
"""Before a call is sent again, even where the server asks for none."""
LONGEST_PAUSE: Final = 8.0
LONGEST_RETRY_AFTER: Final = 120.0
"""A server that asks for more is not waited for: the caller should know. All in seconds."""


class RetryPolicy(NamedTuple):
    """How often one call may be sent again, and for how many seconds in all."""

    retries: int
    seconds: float
    repeatable: bool
    """Whether the call may be carried out twice: a safe method, or an idempotency key."""
    in_flight_status: int = 409
    """How a server answers while an earlier call with the same key is not finished."""
    in_flight_code: str | None = None
    """The code that such an answer has, and no conflict of keys; None where it has none."""


class Trouble(NamedTuple):
    """What went wrong with one attempt."""

    status: int | None
    """None where there was no answer, or one that breaks off."""
    retry_after: float | None = None
    carried_out: bool = True
    """Whether the server may have carried the call out."""
    code: str | None = None
    """The error code of the answer, where it tells a call in flight."""


def pause_before_retry(
    policy: RetryPolicy, troubles: Sequence[Trouble], elapsed: float, chance: float
) -> float | None:
    """How many seconds to wait before the next attempt; None to give up.

    *troubles* has one entry for each attempt so far, *chance* lies between 0 and 1.
    """
    if len(troubles) > policy.retries or not _worth_repeating(policy, troubles):
        return None
    asked = troubles[-1].retry_after
    if asked is not None and asked > LONGEST_RETRY_AFTER:
        return None
    backoff = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (len(troubles) - 1))
    pause = chance * backoff if asked is None else max(asked, LEAST_PAUSE)
    return pause if elapsed + pause <= policy.seconds else None


def _worth_repeating(policy: RetryPolicy, troubles: Sequence[Trouble]) -> bool:
    *before, last = troubles
    if policy.repeatable and last.status == policy.in_flight_status and policy.in_flight_code:
        return last.code == policy.in_flight_code
    if policy.repeatable and last.status == policy.in_flight_status:
        # Either the server says to come back, or an attempt of ours was lost and is not finished.
        return last.retry_after is not None or any(map(_is_open, before))
    if last.status is not None and last.status not in RETRIED:
        return False
    return policy.repeatable or not last.carried_out


def _is_open(trouble: Trouble) -> bool:
    """Whether the server may still be at the attempt."""
    return trouble.status is None or trouble.status in LEFT_OPEN


def read_retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that `Retry-After` asks for, whether it says seconds or a date.

    A date is held against the server's own clock, where the answer shows it.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = _date(text)
    if until is None:
        return None
    since = _date(headers.get("date", "")) or now or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (OverflowError, TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
