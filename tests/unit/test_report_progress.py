"""What is told while a run goes on."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest
from rich.console import Console
from tests.unit.test_report_outcome import HOSTILE

from layers_contract.report import LiveProgress, PlainProgress, Progress, SilentProgress


class Stuck(io.StringIO):
    """A pipe that nobody reads."""

    def write(self, _: str) -> int:
        """Wait for longer than anybody would."""
        time.sleep(30)
        return 0


class Broken(io.StringIO):
    """A pipe that was closed at the other end."""

    def write(self, _: str) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError


def live(stream: io.StringIO | None = None, budget: int = 100) -> LiveProgress:
    """A live view on a terminal that is a string."""
    return LiveProgress(
        Console(file=stream or io.StringIO(), width=80, force_terminal=True), budget
    )


VIEWS: list[Callable[[], Progress]] = [
    live,
    lambda: PlainProgress(io.StringIO()),
    lambda: PlainProgress(Broken()),
    lambda: PlainProgress(Stuck(), every=0.01),
    SilentProgress,
]
NAMES = ["live", "plain", "broken pipe", "stuck pipe", "silent"]


def shown(view: LiveProgress, width: int = 80) -> str:
    """What a live view shows now."""
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(view.view())
    return capture.get()


@pytest.mark.parametrize("view", VIEWS, ids=NAMES)
def test_many_threads_may_tell_at_once(view: Callable[[], Progress]) -> None:
    """Calls from several threads neither raise nor wait, wherever the lines go."""
    raised: list[BaseException] = []

    def tell(name: str) -> None:
        try:
            for number in range(300):
                progress.activity(f"{name}-{number % 7}", HOSTILE)
                progress.sent(number, number)
                progress.done(f"{name}-{number % 5}")
        except BaseException as error:  # noqa: BLE001 - the test says which
            raised.append(error)

    begun = time.monotonic()
    with view() as progress:
        threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert raised == []
    assert time.monotonic() - begun < 5


def test_a_pipe_gets_a_line_for_each_activity_that_ends() -> None:
    """The line tells how long it took, and the totals."""
    stream = io.StringIO()
    with PlainProgress(stream, every=60) as progress:
        progress.activity("replays", "waits")
        progress.sent(12, 1)
        progress.done("replays")
    assert stream.getvalue() == "replays: done in 0.0 s · 12 requests · 1 render · 0 s\n"


def test_a_pipe_gets_no_line_for_each_request() -> None:
    """A thousand requests between two lines make no line."""
    stream = io.StringIO()
    with PlainProgress(stream, every=60) as progress:
        for number in range(1000):
            progress.sent(number, 0)
    assert stream.getvalue() == ""


def test_a_pipe_is_told_now_and_then_what_is_running() -> None:
    """Without any end a line comes after the given time."""
    stream = io.StringIO()
    with PlainProgress(stream, every=0.02) as progress:
        progress.activity("replays", "waits for a render")
        time.sleep(0.2)
    assert "replays: waits for a render · 0 requests" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_hostile_names_do_not_break_a_line() -> None:
    """What an activity does may hold anything; it is one printable line."""
    stream = io.StringIO()
    with PlainProgress(stream, every=0.02) as progress:
        progress.activity(HOSTILE, HOSTILE)
        time.sleep(0.1)
        progress.done(HOSTILE)
    assert all(line.isprintable() for line in stream.getvalue().splitlines())


def test_a_terminal_sees_what_is_running() -> None:
    """A line for each activity, and the totals, within the terminal's width."""
    view = live()
    view.activity("replays", "waits for a render " + HOSTILE * 3)
    view.activity("listed", "walks pages")
    view.sent(50, 3)
    told = shown(view)
    assert "replays" in told
    assert "walks pages" in told
    assert "50 requests · 3 renders" in told
    assert max(map(len, told.splitlines())) <= 80


def test_an_activity_that_ended_is_no_longer_shown() -> None:
    """Only what runs is shown, and an end that was never begun is no error."""
    view = live()
    view.activity("replays", "waits")
    view.done("replays")
    view.done("replays")
    assert "replays" not in shown(view)


def test_many_activities_do_not_fill_the_screen() -> None:
    """At most a dozen are shown."""
    view = live()
    for number in range(100):
        view.activity(f"actor-{number}", "waits")
    assert len(shown(view).splitlines()) <= 15


def test_totals_never_go_back() -> None:
    """Calls of two threads may arrive in any order."""
    view = live()
    view.sent(50, 3)
    view.sent(49, 2)
    assert "50 requests · 3 renders" in shown(view)
