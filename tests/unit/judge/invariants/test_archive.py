"""Archived projects, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import GATED, OPEN, RENDER, Case, Cases, Tape, found, stamp, wanted
from tests.helpers.scenes import usually_twenty_seconds

CASES = Cases()


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


def _archived_young(tape: Tape, *ends: str) -> None:
    """Renders that are archived young, and how they end."""
    usually_twenty_seconds(tape)
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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of archives gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
