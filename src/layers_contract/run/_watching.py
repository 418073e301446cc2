"""Ends a run at the first violation: what is there is judged again and again meanwhile.

Each time it is half as much again as the time before, so that all judging together costs no more
than a few judgements of the whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import trio

from layers_contract.history.exchanges import History
from layers_contract.run._stage import Stage
from layers_contract.run.driver import Session

__all__ = ["stop_at_first"]

FIRST: Final = 100
GROWTH: Final = 1.5
EVERY: Final = 0.25
"""Seconds between two looks at how much there is."""


async def stop_at_first(stage: Stage, session: Session, scope: trio.CancelScope) -> None:
    """Cancel *scope* when what was recorded by now proves a violation."""
    size = float(FIRST)
    while stage.first_violation is not None:
        await trio.sleep(EVERY)
        if len(stage.history) < size:
            continue
        size = len(stage.history) * GROWTH
        promise = await trio.to_thread.run_sync(stage.first_violation, _snapshot(stage, session))
        if promise:
            stage.stopped = f"--fail-fast stopped the run: {promise} is violated"
            stage.purse.stop()
            scope.cancel()
            return


def _snapshot(stage: Stage, session: Session) -> History:
    """What was recorded by now; what is under way may have been carried out."""
    open_ = [replace(e, status=None, failure="under way") for e in session.under_way.values()]
    return History([*(replace(each) for each in stage.history), *open_])
