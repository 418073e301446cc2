"""Which violated promises have one cause."""

from __future__ import annotations

import time

import pytest
from tests.helpers.histories import Tape, contract
from tests.helpers.outcomes import exchange, outcome, read, violated
from tests.helpers.reproductions import judged

from layers_contract.judge.causes import Cause, causes
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import judge


def names(found: list[Cause]) -> list[set[str]]:
    """The promises of each cause."""
    return [{each.promise.id for each in cause.all} for cause in found]


def run_with(*faults: str) -> Outcome:
    """A strict standard run on a mock with faults."""
    return judged(*faults, profile="standard")


FAULTS = ["replay-starts-job", "canceled-completes", "conflict-starts-job", "falls-back-to-queue"]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_one_fault_breaks_has_one_cause(fault: str) -> None:
    """All that a fault breaks stands under one promise."""
    run = run_with(fault)
    assert len(run.causes) == 1
    assert len(run.causes[0].all) > 1


@pytest.mark.parametrize("fault", [*FAULTS, "completed-renders-again", "replay-restarts-render"])
def test_every_violated_promise_stands_in_one_cause(fault: str) -> None:
    """None is hidden, and none stands twice."""
    run = run_with(fault)
    named = [each.promise.id for cause in run.causes for each in cause.all]
    assert sorted(named) == sorted(
        each.promise.id for each in run.judged if each.verdict == "violated"
    )


def test_independent_faults_are_causes_of_their_own() -> None:
    """Three faults at once are three causes, the surest and most often violated one first."""
    run = run_with("replay-starts-job", "error-without-request-id", "falls-back-to-queue")
    first, second, third = run.causes
    assert {each.promise.group for each in first.all} == {"idempotency"}
    assert (second.root.promise.id, third.root.promise.id) == ("lifecycle.order", "errors.shape")
    assert not third.followers


def test_a_response_that_is_wrong_by_itself_explains_who_met_it() -> None:
    """A finding of single responses leads whatever needs them, though its source is less sure."""
    bad = read(2.0, status=500)
    history = [exchange(), bad, *(read(3.0 + n) for n in range(40))]
    run = outcome(
        [
            violated("lifecycle.order", Violation("went back", (history[0], bad))),
            violated("errors.no-server-error", Violation("500", (bad,))),
        ],
        history,
    )
    [cause] = run.causes
    assert cause.root.promise.id == "errors.no-server-error"
    assert [each.what for each in cause.followers] == ["requests"]


def test_what_is_wrong_everywhere_explains_nothing() -> None:
    """A finding that every response breaks says nothing of another one that needs some of them."""
    reads = [read(float(n)) for n in range(40)]
    run = outcome(
        [
            violated("lifecycle.order", Violation("went back", (reads[3], reads[4]))),
            violated("schema.body", *(Violation("a field is missing", (e,)) for e in reads)),
        ],
        reads,
    )
    assert names(run.causes) == [{"lifecycle.order"}, {"schema.body"}]


def test_the_worst_cause_comes_first() -> None:
    """A surer source comes before a less sure one, more violations before fewer."""
    reads = [read(float(n)) for n in range(4)]
    run = outcome(
        [
            violated("container.readable", Violation("gone", (reads[0],))),
            violated("lifecycle.order", Violation("a", (reads[1],))),
            violated("lifecycle.terminal", *(Violation("b", (each,)) for each in reads[2:])),
        ],
        reads,
    )
    roots = [each.root.promise.id for each in run.causes]
    assert roots == ["lifecycle.terminal", "lifecycle.order", "container.readable"]


def test_nothing_violated_has_no_cause() -> None:
    """A sound run has none."""
    assert not causes(contract(), outcome().history, [violated("lifecycle.order")])


def test_causes_are_found_in_a_time_that_grows_with_the_run() -> None:
    """Thousands of violations over thousands of exchanges take no second."""
    tape = Tape()
    for _ in range(1000):
        made = tape.generate(key=f"k{len(tape.exchanges)}")
        tape.generate(key=tape.exchanges[-1].request_headers["idempotency-key"], brief=made.brief)
        tape.read(made, "completed")
        tape.read(made, "generating")
    found = judge(contract(), tape.history, tape.expect)
    begun = time.process_time()
    assert causes(contract(), tape.history, found)
    assert time.process_time() - begun < 2
