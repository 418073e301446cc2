"""Canceled jobs, judged on hand-made histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.helpers.histories import GATED, RENDER, Case, Cases, Tape, found, somebody_elses, wanted
from tests.helpers.scenes import usually_twenty_seconds

CASES = Cases()


def late(tape: Tape, reason: Any = "ALREADY_COMPLETED", state: str = "completed") -> None:
    """A cancel of a job that has ended."""
    made = tape.generate()
    tape.poll(made, state)
    answer = {"jobId": made.job, "accepted": False, "reason": reason}
    tape.cancel(made, status=200, answer=answer)


@CASES.held("cancel.reason")
def names_its_reason(tape: Tape) -> None:
    """A cancel of a completed job says that it had completed."""
    late(tape)


@CASES.violated("cancel.reason")
def names_another_reason(tape: Tape) -> None:
    """A cancel of a completed job says something else."""
    late(tape, "TOO_LATE")


@CASES.silent("cancel.reason")
def ended_otherwise(tape: Tape) -> None:
    """A cancel of a failed or canceled job may say anything."""
    late(tape, "ALREADY_FAILED", "failed")
    made = tape.generate()
    tape.cancel(made)
    tape.poll(made, "canceled")
    answer = {"jobId": made.job, "accepted": False, "reason": "ALREADY_CANCELED"}
    tape.cancel(made, status=200, answer=answer)


@CASES.silent("cancel.reason")
def names_no_reason(tape: Tape) -> None:
    """A reason that is not shown is not another one."""
    late(tape, None)
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)


@CASES.silent("cancel.reason")
def may_have_completed_afterwards(tape: Tape) -> None:
    """A job that was not seen completed before the cancel was sent may have ended any way."""
    made = tape.generate()
    tape.poll(made, "completed", took=5)
    tape.cancel(made, status=200, answer={"jobId": made.job, "accepted": False, "reason": "LATE"})
    for call in ({"status": 429}, {"status": 503}, {"lost": True}):
        tape.cancel(made, **call)
    tape.wait(5)
    tape.cancel(made, status=404, credential="other")


@CASES.held("cancel.accepted", "cancel.ends")
def takes_the_signal(tape: Tape) -> None:
    """A running job takes the signal, runs on for a moment, and is canceled."""
    made = tape.generate()
    tape.cancel(made)
    tape.poll(made)
    tape.poll(made, "canceled")
    tape.cancel(made, status=200)


@CASES.held("cancel.accepted", "cancel.keeps")
def comes_too_late(tape: Tape) -> None:
    """A job that has ended is answered with 200 and stays."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)
    tape.poll(made, "completed")


@CASES.violated("cancel.accepted")
def takes_the_signal_too_late(tape: Tape) -> None:
    """A job that has ended takes the signal."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made)


@CASES.violated("cancel.accepted")
def is_refused_too_late(tape: Tape) -> None:
    """A job that has ended answers its cancel with a conflict."""
    made = tape.generate()
    tape.poll(made, "failed")
    tape.cancel(made, status=409)


@CASES.violated("cancel.accepted")
def does_not_take_the_signal(tape: Tape) -> None:
    """A job that runs on is answered as ended."""
    made = tape.generate()
    tape.cancel(made, status=200)
    tape.poll(made)


@CASES.violated("cancel.accepted")
def takes_the_signal_and_denies_it(tape: Tape) -> None:
    """A 202 says that the signal was not taken."""
    made = tape.generate()
    tape.cancel(made, answer={"jobId": made.job, "accepted": False})
    tape.poll(made)


@CASES.silent("cancel.accepted")
def may_have_ended_by_then(tape: Tape) -> None:
    """A job that is next seen ended may have ended before the cancel or after it."""
    made, other = tape.generate(), tape.generate()
    tape.poll(made)
    tape.cancel(made, status=200)
    tape.poll(made, "completed")
    tape.cancel(other, took=3)
    tape.poll(other, "canceled", took=0.5)


@CASES.silent("cancel.accepted")
def is_canceled_twice_at_once(tape: Tape) -> None:
    """Of two cancels that overlap either may be the late one, and which of them nobody knows."""
    made = tape.generate()
    tape.cancel(made, took=3)
    tape.cancel(made, status=200)
    tape.wait(3)
    tape.poll(made, "canceled")


@CASES.held("cancel.accepted")
def is_canceled_before_the_other_came(tape: Tape) -> None:
    """A first cancel that was answered before the second was sent had the job to itself."""
    made = tape.generate()
    tape.cancel(made)
    tape.cancel(made, status=200)
    tape.poll(made, "canceled")


@CASES.violated("cancel.accepted")
def works_and_says_it_came_too_late(tape: Tape) -> None:
    """A lone cancel is answered as too late, and the job is canceled for all that."""
    made = tape.generate()
    tape.cancel(made, status=200)
    tape.poll(made, "canceled")


@CASES.silent("cancel.accepted")
def may_have_been_canceled_by_one_unheard(tape: Tape) -> None:
    """A cancel that was cut off may be at work at any time, also before the next one."""
    made = tape.generate()
    tape.cancel(made, lost=True)
    tape.cancel(made, status=200)
    tape.poll(made, "canceled")


@CASES.silent("cancel.accepted", "cancel.ends", "cancel.keeps")
def is_not_answered(tape: Tape) -> None:
    """A cancel that was rate limited, failed, lost or somebody else’s says nothing."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=429)
    tape.cancel(made, status=503)
    tape.cancel(made, lost=True)
    tape.cancel(made, status=404, credential="other")
    tape.poll(made, "completed")


