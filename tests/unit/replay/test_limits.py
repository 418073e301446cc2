"""Reproducing within limits: of time, of money, and of the patience of whoever waits for it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import trio
from tests.helpers.histories import Tape, contract
from tests.helpers.reproductions import FOUND, generating, options, renewal, reproduced, target
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Expectations
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.mock import TrioClock, app, background, to_toml
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.replay import (
    Attempt,
    NoPatience,
    Patience,
    Step,
    reproduce,
    reproduce_all,
    simulated,
)
from layers_contract.replay.play import Renewal, _Player
from layers_contract.run import expectations
from layers_contract.run.driver import Session
from layers_contract.target import parse


def long_tape(size: int) -> tuple[Tape, Judged]:
    """A run of so many exchanges whose first replay starts a job of its own."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.generate(key="k", brief=made.brief)
    while len(tape.exchanges) < size:
        tape.read(tape.generate())
        tape.page()
    [judged] = judge(contract(), tape.history, tape.expect, only={"idempotency.replay"})
    assert judged.verdict == "violated"
    return tape, judged


def test_the_first_request_of_a_long_run_is_sent_within_a_second() -> None:
    """Of 3,000 exchanges a script is made, cut and ready to be sent in a time that grows with n."""
    tape, judged = long_tape(3000)
    begun = time.process_time()

    def send(steps: Sequence[Step], _: Renewal, patience: Patience) -> History:
        raise NoPatience

    with pytest.raises(NoPatience):
        reproduce(contract(), judged, tape.history, tape.expect, send)
    assert time.process_time() - begun < 2


def test_three_thousand_steps_are_played_in_no_time_of_ours() -> None:
    """What each of 3,000 steps waits for is found in n log n."""
    steps = [generating(n, n, n + 0.5) for n in range(3000)]
    player = _Instant()
    begun = time.process_time()
    trio.run(player.play_all, steps, clock=MockClock(autojump_threshold=0))
    assert player.order == list(range(3000))
    assert time.process_time() - begun < 5


class _Instant:
    """Somebody who answers at once."""

    def __init__(self) -> None:
        self.order: list[int] = []

    async def play_all(self, steps: Sequence[Step]) -> None:
        player = _Player(cast(Session, None), renewal())

        async def send(step: Step) -> Exchange:
            self.order.append(step.number)
            return cast(Exchange, None)

        player._send = send  # type: ignore[method-assign]
        await player.play(steps)


def test_a_cut_ends_with_its_patience_and_keeps_what_it_found() -> None:
    """When time is over the shortest script that has shown is the result, and said so."""
    outcome, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    whole = simulated(
        contract(),
        target(),
        lambda: app(options("replay-starts-job"), TrioClock()),
        SIMULATED_EPOCH,
    )
    left = iter(range(3))

    def send(steps: Sequence[Step], renew: Renewal, patience: Patience) -> History:
        if next(left, None) is None:
            raise NoPatience
        return whole(steps, renew, patience)

    again = reproduce(
        contract(), found.judged, outcome.history, expected(outcome), send, strict=True
    )
    assert again is not None
    assert (again.whole, again.shown, again.tried) == (False, 1, 1)


def expected(outcome: Outcome) -> Expectations:
    """What the run expected."""
    return expectations(target(), outcome.marker)


def served_slowly(seconds: float) -> Callable[[], tuple[float, Attempt]]:
    """Reproducing on a server that answers late; how long it took, and the first attempt."""
    outcome, _ = reproduced("replay-starts-job", FOUND["replay-starts-job"])

    def run() -> tuple[float, Attempt]:
        with background(replace(options("replay-starts-job"), latency=5)) as (_, values):
            served = parse(values, "mock")
            begun = time.monotonic()
            attempts = list(reproduce_all(outcome, served, Patience.of(seconds)))
            return time.monotonic() - begun, attempts[0]

    return run


def test_the_time_limit_is_kept_while_an_answer_is_awaited() -> None:
    """On a server that answers in 5 s a limit of 1 s ends after about 1 s, and is named."""
    took, attempt = served_slowly(1)()
    assert took < 4
    assert attempt.found is None
    assert "--repro-seconds" in attempt.why_not


def test_a_budget_that_is_spent_is_named() -> None:
    """Where no render is left, nothing is said of the server."""
    outcome, _ = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    with background(options("replay-starts-job")) as (_, values):
        served = parse(values, "mock")
        spent = replace(served, budget=replace(served.budget, generations=outcome.generations))
        attempts = list(reproduce_all(outcome, spent, Patience.of(20)))
    assert "[budget]" in attempts[0].why_not


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_reproducing_alone(tmp_path: Path, number: int) -> None:
    """Reports are written first; an interrupt ends reproducing, with the verdict's exit code."""
    report = tmp_path / "r.json"
    with background(replace(options("replay-starts-job"), latency=0.2)) as (_, values):
        file = tmp_path / "target.toml"
        file.write_text(to_toml(dict(values)), encoding="utf-8")
        line = ["check", "--target", str(file), "--only=idempotency.replay", "--profile=quick"]
        line += ["--json", str(report), "--repro", str(tmp_path / "out")]
        ran = subprocess.Popen(
            [sys.executable, "-m", "layers_contract", *line],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not report.exists() and ran.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        ran.send_signal(number)
        _, told = ran.communicate(timeout=60)
    assert json.loads(report.read_text(encoding="utf-8"))["verdict"] == "violated"
    assert ran.returncode == 1, told
    assert "Traceback" not in told
    assert told.splitlines()[-1].startswith("violated 1")
