"""Ways to send a script again: to a real server, or to an application in simulated time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import trio

from layers_contract.budget import Purse
from layers_contract.contract import Contract
from layers_contract.driver import Session
from layers_contract.history import History
from layers_contract.replay.play import Renewal, play
from layers_contract.replay.script import Step
from layers_contract.run import Wire, connection, in_simulation, ticking
from layers_contract.target import Target

__all__ = ["over_http", "simulated"]


def over_http(
    contract: Contract, target: Target, purse: Purse
) -> Callable[[Sequence[Step], Renewal], History]:
    """Send to the server at *target*, as far as *purse* goes."""

    def send(steps: Sequence[Step], renewal: Renewal) -> History:
        history = History()
        trio.run(_play, contract, target, purse, history, steps, renewal, None, None)
        return history

    return send


def simulated(
    contract: Contract, target: Target, make: Callable[[], Any], epoch: float
) -> Callable[[Sequence[Step], Renewal], History]:
    """Send to a new application each time, in simulated time that starts at *epoch*."""

    def send(steps: Sequence[Step], renewal: Renewal) -> History:
        history, wire = History(), Wire(make(), epoch)
        purse = Purse(target.budget, now=lambda: 0.0)
        in_simulation(_play, contract, target, purse, history, steps, renewal, wire, epoch, seed=0)
        return history

    return send


async def _play(  # noqa: PLR0913, PLR0917 - handed through trio
    contract: Contract,
    target: Target,
    purse: Purse,
    history: History,
    steps: Sequence[Step],
    renewal: Renewal,
    wire: Wire | None,
    epoch: float | None,
) -> None:
    if not purse.elapsed:
        purse.begin()
    async with connection(target, wire) as transport:
        session = Session(contract, target, history, purse, transport, ticking(epoch))
        await play(session, steps, renewal)
