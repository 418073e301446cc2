"""What webhooks have sent, as JSON Lines: one payload, or one recorded exchange, a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from layers_contract.history.exchanges import WEBHOOK, Exchange

from ._entry import RecordingError

TAKEN: Final = 200


def read_webhooks(file: Path, at: float = 0.0) -> list[Exchange]:
    """The payloads in *file*, each as an exchange that the server has begun.

    A line is a payload, or an object with a `request_body`, as our own recordings have it. What
    does not say when it was sent was sent *at* that time.

    Raises:
        RecordingError: The file cannot be read, or a line of it is no JSON object.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{file}: cannot be read as text") from error
    found = list(_exchanges(file, text, at))
    if not found:
        raise RecordingError(f"{file}: holds no webhooks; write one payload a line")
    return found


def _exchanges(file: Path, text: str, at: float) -> Iterator[Exchange]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise RecordingError(f"{file}:{number}: not JSON; write one payload a line") from error
        if not isinstance(value, dict):
            raise RecordingError(f"{file}:{number}: not an object; write one payload a line")
        yield _exchange(value, at)


def _exchange(value: dict[str, Any], at: float) -> Exchange:
    recorded = value.get("request_body")
    body = recorded if isinstance(recorded, str) else json.dumps(value)
    sent = value.get("sent") if isinstance(recorded, str) else None
    at = float(sent) if isinstance(sent, int | float) else at
    return Exchange(
        method="POST",
        path="/",
        sent=at,
        received=at,
        status=TAKEN,
        request_headers={"content-type": "application/json"},
        request_body=body.encode(),
        actor=WEBHOOK,
        credential="unknown",
    )
