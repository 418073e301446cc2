"""Renders that are over before the run can look at them."""

from __future__ import annotations

from tests.helpers.histories import Tape, contract

from layers_contract.judge.invariants import CATALOGUE
from layers_contract.judge.verdicts import judge
from layers_contract.run._haste import UNDER_WAY, missed


def told(*first_looks: str) -> list[str]:
    """What a run says whose renders showed these states when it looked at them first."""
    tape = Tape()
    for state in first_looks:
        tape.poll(tape.generate(), state)
    return list(missed(contract(), tape.history, judge(contract(), tape.history, tape.expect)))


def test_renders_that_are_over_at_the_first_look_are_noticed() -> None:
    """The note counts them, gives the time that a look takes, and names what is judged less."""
    [note] = told("completed", "completed", "running", "completed", "running")
    assert "3 of 5 were over at the first look, after " in note
    assert all(name in note for name in UNDER_WAY)


def test_renders_that_are_seen_under_way_are_no_news() -> None:
    """A few that were missed among many are not worth a word."""
    assert told("completed", "completed", *["running"] * 8) == []
    assert told() == []


def test_what_is_judged_less_often_is_in_the_catalogue() -> None:
    """Each promise that the note may name exists."""
    assert set(CATALOGUE) >= UNDER_WAY
