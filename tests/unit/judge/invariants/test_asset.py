"""Signed assets, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import (
    GONE,
    Case,
    Cases,
    Made,
    Tape,
    assets,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()


@CASES.held("asset.own")
def is_not_found_elsewhere(tape: Tape) -> None:
    """The asset of one container is not found under another one."""
    made, other = tape.generate(), tape.generate()
    tape.read(made)
    tape.read(other)
    tape.sign(made, asset=assets(other)[0]["id"], status=404, answer=None)


@CASES.violated("asset.own")
def is_found_elsewhere(tape: Tape) -> None:
    """The asset of one container is signed under another one."""
    made, other = tape.generate(), tape.generate()
    tape.read(made)
    tape.read(other)
    name = assets(other)[0]["id"]
    tape.sign(made, asset=name, show={"id": name})


@CASES.silent("asset.own")
def may_be_its_own(tape: Tape) -> None:
    """An asset that both have shown, that none has, or a container that was never read."""
    made, other, unread = tape.generate(), tape.generate(), tape.generate()
    shared = {"assets": assets(other)}
    tape.read(made, show=shared)
    tape.read(other)
    name = assets(other)[0]["id"]
    tape.sign(made, asset=name, show={"id": name})
    tape.sign(unread, asset=name, show={"id": name})
    tape.sign(made, asset="med_nobodys", status=404, answer=None)


def completed(tape: Tape) -> Made:
    """A container that was read when it was completed."""
    made = tape.generate()
    tape.read(made)
    return made


@CASES.violated("asset.signed")
def is_permanent(tape: Tape) -> None:
    """The signed URL is the permanent one."""
    made = completed(tape)
    tape.sign(made, {"url": assets(made)[0]["url"]})


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


@CASES.held("asset.readable", "asset.signed", "asset.same", "asset.expires")
def is_signed(tape: Tape) -> None:
    """A signed asset has its own URL, the measures of its container, and time ahead."""
    tape.sign(completed(tape))


@CASES.violated("asset.readable")
def is_not_found(tape: Tape) -> None:
    """An asset that its container shows is not found."""
    tape.sign(completed(tape), status=404, answer=None)


@CASES.silent("asset.readable")
def need_not_be_found(tape: Tape) -> None:
    """An asset that no container of ours shows, or that a new render has replaced, may be gone."""
    made = completed(tape)
    tape.sign(made, asset="med_other", status=404, answer=None)
    tape.regenerate(made)
    tape.sign(made, status=404, answer=None)


@CASES.silent("asset.readable", "asset.signed", "asset.same")
def is_somebody_elses(tape: Tape) -> None:
    """Others may have rendered again what is theirs since we read it."""
    theirs = somebody_elses()
    tape.read(theirs)
    tape.sign(theirs, status=404, answer=None)
    tape.sign(theirs, {"width": 1})


@CASES.silent("asset.readable", "asset.signed", "asset.same", "asset.expires")
def is_not_signed(tape: Tape) -> None:
    """A busy server, and one that refuses somebody else, sign nothing."""
    made = completed(tape)
    for status in (429, 503):
        tape.sign(made, status=status, answer=None)
    tape.sign(made, lost=True)
    tape.sign(made, status=404, answer=None, credential="other")


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


@CASES.silent("asset.expires", also=["schema.body"])
def expires_at_no_moment(tape: Tape) -> None:
    """An expiry that is no moment is a matter of its schema."""
    tape.sign(completed(tape), {"expiresAt": "soon"})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of assets gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
