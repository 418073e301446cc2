"""What a run is doing, told while it runs: live in a terminal, a line now and then in a pipe.

Calls come from several threads. None of them raises or waits: a call only writes down what it was
told, and a thread of the view's own shows it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Protocol, Self, TextIO

from rich.console import Console, Group, OverflowMethod, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ._plan import Plan
from ._text import clean, in_letters_of, plural

__all__ = ["LiveProgress", "PlainProgress", "Progress", "SilentProgress"]

_NAME: Final = 24
_DOING: Final = 200
_MOST_LINES: Final = 12
_BAR: Final = 40
_GOODBYE: Final = 1.0
"""Seconds that a view may take to end."""

Clock = Callable[[], float]


class Progress(Protocol):
    """Where a run tells what it is doing. A context manager; safe to call from any thread."""

    def activity(self, name: str, doing: str) -> None:
        """*name* is now *doing*."""

    def done(self, name: str) -> None:
        """*name* has ended."""

    def sent(self, requests: int, generations: int) -> None:
        """So many requests and renders up to now."""

    def expect(self, part: str, total: float) -> None:
        """*part* of the run is planned, with so much to do; 0 where nobody knows yet."""

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


@dataclass(slots=True)
class _Activity:
    doing: str
    since: float
    requests: int


@dataclass
class _State:
    """What was told, for whoever shows it."""

    clock: Clock
    requests: int = 0
    generations: int = 0
    running: dict[str, _Activity] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.begun = self.clock()
        self.plan = Plan(self.clock)

    def expect(self, part: str, total: float) -> None:
        with self.lock:
            self.plan.expect(part, total)

    def advance(self, part: str, done: float) -> None:
        with self.lock:
            self.plan.advance(part, done)

    def share(self) -> float:
        with self.lock:
            return self.plan.share()

    def activity(self, name: str, doing: str) -> None:
        with self.lock:
            known = self.running.get(name)
            if known is None:
                known = self.running[name] = _Activity(doing, self.clock(), self.requests)
            known.doing = doing

    def done(self, name: str) -> _Activity | None:
        with self.lock:
            return self.running.pop(name, None)

    def sent(self, requests: int, generations: int) -> None:
        with self.lock:
            self.requests = max(self.requests, requests)
            self.generations = max(self.generations, generations)

    def now(self) -> tuple[dict[str, _Activity], str]:
        """What is running; and what is done of what is planned, with the totals."""
        with self.lock:
            return dict(self.running), self.totals()

    def totals(self) -> str:
        requests, renders = plural(self.requests, "request"), plural(self.generations, "render")
        spent = f"{self.clock() - self.begun:.0f} s"
        return " · ".join([*self.plan.words(), spent, requests, renders])


class SilentProgress:
    """Tells nobody."""

    def activity(self, name: str, doing: str) -> None:
        """*name* is now *doing*."""

    def done(self, name: str) -> None:
        """*name* has ended."""

    def sent(self, requests: int, generations: int) -> None:
        """So many requests and renders up to now."""

    def expect(self, part: str, total: float) -> None:
        """*part* is planned."""

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


class LiveProgress:
    """A live view: a line for each running activity, and a bar for the time that is over."""

    def __init__(self, console: Console, clock: Clock = time.monotonic) -> None:
        self._state = _State(clock)
        self._console = console
        unicode = console.encoding.lower().startswith("utf")
        self._overflow: OverflowMethod = "ellipsis" if unicode else "crop"
        self._live = Live(
            console=console, get_renderable=self.view, refresh_per_second=8, transient=True
        )

    def activity(self, name: str, doing: str) -> None:
        """*name* is now *doing*."""
        self._state.activity(name, doing)

    def done(self, name: str) -> None:
        """*name* has ended."""
        self._state.done(name)

    def sent(self, requests: int, generations: int) -> None:
        """So many requests and renders up to now."""
        self._state.sent(requests, generations)

    def expect(self, part: str, total: float) -> None:
        """*part* is planned."""
        self._state.expect(part, total)

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done."""
        self._state.advance(part, done)

    def __enter__(self) -> Self:
        with contextlib.suppress(Exception):
            self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Exception):
            self._live.stop()

    def view(self) -> RenderableType:
        """What is to be seen now."""
        running, totals = self._state.now()
        parts: list[RenderableType] = [self._lines(running)] if running else []
        return Group(*parts, *self._bottom(totals))

    def _lines(self, running: dict[str, _Activity]) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True, overflow=self._overflow, style="bold", max_width=_NAME)
        table.add_column(no_wrap=True, overflow=self._overflow, ratio=1)
        table.add_column(no_wrap=True, justify="right", style="dim", min_width=6)
        for name, each in list(running.items())[:_MOST_LINES]:
            since = f"{self._state.clock() - each.since:.0f} s"
            doing = self._text(each.doing, _DOING)
            table.add_row(self._text(name, _NAME), doing, self._text(since))
        if len(running) > _MOST_LINES:
            table.add_row(self._text(f"and {len(running) - _MOST_LINES} more"), "", "")
        return table

    def _bottom(self, totals: str) -> Iterator[RenderableType]:
        """The bar, and the words under it, as many lines as they take."""
        if share := self._state.share():
            table = Table.grid()
            width = min(_BAR, self._console.width)
            table.add_row(ProgressBar(total=1.0, completed=share, width=width))
            yield table
        yield self._text(totals)

    def _text(self, text: str, limit: int | None = None) -> Text:
        """*text* in the letters that the terminal has."""
        encoding = self._console.encoding
        return Text(in_letters_of(encoding, clean(text, limit)), overflow=self._overflow)


