"""Simulated time: who sleeps wakes up at the right moment, in order, and nobody waits in truth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from layers_contract.run._clock import LeapingClock, sleep

Clock = Callable[[], trio.abc.Clock]
CLOCKS: list[Clock] = [LeapingClock, lambda: MockClock(autojump_threshold=0)]


def told(clock: Clock, *stories: Callable[[list[Any]], Awaitable[None]]) -> list[Any]:
    """What *stories* say side by side, each with the moment at which it was said."""
    said: list[Any] = []

    async def play() -> None:
        async with trio.open_nursery() as nursery:
            for each in stories:
                nursery.start_soon(each, said)

    trio.run(play, clock=clock())
    return said


def sleeping(*pauses: float) -> Callable[[list[Any]], Awaitable[None]]:
    """Somebody who sleeps for these times by the wire's means."""

    async def story(said: list[Any]) -> None:
        for pause in pauses:
            await sleep(pause)
            said.append(round(trio.current_time(), 9))

    return story


@pytest.mark.parametrize("clock", CLOCKS)
def test_sleepers_wake_in_the_order_of_their_moments(clock: Clock) -> None:
    """Whoever is to wake first does, whoever began to sleep first."""
    assert told(clock, sleeping(5, 5), sleeping(1, 2, 4), sleeping(3600)) == [1, 3, 5, 7, 10, 3600]


@pytest.mark.parametrize("clock", CLOCKS)
def test_sleeps_and_deadlines_take_turns(clock: Clock) -> None:
    """Time goes to what comes next, be it a sleep of ours or one of trio's."""

    async def by_trio(said: list[Any]) -> None:
        for pause in (2, 2):
            await trio.sleep(pause)
            said.append(f"trio {trio.current_time():g}")

    assert told(clock, by_trio, sleeping(1, 2, 2)) == [1, "trio 2", 3, "trio 4", 5]


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_sleep_can_be_broken_off(clock: Clock) -> None:
    """A deadline ends it at its moment, and its own moment passes without it."""

    async def impatient(said: list[Any]) -> None:
        with trio.move_on_after(1) as scope:
            await sleep(60)
        said.append((scope.cancelled_caught, trio.current_time()))
        await sleep(100)
        said.append(trio.current_time())

    assert told(clock, impatient) == [(True, 1), 101]


def test_two_may_wake_at_one_moment() -> None:
    """Both go on, and time stands still between them."""
    assert told(LeapingClock, sleeping(1), sleeping(1)) == [1, 1]
