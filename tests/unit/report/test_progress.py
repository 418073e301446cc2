"""What is told while a run goes on."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest
from rich.console import Console
from tests.helpers.outcomes import HOSTILE

from layers_contract.report import LiveProgress, PlainProgress, Progress, SilentProgress
from layers_contract.report._plan import Plan


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


def live(stream: io.StringIO | None = None, **clock: Callable[[], float]) -> LiveProgress:
    """A live view on a terminal that is a string."""
    console = Console(file=stream or io.StringIO(), width=80, force_terminal=True)
    return LiveProgress(console, **clock)


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
    assert stream.getvalue() == "replays: done in 0.0 s · 0 s · 12 requests · 1 render\n"


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
    assert "replays: waits for a render · 0 s · 0 requests" in stream.getvalue()
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


def halfway(view: LiveProgress, clock: list[float]) -> None:
    """Ten seconds into a run: five of ten stories are over, a fifth of the fuzzing."""
    view.expect("stories", 10)
    view.advance("stories", 0)
    view.expect("fuzzing", 1)
    view.advance("fuzzing", 0)
    clock[0] = 10.0
    view.advance("stories", 5)
    view.advance("fuzzing", 0.2)


def test_progress_is_what_is_done_of_what_is_planned() -> None:
    """Each part says how far it is, and the slowest one how long the rest may take."""
    clock = [0.0]
    view = live(clock=lambda: clock[0])
    halfway(view, clock)
    assert "stories 5 of 10 · fuzzing 20% · about 45 s left · 10 s" in shown(view, width=120)


def test_nothing_is_said_of_the_time_before_anything_is_known() -> None:
    """At the beginning there is no estimate, and with all done there is nothing left."""
    clock = [0.0]
    view = live(clock=lambda: clock[0])
    view.expect("stories", 10)
    view.advance("stories", 0)
    assert "left" not in shown(view)
    clock[0] = 30.0
    assert "left" not in shown(view)
    view.advance("stories", 10)
    assert "left" not in shown(view)


def test_the_bar_never_goes_back() -> None:
    """A part that turns out to be slow lengthens the estimate, and leaves the bar where it was."""
    clock = [0.0]
    plan = Plan(lambda: clock[0])
    plan.expect("stories", 10)
    plan.advance("stories", 0)
    shares = []
    for now, done in ((4.0, 5), (40.0, 5), (80.0, 6), (90.0, 10)):
        clock[0] = now
        plan.advance("stories", done)
        shares.append(plan.share())
    assert shares == sorted(shares)
    assert shares[0] == 0.5
    assert shares[-1] == 1.0


def test_a_pipe_is_told_of_the_plan() -> None:
    """A line now and then says the same as the terminal."""
    stream = io.StringIO()
    with PlainProgress(stream, every=0.02) as progress:
        progress.expect("stories", 4)
        progress.advance("stories", 1)
        time.sleep(0.2)
    assert "stories 1 of 4 · 0 s · 0 requests" in stream.getvalue()


def test_a_terminal_without_unicode_sees_ascii() -> None:
    """Dots, ellipses and whatever a server says are shown in letters that it has."""
    raw = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    view = LiveProgress(Console(file=raw, width=60, force_terminal=True))
    view.activity("réplays", "waits " * 40)
    view.expect("stories", 4)
    view.advance("stories", 1)
    lines = shown(view, width=60).splitlines()
    assert all(line.isascii() for line in lines)
    assert "stories 1 of 4 | 0 s" in lines[-1]


@pytest.mark.parametrize("width", [30, 60, 200])
def test_progress_fits_the_terminal(width: int) -> None:
    """No line is longer than the terminal is wide."""
    clock = [0.0]
    view = live(clock=lambda: clock[0])
    halfway(view, clock)
    view.activity("a-story-with-a-long-name", "waits for a render that takes its time " * 4)
    assert max(map(len, shown(view, width).splitlines())) <= width
