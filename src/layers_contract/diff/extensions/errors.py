"""The known error codes.

The list is open: a code more is an addition, for a client must survive codes that it does not know.
A code that is gone, or comes with another status, is breaking: somebody branches on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers_contract.diff.extensions.pair import Pair
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas

Json = Any


def error_codes(pair: Pair) -> Iterator[Change]:
    """How `x-error-codes` differs; a code reaches the operations that document its status."""
    for spot in pair.shaped("x-error-codes"):
        old, new = spot.old or {}, spot.new or {}
        for code, each in new.items():
            status, operations = each["status"], _answering(pair.new, each["status"])
            if code not in old:
                what = f"A {status} may now carry the code {code}."
                yield spot.change("addition", "error-code-added", what, operations=operations)
                continue
            if old[code]["status"] != status:
                what = f"{code} now comes with {status}, not with {old[code]['status']}."
                todo = f"Expect {code} with {status}."
                reached = {*operations, *_answering(pair.old, old[code]["status"])}
                operations = pair.new.listed(reached)
                yield spot.change("breaking", "error-code-status-changed", what, todo, operations)
            sources = (old[code]["source"], each["source"])
            yield from spot.trust(f"The code {code}", *sources, operations)
        for code, each in old.items():
            if code not in new:
                what = f"The code {code} is no longer documented."
                todo = f"Do not branch on {code}; go by the status."
                operations = _answering(pair.old, each["status"])
                yield spot.change("breaking", "error-code-removed", what, todo, operations)


def _answering(atlas: Atlas, status: int) -> tuple[str, ...]:
    calls = atlas.calls.items()
    return tuple(name for name, call in calls if str(status) in atlas.api.responses(call))