@CASES.silent("cancel.accepted", "cancel.ends", "cancel.keeps")
def somebody_elses_is_canceled(tape: Tape) -> None:
    """Others may do with their jobs what they like at any time."""
    theirs = somebody_elses()
    tape.poll(theirs, "completed")
    tape.cancel(theirs)


@CASES.held("cancel.ends")
def loses_the_race(tape: Tape) -> None:
    """A render may win against its cancel."""
    usual, made = tape.generate(), tape.generate()
    tape.wait(20)
    tape.poll(usual, "completed")
    tape.cancel(made)
    tape.poll(made)
    tape.poll(made, "completed")


@CASES.violated("cancel.ends")
def is_lost(tape: Tape) -> None:
    """A job runs on for long after its cancel was taken, as any render would, and completes."""
    usual, made = tape.generate(), tape.generate()
    tape.cancel(made)
    tape.wait(20)
    tape.poll(usual, "completed")
    tape.poll(made)
    tape.poll(made, "completed")


@CASES.violated("cancel.ends", also=["lifecycle.ends"])
def is_lost_for_ever(tape: Tape) -> None:
    """A job runs on for ever after its cancel was taken, and never ends."""
    made = tape.generate()
    tape.cancel(made)
    tape.wait(RENDER + 1)
    tape.poll(made)


@CASES.silent("cancel.ends")
def is_not_followed(tape: Tape) -> None:
    """A job that was seen running shortly after its cancel may still end."""
    made = tape.generate()
    tape.cancel(made)
    tape.poll(made)


def _end_by_themselves(tape: Tape, ends: Sequence[str], wait: float = 0) -> None:
    """Cancel a render for each of *ends*, when it is so old, and see it end so."""
    for end in ends:
        made = tape.generate(project=GATED)
        tape.wait(wait)
        tape.cancel(made)
        tape.poll(made, end)


@CASES.violated("cancel.ends")
def is_never_heeded(tape: Tape) -> None:
    """Three renders that were canceled young have all completed."""
    usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed"] * 3)


@CASES.held("cancel.ends")
def is_heeded_once_in_three(tape: Tape) -> None:
    """One young render of three is canceled: the others may have won the race."""
    usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed", "canceled", "completed"])


@CASES.held("cancel.ends")
def loses_the_race_twice(tape: Tape) -> None:
    """Two renders that win the race prove nothing, nor do three that were old by then."""
    usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed"] * 2)
    _end_by_themselves(tape, ["completed"] * 3, wait=15)


@CASES.violated("cancel.keeps", also=["job.terminal"])
def cancels_what_has_ended(tape: Tape) -> None:
    """A late cancel says so, and cancels; which a job that has ended does not allow either."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)
    tape.poll(made, "canceled")


@CASES.silent("cancel.keeps")
def is_canceled_for_the_first_time(tape: Tape) -> None:
    """A cancel of a running job changes it as it should."""
    made = tape.generate()
    tape.poll(made)
    tape.cancel(made)
    tape.poll(made, "canceled")


@CASES.silent("cancel.keeps", "cancel.ends", also=["schema.body"])
def is_followed_by_a_state_that_is_new(tape: Tape) -> None:
    """What a cancel led to is left open where the job's state is unknown."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)
    tape.poll(made, "archiving")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of cancels gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
