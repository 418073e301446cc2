"""What is being made, and how long it took, one line a step."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from rich.console import Console

T = TypeVar("T")
Step = tuple[str, Callable[[], object]]

_WORKERS: Final = 4
"""Most steps wait for a program of their own."""


class Progress:
    """Takes steps, and tells of each one that is done; colours are for terminals."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def take(self, name: str, step: Callable[[], T]) -> T:
        """What *step* returns."""
        started = time.perf_counter()
        value = step()
        took = time.perf_counter() - started
        self._console.print(f"[green]✓[/] {name} [dim]{took:.1f} s[/]")
        return value

    def together(self, *steps: Step) -> None:
        """Take steps side by side; the first one that fails, in the order given, is raised."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            taken = [pool.submit(self.take, name, step) for name, step in steps]
        for each in taken:
            each.result()

    def end(self, line: str) -> None:
        """The last line."""
        self._console.print(line, soft_wrap=True)
