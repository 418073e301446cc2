"""Judging while the proxy serves: in a process of its own, over the latest exchanges.

The process reads the recording as it grows. It judges again when there is something new, and works
for a tenth of the time at most. What has been asked and not answered yet counts as a call without
an answer, which may have been carried out. Each violation is shown once.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from layers_contract.history.exchanges import Exchange, History, from_record
from layers_contract.judge.facts import Expectations
from layers_contract.judge.verdicts import judge
from layers_contract.proxy.recorder import Recorder
from layers_contract.recordings import name_callers
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

__all__ = ["LiveJudge", "Window"]

EXCHANGES: Final = 10_000
BYTES: Final = 64 * 1024 * 1024
"""The latest exchanges that are judged together."""
SHOWN: Final = 20
"""How often one promise is shown as violated; the table at the end counts them all."""
REST: Final = 9
"""How much longer than a judgement the pause after it is."""
PAUSE: Final = 1.0
"""Seconds between two judgements at least."""
_SECONDS: Final = re.compile(r"[0-9]+(\.[0-9]+)?(?= s\b)")

Found = tuple[str, str]
"""A promise's id, and what to say of its violation."""


class Window:
    """The latest exchanges of a recording that grows."""

    def __init__(self, contract: Contract, path: Path, *, strict: bool) -> None:
        self._contract, self._path, self._strict = contract, path, strict
        self._at = self._first = self._bytes = 0
        self._kept: deque[tuple[Exchange, int]] = deque()
        self._shown: set[tuple[str, object]] = set()
        self._count: Counter[str] = Counter()

    def read(self, end: int) -> None:
        """Read on, to *end*, and forget what is too old."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            while self._at < end and (line := file.readline()):
                self._at += len(line)
                self._bytes += len(line)
                self._kept.append((from_record(json.loads(line)), len(line)))
        while len(self._kept) > EXCHANGES or self._bytes > BYTES:
            self._first += 1
            self._bytes -= self._kept.popleft()[1]

    def judge(self, pending: list[Exchange]) -> list[Found]:
        """What is violated, and was not shown before."""
        exchanges = [*(replace(each) for each, _ in self._kept), *pending]
        name_callers(exchanges, {})
        history = History(exchanges)
        found, expect = [], Expectations(alone=False)
        for each in judge(self._contract, history, expect, strict=self._strict):
            for violation in each.violations:
                calls = frozenset(self._first + call.number for call in violation.exchanges)
                message = _SECONDS.sub("…", violation.message)
                known = {(each.promise.id, calls), (each.promise.id, message)}
                if not known & self._shown and self._count[each.promise.id] < SHOWN:
                    self._count[each.promise.id] += 1
                    found.append((each.promise.id, violation.message))
                self._shown |= known
        return found


def _work(pipe: Connection, raw: dict[str, Any], path: Path, strict: bool) -> None:
    """The process that judges: a window for each end of the recording that it is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the proxy to handle
    window = Window(Contract(Document(raw)), path, strict=strict)
    try:
        while (task := pipe.recv()) is not None:
            window.read(task[0])
            pipe.send(window.judge(task[1]))
    except (EOFError, BrokenPipeError):
        return


class LiveJudge:
    """Judges what a recorder writes; *say* is given each violation, in the order of finding."""

    def __init__(
        self, recorder: Recorder, say: Callable[[str, str], None], *, strict: bool = False
    ) -> None:
        self._recorder, self._say, self._stopped = recorder, say, threading.Event()
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        raw, path = recorder.contract.document.raw, recorder.lines.path
        self._process = spawn.Process(target=_work, args=(theirs, raw, path, strict), daemon=True)
        self._process.start()
        theirs.close()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Judge no more."""
        self._stopped.set()
        self._thread.join(PAUSE)
        self._process.terminate()
        self._process.join()

    def _watch(self) -> None:
        judged, pause = 0, PAUSE
        while not self._stopped.wait(pause):
            end = self._recorder.lines.end
            if end == judged:
                continue
            begun = time.monotonic()
            try:
                self._pipe.send((end, self._recorder.pending()))
                found = self._pipe.recv()
            except (OSError, EOFError):
                return
            judged, pause = end, max(PAUSE, REST * (time.monotonic() - begun))
            for promise, message in found:
                self._say(promise, message)
