"""Servers whose reads and lists show the past on purpose."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any, Final

import pytest
import trio
from tests.helpers.histories import Tape, contract, refusal
from tests.helpers.simulations import OPTIONS, target

from layers_contract.judge.outcome import Outcome
from layers_contract.mock import TrioClock, app
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.report import to_json
from layers_contract.run import simulate

READS, LISTS = 0.6, 3.0
Message = MutableMapping[str, Any]
Parts = list[Message]
Tell = Callable[[Tape], object]


def lagging(tape: Tape, read: float = 0.0, lists: float = 0.0) -> Tape:
    """*tape*, judged with a lag."""
    tape.expect = replace(tape.expect, read_lag=read, list_lag=lists)
    return tape


def goes_back(tape: Tape) -> None:
    """A read jumps back to what an earlier read has left behind."""
    made = tape.generate()
    tape.read(made, "completed")
    tape.read(made, "generating")


def is_not_there_yet(tape: Tape) -> None:
    """A job is not found right after its 202."""
    made = tape.generate()
    tape.poll(made, status=404)


def shows_the_old_review(tape: Tape) -> None:
    """A read after a decision shows the review as it was."""
    gated = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d40"
    tape.policy(gated)
    made = tape.generate(project=gated)
    tape.read(made, "completed", {"approvalStatus": "pending"})
    tape.wait(9)
    tape.read(made, "completed", {"approvalStatus": "pending"})
    tape.wait(9)
    tape.approve(made)
    tape.read(made, "completed", {"approvalStatus": "pending"})
    tape.wait(9)
    tape.policy(gated)


READ_LATE: Final = (goes_back, is_not_there_yet, shows_the_old_review)


def violated(tape: Tape) -> set[str]:
    """What is violated, when strict."""
    return {name for name, each in tape.verdicts().items() if each.verdict == "violated"}


@pytest.mark.parametrize("tell", READ_LATE)
def test_a_late_read_breaks_a_promise_unless_reads_may_be_late(tell: Tell) -> None:
    """Without a lag it is violated; with one that covers it nothing is."""
    tape = Tape()
    tell(tape)
    before = violated(tape)
    assert before
    assert violated(lagging(tape, read=5.0)) == set()
    assert {name for name, each in tape.verdicts().items() if each.lag} == before


@pytest.mark.parametrize("tell", READ_LATE)
def test_a_read_that_is_later_than_the_lag_is_found(tell: Tell) -> None:
    """A lag that is shorter than what was seen excuses nothing."""
    tape = Tape()
    tell(tape)
    before = violated(tape)
    assert violated(lagging(tape, read=0.2)) == before


def test_a_list_may_lag_more_than_reads() -> None:
    """A list that lacks what was just made is excused by the lag of lists, and by no other."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "queued")
    tape.page()
    tape.wait(9)
    tape.read(made, "completed")
    before = violated(tape)
    assert before
    assert violated(lagging(tape, read=5.0)) == before
    assert violated(lagging(tape, lists=5.0)) == set()


def test_evidence_stands_as_it_came() -> None:
    """What is violated in spite of a lag is shown with the exchanges' own times."""
    tape = lagging(Tape(), read=0.2)
    goes_back(tape)
    history = tape.history
    proofs = [each for found in tape.verdicts().values() for each in found.violations]
    sent = {exchange.sent for exchange in history}
    assert proofs
    assert {e.sent for each in proofs for e in each.exchanges} <= sent


class Replicas:
    """The sound mock, read from copies that are late: what is new is not there, what was is."""

    def __init__(self) -> None:
        self._inner = app(OPTIONS, TrioClock())
        self._kept: dict[tuple[str, bytes], list[tuple[float, Parts]]] = {}
        self._born: dict[str, float] = {}
        self._rng = random.Random(7)  # noqa: S311 - a die

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer one request."""
        now, path = trio.current_time(), scope["path"]
        lists = path.endswith("/content")
        if any(name in path and now - at < READS for name, at in self._born.items()):
            await self._missing(send)
            return
        parts: Parts = []
        await self._inner(scope, receive, _collector(parts))
        if scope["method"] == "GET" and parts[0]["status"] == 200:
            lag = LISTS if lists else READS
            parts = self._late((path, scope["query_string"], *_key(scope)), parts, now, lag)
        elif parts[0]["status"] == 202:
            self._remember(parts, now)
        for part in parts:
            await send(part)

    def _late(self, place: Any, parts: Parts, now: float, lag: float) -> Parts:
        kept = [each for each in self._kept.get(place, []) if now - each[0] < lag]
        self._kept[place] = [*kept, (now, parts)]
        return self._rng.choice(self._kept[place])[1]

    def _remember(self, parts: Parts, now: float) -> None:
        shown = json.loads(parts[1]["body"])
        for name in ("jobId", "containerId"):
            if name in shown:
                self._born.setdefault(shown[name], now)

    @staticmethod
    async def _missing(send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"x-request-id", b"req_1")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        body = json.dumps(refusal("NOT_FOUND")).encode()
        await send({"type": "http.response.body", "body": body})


def _collector(parts: Parts) -> Callable[[Message], Awaitable[None]]:
    async def collect(message: Message) -> None:
        parts.append(message)

    return collect


def _key(scope: Message) -> tuple[bytes, ...]:
    return tuple(
        value for name, value in scope["headers"] if name in {b"x-api-key", b"if-none-match"}
    )


def run(**lags: float) -> Outcome:
    """A strict run on late copies."""
    found = target()
    expect = replace(found.expect, **lags)
    return simulate(
        contract(), replace(found, expect=expect), Replicas(), epoch=SIMULATED_EPOCH, strict=True
    )


def test_a_run_on_late_copies() -> None:
    """Without the entries several promises are violated; with them none, and the report says so."""
    alarms = {each.promise.id for each in run().judged if each.verdict == "violated"}
    assert {"job.readable", "list.complete"} & alarms
    found = run(read_lag_seconds=READS, list_lag_seconds=LISTS)
    assert [each.promise.id for each in found.judged if each.verdict == "violated"] == []
    assert found.verdict == "held"
    assert [each for each in found.notes if each.startswith("judged with reads up to 0.6 s")]
    assert any(each["only_with_lag"] for each in to_json(found)["invariants"])
    unjudged = {each.promise.id for each in found.judged if each.verdict == "not_judged"}
    assert len(unjudged) < 12, unjudged
