"""Many runs side by side, each in a process of its own core."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import TypeVar

from layers_contract.mutation._trial import contract
from layers_contract.spec.files import SHIPPED, DocumentFiles

__all__ = ["spread"]

Job = TypeVar("Job")
Result = TypeVar("Result")


def spread(
    work: Callable[[Job], Result],
    jobs: Iterable[Job],
    workers: int | None = None,
    files: DocumentFiles = SHIPPED,
) -> Iterator[Result]:
    """The results of *work* for each of *jobs*, as they come; the first jobs begin first.

    The processes are there when this returns, so that a caller's threads are not copied into them.
    """
    contract(files)
    pool = ProcessPoolExecutor(
        workers or os.cpu_count() or 1, initializer=_settle, initargs=(files,)
    )
    return _results(pool, [pool.submit(work, job) for job in jobs])


def _results(pool: ProcessPoolExecutor, futures: list[Future[Result]]) -> Iterator[Result]:
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _settle(files: DocumentFiles) -> None:
    """Read what every run needs, keep the collector from it, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    contract(files)
    gc.collect()
    gc.freeze()
