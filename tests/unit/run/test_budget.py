"""The purse: what a run may still spend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers_contract.run.budget import Purse
from layers_contract.target import Budget

PLENTY = Budget(generations=100, requests=100, seconds=100, requests_per_minute=0)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


def purse(clock: Clock | None = None, **limits: float) -> Purse:
    """A purse with plenty of all but *limits*."""
    found = Purse(replace(PLENTY, **limits), clock or Clock())  # type: ignore[arg-type]
    found.begin()
    return found


def test_requests_end() -> None:
    """So many requests are paid for, and no more; what was refused is counted."""
    found = purse(requests=2)
    assert [found.take() for _ in range(4)] == [True, True, False, False]
    assert (found.requests, found.refused, found.over) == (2, 2, True)


def test_renders_end_before_requests() -> None:
    """When the renders are spent, what starts none may still be sent."""
    found = purse(generations=1)
    assert [found.take(starts=True), found.take(starts=True), found.take()] == [True, False, True]
    assert not found.over


def test_a_render_that_was_none_is_given_back() -> None:
    """A refused call costs a request and no render."""
    found = purse(generations=1)
    found.take(starts=True)
    found.give_back()
    assert found.take(starts=True)
    assert (found.requests, found.generations) == (2, 1)


def test_a_share_leaves_the_rest_to_others() -> None:
    """Who may spend half stops at half."""
    found = purse(requests=4, generations=2)
    assert [found.take(share=0.5) for _ in range(3)] == [True, True, False]
    assert found.take()
    assert [found.take(starts=True, share=0.5) for _ in range(2)] == [False, False]


def test_time_ends() -> None:
    """After so many seconds nothing is paid for; before the start none have passed."""
    clock = Clock()
    found = Purse(replace(PLENTY, seconds=10), clock)
    assert found.elapsed == 0.0
    found.begin()
    clock.at += 9.9
    assert found.take()
    clock.at += 0.1
    assert not found.take()
    assert found.elapsed == pytest.approx(10.0)


def test_a_stop_is_final() -> None:
    """Once stopped, nothing is paid for."""
    found = purse()
    found.stop()
    assert found.over
    assert not found.take()


def test_without_a_pace_nobody_waits() -> None:
    """No limit per minute is no wait."""
    found = purse()
    assert [found.wait() for _ in range(3)] == [0.0, 0.0, 0.0]


def test_a_pace_spreads_requests() -> None:
    """Thirty a minute is one every two seconds, whoever asks; time not used is lost."""
    clock = Clock()
    found = purse(clock, requests_per_minute=30)
    assert [found.wait() for _ in range(3)] == [0.0, 2.0, 4.0]
    clock.at += 100
    assert [found.wait() for _ in range(2)] == [0.0, 2.0]


def test_a_held_purse_lets_everybody_wait() -> None:
    """A rate limit holds all requests back, and the longest hold counts."""
    clock = Clock()
    found = purse(clock)
    found.hold(5)
    found.hold(3)
    assert [found.wait(), found.wait()] == [5.0, 5.0]
    clock.at += 6
    assert found.wait() == 0.0