class PlainProgress:
    """A line every *every* seconds, and one at each end of an activity.

    A thread of its own writes them, so that a full pipe holds up nobody.
    """

    def __init__(self, stream: TextIO, every: float = 5.0, clock: Clock = time.monotonic) -> None:
        self._state = _State(clock)
        self._stream = stream
        self._every = every
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="progress", daemon=True)
        self._last = ""

    def activity(self, name: str, doing: str) -> None:
        """*name* is now *doing*."""
        self._state.activity(name, doing)

    def done(self, name: str) -> None:
        """*name* has ended."""
        ended = self._state.done(name)
        if ended is not None:
            _, totals = self._state.now()
            took = f"{self._state.clock() - ended.since:.1f} s"
            self._lines.put(f"{clean(name, _NAME)}: done in {took} · {totals}")

    def sent(self, requests: int, generations: int) -> None:
        """So many requests and renders up to now."""
        self._state.sent(requests, generations)

    def expect(self, part: str, total: float) -> None:
        """*part* is planned."""
        self._state.expect(part, total)

    def advance(self, part: str, done: float) -> None:
        """So much of *part* is done."""
        self._state.advance(part, done)

    def __enter__(self) -> Self:
        with contextlib.suppress(RuntimeError):
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.put(None)
        with contextlib.suppress(RuntimeError):
            self._thread.join(_GOODBYE)

    def _write(self) -> None:
        while True:
            try:
                line = self._lines.get(timeout=self._every)
            except queue.Empty:
                line = self._status()
            if line is None:
                return
            with contextlib.suppress(OSError, ValueError, LookupError):
                self._say(line)

    def _status(self) -> str:
        """What is running, unless that was just said."""
        running, totals = self._state.now()
        doing = "; ".join(f"{clean(n, _NAME)}: {clean(a.doing, 60)}" for n, a in running.items())
        return f"{clean(doing, _DOING)} · {totals}" if doing else totals

    def _say(self, line: str) -> None:
        if line != self._last:
            self._last = line
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            self._stream.write(in_letters_of(encoding, line) + "\n")
            self._stream.flush()
