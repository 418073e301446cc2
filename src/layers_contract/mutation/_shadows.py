"""Why some invariants have no fault that they alone see.

Each of them was asked for such a fault. Where a broken promise cannot but break another one that
is watched, too, the reason stands here; `layers-contract faults` fails for an invariant that has
neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["SHADOWS"]

SHADOWS: Final[Mapping[str, str]] = {
    "lifecycle.canceled": (
        "What is canceled by itself after a conflict looks as if the conflict had done it."
    ),
    "approval.once": (
        "Who may decide a second time may do so at the same moment as well: approval.race sees it."
    ),
    "container.assets": (
        "A completed container without assets lacks those that the result of its job names:"
        " job.result sees that, too."
    ),
    "container.urls": (
        "A permanent URL that changes has changed around some call that is to change nothing."
    ),
    "idempotency.invalid-keeps-key": (
        "A key that an invalid request has used up cannot be replayed: idempotency.replay sees it."
    ),
    "idempotency.replay-starts-nothing": (
        "What a replay starts or touches shows around other calls, too: clone.original and"
        " idempotency.lost-answer see it."
    ),
    "lifecycle.order": (
        "A container that goes back contradicts what a list has shown of it: list.same-story."
    ),
    "regenerate.container": (
        "A regenerate that makes a container leaves one that nobody asked for:"
        " idempotency.replay-starts-nothing sees that, too."
    ),
    "approval.apart": (
        "A decision that nobody has asked for shows wherever its container is looked at around"
        " another call: approval.gate or clone.original see it, too."
    ),
    "approval.keeps-status": (
        "A decision is taken on what has ended, so that a status which it changes has left an end:"
        " lifecycle.terminal sees that, too."
    ),
    "errors.not-found": (
        "What does not exist and is not answered 404 is told otherwise than what is somebody"
        " else's: auth.not-leaked sees that, too."
    ),
    "idempotency.credential-scope": (
        "Nothing of this API key is there for another one, so that it is answered 404; whatever"
        " else it is told breaks auth.tenancy, too."
    ),
    "job.one-story": (
        "A job that contradicts its container contradicts the progress endpoint, too, which reads"
        " like one of the two."
    ),
    "job.terminal": "A job whose end changes contradicts its container, before or afterwards.",
    "lifecycle.terminal": (
        "A container whose end changes contradicts its job, before or afterwards."
    ),
    "regenerate.job": (
        "A job that is named again has ended once, and starts again with the new render."
    ),
}
