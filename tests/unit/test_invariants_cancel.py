"""Cancel and archive, judged on hand-made histories."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.helpers.histories import (
    GATED,
    OPEN,
    RENDER,
    Case,
    Cases,
    Tape,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of cancels gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


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


@CASES.held("archive.cancels")
def is_canceled_by_the_archive(tape: Tape) -> None:
    """What is unfinished when its project is archived is canceled."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.archive()
    tape.read(made, "canceled")


@CASES.violated("archive.cancels")
def outlives_the_archive(tape: Tape) -> None:
    """A render goes on in an archived project for longer than any render may take."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.archive()
    tape.wait(RENDER + 1)
    tape.read(made, "generating")


@CASES.violated("archive.cancels")
def completes_long_after_the_archive(tape: Tape) -> None:
    """Both renders of an archived project take their usual time, and complete."""
    usual = tape.generate(project=GATED)
    tape.wait(20)
    tape.poll(usual, "completed")
    both = [tape.generate(), tape.generate()]
    for made in both:
        tape.read(made, "queued")
    tape.archive()
    tape.wait(12)
    for state in ("running", "completed"):
        for made in both:
            tape.poll(made, state)
    for made in both:
        tape.read(made)


@CASES.silent("archive.cancels")
def completes_with_the_archive(tape: Tape) -> None:
    """A render that was about to end may win against the archive."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating")
    tape.archive()
    tape.poll(made)
    tape.poll(made, "completed")
    tape.read(made, show={"updatedAt": stamp(tape.now)})


@CASES.silent("archive.cancels")
def is_read_long_after_it_won(tape: Tape) -> None:
    """A render that won against the archive is still complete when it is read much later."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.archive()
    tape.wait(RENDER + 1)
    tape.read(made, "completed")


@CASES.silent("archive.cancels")
def is_not_touched_by_an_archive(tape: Tape) -> None:
    """What has ended, is elsewhere, was made meanwhile, or is not read again is not judged."""
    ended = tape.generate()
    tape.read(ended)
    elsewhere = tape.generate(project=GATED)
    tape.read(elsewhere, "queued")
    unread = tape.generate()
    tape.read(unread, "queued")
    meanwhile = tape.generate(took=5)
    tape.archive()
    for made, state in ((ended, "completed"), (elsewhere, "completed"), (meanwhile, "completed")):
        tape.read(made, state)


@CASES.silent("archive.cancels")
def is_not_archived(tape: Tape) -> None:
    """An archive that was refused or has no answer promises nothing."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.archive(status=404)
    tape.archive(lost=True)
    tape.read(made, "completed")


@CASES.silent("archive.cancels")
def may_still_be_canceled(tape: Tape) -> None:
    """What runs on a moment after the archive has neither ended nor outlived it."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.archive()
    tape.read(made, "generating")


@CASES.held("archive.again")
def is_archived_again(tape: Tape) -> None:
    """The second archive is answered like the first."""
    tape.archive()
    tape.archive()


@CASES.violated("archive.again")
def is_archived_once(tape: Tape) -> None:
    """The second archive is refused."""
    tape.archive()
    tape.archive(status=404)


@CASES.violated("archive.again")
def is_active_again(tape: Tape) -> None:
    """The second archive shows an active project."""
    tape.archive()
    at = stamp(tape.now)
    tape.archive(answer={"id": OPEN, "status": "active", "archivedAt": at})


@CASES.silent("archive.again")
def is_archived_twice_at_once(tape: Tape) -> None:
    """Of two archives that overlap neither is the second one."""
    tape.archive(took=3)
    tape.archive(status=404)


@CASES.silent("archive.again")
def is_archived_again_by_a_busy_server(tape: Tape) -> None:
    """A second archive that was rate limited, failed or lost was not refused."""
    tape.archive()
    tape.archive(status=429)
    tape.archive(status=503)
    tape.archive(lost=True)


@CASES.silent("archive.again")
def is_archived_once_it_is_found(tape: Tape) -> None:
    """An archive that was refused before is none."""
    tape.archive(status=404)
    tape.archive()


@CASES.silent("cancel.keeps", "cancel.ends", also=["schema.body"])
def is_followed_by_a_state_that_is_new(tape: Tape) -> None:
    """What a cancel led to is left open where the job's state is unknown."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.cancel(made, status=200)
    tape.poll(made, "archiving")


def _usually_twenty_seconds(tape: Tape) -> None:
    """Three renders of this run that took 20 seconds each."""
    usual = [tape.generate(project=GATED) for _ in range(3)]
    tape.wait(20)
    for state in ("running", "completed"):
        for made in usual:
            tape.poll(made, state)


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
    _usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed"] * 3)


@CASES.held("cancel.ends")
def is_heeded_once_in_three(tape: Tape) -> None:
    """One young render of three is canceled: the others may have won the race."""
    _usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed", "canceled", "completed"])


@CASES.held("cancel.ends")
def loses_the_race_twice(tape: Tape) -> None:
    """Two renders that win the race prove nothing, nor do three that were old by then."""
    _usually_twenty_seconds(tape)
    _end_by_themselves(tape, ["completed"] * 2)
    _end_by_themselves(tape, ["completed"] * 3, wait=15)


def _archived_young(tape: Tape, *ends: str) -> None:
    """Renders that are archived young, and how they end."""
    _usually_twenty_seconds(tape)
    renders = [tape.generate() for _ in ends]
    for made in renders:
        tape.read(made, "queued")
    tape.archive()
    for made, end in zip(renders, ends, strict=True):
        tape.poll(made, end)
        tape.read(made, end)


@CASES.violated("archive.cancels")
def is_never_heeded_by_renders(tape: Tape) -> None:
    """Three young renders of an archived project all complete."""
    _archived_young(tape, *["completed"] * 3)


@CASES.violated("archive.cancels")
def reaches_the_newest_alone(tape: Tape) -> None:
    """All young renders but the newest complete in their archived project."""
    _archived_young(tape, *["completed"] * 3, "canceled")


@CASES.held("archive.cancels")
def reaches_some(tape: Tape) -> None:
    """Of the young renders of an archived project one in the middle is canceled."""
    _archived_young(tape, "completed", "canceled", "completed")
