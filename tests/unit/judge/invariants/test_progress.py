"""The progress endpoint, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import OPEN, Case, Cases, Tape, found, somebody_elses, wanted

CASES = Cases()


@CASES.held("progress.same-as-job")
def is_the_same_job(tape: Tape) -> None:
    """The progress endpoint shows the newest job as the job shows itself."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.1})
    tape.progress(made, show={"progress": 0.2})
    tape.poll(made, "completed")
    tape.progress(made, "completed")
    second = tape.regenerate(made)
    tape.progress(second)


@CASES.violated("progress.same-as-job")
def is_the_first_job_for_ever(tape: Tape) -> None:
    """After a second render the progress endpoint shows the first one's job."""
    made = tape.generate()
    tape.regenerate(made)
    tape.progress(made, "completed")


@CASES.violated("progress.same-as-job")
def lags_behind(tape: Tape) -> None:
    """The progress endpoint shows a job running that has ended."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.progress(made)


@CASES.violated("progress.same-as-job")
def shows_another_project(tape: Tape) -> None:
    """The progress endpoint shows the job with another project."""
    other = OPEN.replace("2", "3")
    tape.progress(tape.generate(), show={"projectId": other})


@CASES.violated("progress.same-as-job")
def shows_less_progress(tape: Tape) -> None:
    """The progress endpoint shows less than the job had shown before."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.5})
    tape.progress(made, show={"progress": 0.4})


@CASES.silent("progress.same-as-job")
def may_be_of_two_renders(tape: Tape) -> None:
    """While a new render begins, or may have begun, either job may be the newest."""
    made = tape.generate()
    second = tape.regenerate(made, took=3)
    tape.progress(made)
    tape.wait(3)
    tape.regenerate(second, lost=True)
    tape.progress(made)


@CASES.silent("progress.same-as-job")
def somebody_elses_is_followed(tape: Tape) -> None:
    """Which job of others’ containers is the newest nobody knows."""
    tape.progress(somebody_elses())


@CASES.held("progress.same-as-job", also=["schema.body"])
def is_shown_as_something_new(tape: Tape) -> None:
    """A new word at one endpoint does not contradict an old one at the other."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.progress(made, "published")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of progress gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
