"""What a written reproduction calls: its steps are sent again, and judged by one promise."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from layers_contract.budget import Purse
from layers_contract.contract import Contract
from layers_contract.document import load
from layers_contract.history import History
from layers_contract.judge import judge
from layers_contract.replay.play import Renewal
from layers_contract.replay.script import Step
from layers_contract.replay.send import over_http
from layers_contract.run import expectations
from layers_contract.target import (
    KEY_VARIABLE,
    Target,
    TargetError,
    from_environment,
    read,
)

__all__ = ["again"]

FILE, URL = "LAYERS_CONTRACT_TARGET", "LAYERS_URL"
REFUSED = 401


def again(steps: Sequence[Step], *, promise: str, marker: str | None, url: str) -> list[str]:
    """Send *steps* with fresh keys, and say how they break *promise*; empty where they do not.

    The server is *url*, unless `LAYERS_URL` names another one or `LAYERS_CONTRACT_TARGET` a target
    file; the keys are `LAYERS_API_KEY` and `LAYERS_OTHER_KEY`. *marker* is the word in the steps'
    hooks that told their run from others'; it is made new, too.

    Raises:
        TargetError: The target file or the address is wrong, nobody answers there, or the key is
            refused: nothing can be said of the promise.
    """
    contract, target = Contract(load()), _target(url)
    fresh = f"lc-{uuid.uuid4().hex[:10]}"
    renewal = Renewal.of(contract.idempotency.header, marker, fresh)
    history = over_http(contract, target, Purse(target.budget))(steps, renewal)
    _heard(history, target)
    expected = expectations(target, fresh)
    judged = judge(contract, history, expected, strict=True, only={promise})
    return [violation.message for each in judged for violation in each.violations]


def _heard(history: History, target: Target) -> None:
    """Make sure that silence and a wrong key are not taken for a promise that is kept."""
    statuses = {each.status for each in history if each.credential == "own"}
    if not any(each.answered for each in history):
        raise TargetError(f"{target.url} does not answer; {URL} may name another server")
    if statuses and statuses <= {REFUSED, None}:
        raise TargetError(
            f"{target.url} refuses the key ({REFUSED}); put the right one into {KEY_VARIABLE}"
        )


def _target(url: str) -> Target:
    chosen = os.environ.get(URL)
    if file := os.environ.get(FILE):
        return read(Path(file), chosen)
    return from_environment(chosen or url, URL if chosen else "the reproduction")
