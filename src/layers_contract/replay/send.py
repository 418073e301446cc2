"""Ways to send a script again: to a real server, or to an application in simulated time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import trio

from layers_contract.history.exchanges import History
from layers_contract.replay.patience import NoPatience, Patience
from layers_contract.replay.play import Renewal, play
from layers_contract.replay.reproduce import Send
from layers_contract.replay.script import Step
from layers_contract.run import Wire, connection, in_simulation, ticking
from layers_contract.run.budget import Purse
from layers_contract.run.driver import Session
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = ["over_http", "simulated"]


def over_http(contract: Contract, target: Target, purse: Purse) -> Send:
    """Send to the server at *target*, as far as *purse* goes."""

    def send(steps: Sequence[Step], renewal: Renewal, patience: Patience) -> History:
        history = History()
        trio.run(_impatiently, patience, contract, target, purse, history, steps, renewal)
        return history

    return send


def simulated(contract: Contract, target: Target, make: Callable[[], Any], epoch: float) -> Send:
    """Send to a new application each time, in simulated time that starts at *epoch*."""

    def send(steps: Sequence[Step], renewal: Renewal, _patience: Patience) -> History:
        history, wire = History(), Wire(make(), epoch)
        purse = Purse(target.budget, now=lambda: 0.0)
        in_simulation(_play, contract, target, purse, history, steps, renewal, wire, epoch, seed=0)
        return history

    return send


async def _impatiently(patience: Patience, *arguments: Any) -> None:
    """Play as long as *patience* lasts.

    Raises:
        NoPatience: It ended before the steps did.
    """
    ended = False
    async with trio.open_nursery() as nursery:
        nursery.start_soon(patience.expire, nursery.cancel_scope)
        await _play(*arguments)
        ended = True
        nursery.cancel_scope.cancel()
    if not ended:
        raise NoPatience


async def _play(  # noqa: PLR0913, PLR0917 - handed through trio
    contract: Contract,
    target: Target,
    purse: Purse,
    history: History,
    steps: Sequence[Step],
    renewal: Renewal,
    wire: Wire | None = None,
    epoch: float | None = None,
) -> None:
    if not purse.elapsed:
        purse.begin()
    async with connection(target, wire) as transport:
        session = Session(contract, target, history, purse, transport, ticking(epoch))
        await play(session, steps, renewal)
