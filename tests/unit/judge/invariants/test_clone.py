"""Clones, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import GONE, Case, Cases, Tape, found, wanted

CASES = Cases()


@CASES.held("clone.container", "clone.original", "clone.overrides")
def is_cloned(tape: Tape) -> None:
    """A clone is a new container with the overrides in its brief, and the original stays."""
    made = tape.generate()
    tape.read(made)
    clone = tape.clone(made, {"language": "fr"}, key="k")
    tape.again(clone)
    tape.read(clone, "queued")
    other = tape.generate()
    tape.read(other)
    tape.clone(other)
    tape.read(other)


@CASES.violated("clone.container")
def is_cloned_into_itself(tape: Tape) -> None:
    """A clone answers the container in the path."""
    made = tape.generate()
    tape.clone(made, envelope={"containerId": made.container})


@CASES.silent("clone.container", "clone.original", "clone.overrides")
def is_not_cloned(tape: Tape) -> None:
    """A clone that was refused, rate limited or lost makes nothing known."""
    made = tape.generate()
    tape.read(made)
    tape.clone(made, {"hook": "A"}, status=404)
    tape.clone(made, {"hook": "B"}, status=429)
    tape.clone(made, {"hook": "C"}, lost=True)
    tape.read(made, "completed", {"updatedAt": "2026-04-18T12:09:00.000Z"})


@CASES.violated("clone.original")
def is_touched_by_its_clone(tape: Tape) -> None:
    """A clone moves the original's updatedAt."""
    made = tape.generate()
    tape.read(made)
    tape.clone(made)
    tape.read(made, "completed", {"updatedAt": "2026-04-18T12:09:00.000Z"})


@CASES.violated("clone.original", also=["generate.brief"])
def is_edited_by_its_clone(tape: Tape) -> None:
    """A clone writes its overrides into the original."""
    made = tape.generate()
    tape.read(made)
    tape.clone(made, {"hook": "Mine"})
    tape.read(made, "completed", {"brief": {"hook": "Mine"}})


@CASES.held("clone.original")
def shows_more_than_its_fields(tape: Tape) -> None:
    """Fields of a container that no page names may change, and come and go."""
    made = tape.generate()
    tape.read(made, "completed", {"views": 1, "servedBy": "a"})
    tape.clone(made)
    tape.read(made, "completed", {"views": 2})


@CASES.silent("clone.original")
def is_cloned_while_it_renders(tape: Tape) -> None:
    """A render that goes on changes the original, and so may another write."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.clone(made)
    tape.read(made)
    tape.regenerate(made, lost=True)
    tape.clone(made)
    tape.read(made, "queued")


@CASES.violated("clone.overrides")
def is_cloned_without_its_overrides(tape: Tape) -> None:
    """A clone has not the hook of its overrides."""
    made = tape.generate()
    tape.read(tape.clone(made, {"hook": "Mine"}), "queued", {"brief": {"hook": "The post’s"}})


@CASES.silent("clone.overrides", also=["schema.body"])
def is_cloned_without_a_brief_to_see(tape: Tape) -> None:
    """Where overrides are left out, or a container shows no brief, there is nothing to compare."""
    made = tape.generate()
    tape.read(tape.clone(made), "queued")
    tape.read(tape.clone(made, {"hook": "Mine"}), "queued", {"brief": GONE})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of clones gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
