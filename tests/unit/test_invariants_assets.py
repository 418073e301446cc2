"""Signed assets, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.unit.histories import GONE, Case, Cases, Made, Tape, assets, found, stamp, wanted

CASES = Cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of assets gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


def completed(tape: Tape) -> Made:
    """A container that was read when it was completed."""
    made = tape.generate()
    tape.read(made)
    return made


@CASES.held("asset.signed", "asset.same", "asset.expires")
def is_signed(tape: Tape) -> None:
    """A signed asset has its own URL, the measures of its container, and time ahead."""
    tape.sign(completed(tape))


@CASES.violated("asset.signed")
def is_permanent(tape: Tape) -> None:
    """The signed URL is the permanent one."""
    made = completed(tape)
    tape.sign(made, {"url": assets(made)[0]["url"]})


@CASES.violated("asset.same")
def has_another_width(tape: Tape) -> None:
    """A signed asset is wider than on its container."""
    tape.sign(completed(tape), {"width": 1920})


@CASES.held("asset.same")
def leaves_its_length_out(tape: Tape) -> None:
    """What a signed asset does not show cannot differ."""
    tape.sign(completed(tape), {"durationMs": GONE})


@CASES.violated("asset.expires")
def was_born_expired(tape: Tape) -> None:
    """A signed URL expired a minute ago."""
    tape.sign(completed(tape), {"expiresAt": stamp(-60)})


@CASES.held("asset.expires")
def expires_by_a_clock_that_is_slow(tape: Tape) -> None:
    """The server's clock may be some seconds behind ours."""
    made = completed(tape)
    tape.sign(made, {"expiresAt": stamp(tape.now - 3)})


@CASES.silent("asset.signed", "asset.same")
def is_of_a_container_that_was_not_read(tape: Tape) -> None:
    """Without a read there is nothing to hold a signed asset against."""
    tape.sign(tape.generate(), {"width": 1})


@CASES.silent("asset.signed", "asset.same")
def may_be_of_another_render(tape: Tape) -> None:
    """After a new render, known or not, an asset may be another one under the same id."""
    made = completed(tape)
    tape.regenerate(made, lost=True)
    tape.sign(made, {"width": 1, "url": assets(made)[0]["url"]})


@CASES.silent("asset.signed", "asset.same", "asset.expires")
def is_not_signed(tape: Tape) -> None:
    """A refusal signs nothing."""
    made = completed(tape)
    for status in (404, 429, 503):
        tape.sign(made, status=status, answer=None)


@CASES.silent("asset.expires", also=["schema.body"])
def expires_at_no_moment(tape: Tape) -> None:
    """An expiry that is no moment is a matter of its schema."""
    tape.sign(completed(tape), {"expiresAt": "soon"})
