"""Rejections, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import GATED, Case, Cases, Tape, found, wanted
from tests.helpers.scenes import waiting

CASES = Cases()


@CASES.held("reject.reason")
def repeats_the_reason(tape: Tape) -> None:
    """The answer shows the reason as it was given."""
    tape.reject(waiting(tape))


@CASES.violated("reject.reason")
def cuts_the_reason(tape: Tape) -> None:
    """The answer shows the beginning of a long reason."""
    made = waiting(tape)
    tape.reject(made, body={"reason": "Off brand. " * 50})


@CASES.silent("reject.reason")
def shows_no_reason(tape: Tape) -> None:
    """A refusal, an answer that is lost, and an approval show no reason."""
    made = waiting(tape)
    tape.reject(made, status=422)
    tape.reject(made, lost=True)
    tape.approve(made, lost=True)


@CASES.held("reject.regenerate")
def is_rejected_and_rendered_again(tape: Tape) -> None:
    """A rejection with a new render carries a job of its own."""
    tape.reject_again(tape.generate(project=GATED))


@CASES.violated("reject.regenerate")
def is_rejected_and_not_rendered(tape: Tape) -> None:
    """A rejection with a new render carries no job."""
    made = tape.generate(project=GATED)
    tape.reject(made, body={"reason": "Off brand.", "regenerate": True})


@CASES.violated("reject.regenerate")
def is_rejected_with_the_old_job(tape: Tape) -> None:
    """A rejection with a new render carries the job of the rejected one."""
    made = tape.generate(project=GATED, key="k")
    tape.reject_again(made, {"jobId": made.job, "kind": "content_generate"})


@CASES.silent("reject.regenerate")
def is_only_rejected(tape: Tape) -> None:
    """A rejection without a new render, or one that was not taken, carries no job."""
    made = tape.generate(project=GATED)
    tape.reject(made)
    tape.reject(made, status=409, body={"reason": "Off brand.", "regenerate": True})
    tape.reject(made, lost=True, body={"reason": "Off brand.", "regenerate": True})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of rejections gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
