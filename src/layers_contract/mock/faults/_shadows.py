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
    "approval.apart": (
        "A decision that nobody has asked for shows wherever its container is looked at around"
        " another call: approval.gate or clone.original see it, too."
    ),
    "approval.keeps-status": (
        "A decision is taken on what has ended, so that a status which it changes has left an end:"
        " lifecycle.terminal sees that, too."
    ),
    "cancel.ends": (
        "A job that goes on after its cancel may have won the race; one that never ends has not,"
        " and that breaks lifecycle.ends as well."
    ),
    "cancel.keeps": (
        "A late cancel that changes a job changes how it ended: job.terminal sees that, too."
    ),
    "clone.container": (
        "What is read of a clone that is its original are the original's values, and not the"
        " overrides."
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
