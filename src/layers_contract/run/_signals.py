"""Signals to stop: Ctrl-C, and the SIGTERM that CI systems send."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import trio

from layers_contract.run._stage import Stage

__all__ = ["finishing", "heed_signals"]


async def heed_signals(stage: Stage, scopes: list[trio.CancelScope]) -> None:
    """End in order when somebody has seen enough: the first of *scopes*, with each signal."""
    try:
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                stage.interrupted = True
                stage.purse.stop()
                scopes[0].cancel()
    except RuntimeError:  # not in the main thread: somebody else hears the signals
        return


@contextmanager
def finishing() -> Iterator[None]:
    """Let the first SIGTERM pass: nothing is sent any more, and what was found is being written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)

    def once(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, before)

    signal.signal(signal.SIGTERM, once)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
