"""New renders, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import Case, Cases, Made, Tape, found, somebody_elses, stamp, wanted

CASES = Cases()


def rendered(tape: Tape) -> Made:
    """A container that is completed."""
    made = tape.generate()
    tape.read(made)
    return made


@CASES.held("regenerate.race")
def is_rendered_by_one(tape: Tape) -> None:
    """Of two calls for a new render one is accepted, the other refused."""
    made = rendered(tape)
    tape.regenerate(made, key="a", took=5)
    tape.regenerate(made, key="b", status=409)


@CASES.violated("regenerate.race")
def is_rendered_by_both(tape: Tape) -> None:
    """Two calls for a new render start a job each, and both run."""
    made = rendered(tape)
    begun = [tape.regenerate(made, key=key, took=5) for key in "ab"]
    tape.wait(5)
    for each in begun:
        tape.poll(each)


@CASES.silent("regenerate.race")
def is_over_in_no_time(tape: Tape) -> None:
    """The first render may have ended before the second was asked for."""
    made = rendered(tape)
    one, other = (tape.regenerate(made, took=5) for _ in range(2))
    tape.wait(5)
    tape.poll(one, "completed")
    tape.poll(other)


@CASES.silent("regenerate.race")
def is_not_looked_at_afterwards(tape: Tape) -> None:
    """A job that was seen running before both calls were answered may have ended by then."""
    made = rendered(tape)
    one, other = (tape.regenerate(made, took=9) for _ in range(2))
    tape.poll(one)
    tape.poll(other, took=0.5)


@CASES.silent("regenerate.race", also=["schema.body"])
def is_in_a_state_that_is_new(tape: Tape) -> None:
    """Whether a job runs is not known where its state is not."""
    made = rendered(tape)
    begun = [tape.regenerate(made, took=5) for _ in range(2)]
    tape.wait(5)
    for each in begun:
        tape.poll(each, "archiving")


@CASES.silent("regenerate.race")
def is_asked_for_by_one_call(tape: Tape) -> None:
    """One key is one call, a lost, rate limited or foreign one none, and one by one no race."""
    made = rendered(tape)
    again = tape.regenerate(made, key="a", took=5)
    tape.again(again, at=tape.now - 0.9)
    tape.regenerate(made, status=429)
    tape.regenerate(made, status=503)
    tape.regenerate(made, status=404, credential="other")
    tape.wait(5)
    tape.regenerate(made, status=409)
    tape.regenerate(made, lost=True)


@CASES.silent("regenerate.race")
def is_asked_for_once_by_somebody_else(tape: Tape) -> None:
    """What happens to other people's containers is not known."""
    theirs = somebody_elses()
    begun = [tape.regenerate(theirs, took=5) for _ in range(2)]
    tape.wait(5)
    for each in begun:
        tape.poll(each)


@CASES.held("regenerate.race")
def is_refused_as_it_is_rendered(tape: Tape) -> None:
    """A call that comes while the other's render goes on is refused, and that render completes."""
    made = rendered(tape)
    again = tape.regenerate(made, took=2)
    tape.regenerate(made, status=409)
    tape.wait(3)
    tape.poll(again)
    tape.read(again, "completed", {"updatedAt": stamp(tape.now)})


@CASES.held("regenerate.container", "regenerate.job")
def is_rendered_again(tape: Tape) -> None:
    """A regenerate keeps the container and has a job of its own; its replay is the same call."""
    made = tape.generate()
    tape.read(made)
    second = tape.regenerate(made, key="k")
    tape.again(second)


@CASES.violated("regenerate.container")
def is_another_container(tape: Tape) -> None:
    """A regenerate answers another container."""
    tape.regenerate(tape.generate(), envelope={"containerId": "cnt_new"})


@CASES.silent("regenerate.container", "regenerate.job", "regenerate.patch")
def is_not_rendered_again(tape: Tape) -> None:
    """A regenerate that was refused, rate limited or lost answers nothing."""
    made = tape.generate()
    tape.read(made)
    tape.regenerate(made, {"hook": ""}, status=422)
    tape.regenerate(made, {"hook": "B"}, status=429)
    tape.regenerate(made, {"hook": "C"}, lost=True)
    tape.read(made)


@CASES.silent("regenerate.container", "clone.container")
def has_a_key_that_another_path_knows(tape: Tape) -> None:
    """How a key is answered that another path or operation has seen is not promised."""
    made, other = tape.generate(key="k"), tape.generate()
    second = tape.regenerate(made, key="k")
    tape.regenerate(other, envelope=second.envelope, key="k")
    tape.clone(other, envelope=made.envelope, key="k")


@CASES.violated("regenerate.job")
def is_the_same_job(tape: Tape) -> None:
    """A regenerate with a key answers the job of the render before."""
    made = tape.generate()
    tape.regenerate(made, envelope={"jobId": made.job, "kind": "content_generate"}, key="k")


@CASES.held("regenerate.patch")
def is_patched(tape: Tape) -> None:
    """What the patch names is replaced, the rest stays."""
    made = tape.generate({"language": "de", "themeTags": ["one"]})
    tape.read(made)
    tape.read(tape.regenerate(made, {"themeTags": ["two"]}), "queued")


@CASES.violated("regenerate.patch")
def is_not_patched(tape: Tape) -> None:
    """What the patch names is as before."""
    made = tape.generate({"language": "de"})
    tape.read(made)
    tape.read(tape.regenerate(made, {"language": "fr"}), "queued", {"brief": made.brief})


@CASES.violated("regenerate.patch")
def loses_the_rest(tape: Tape) -> None:
    """What the patch does not name is gone."""
    made = tape.generate({"language": "de"})
    tape.read(made)
    tape.read(tape.regenerate(made, {"hook": "New"}), "queued", {"brief": {"hook": "New"}})


@CASES.held("regenerate.patch")
def leaves_out_what_is_empty(tape: Tape) -> None:
    """What was empty before may be left out after."""
    made = tape.generate()
    tape.read(made, "completed", {"brief": {**made.brief, "themeTags": [], "language": None}})
    tape.read(tape.regenerate(made, {"hook": "New"}), "queued")


@CASES.held("regenerate.patch")
def has_more_to_its_brief(tape: Tape) -> None:
    """Fields of a brief that no page names may change as they like."""
    made = tape.generate()
    tape.read(made, "completed", {"brief": {**made.brief, "revision": 1}})
    tape.read(tape.regenerate(made), "queued", {"brief": {**made.brief, "revision": 2}})


@CASES.silent("regenerate.patch")
def may_be_patched_by_another_call(tape: Tape) -> None:
    """Where another render was between, its patch counts too."""
    made = tape.generate()
    tape.read(made)
    second = tape.regenerate(made, {"hook": "Second"})
    tape.poll(second, "completed")
    third = tape.regenerate(second, {"language": "fr"})
    tape.read(third, "queued")


@CASES.silent("regenerate.patch")
def may_be_read_in_either_render(tape: Tape) -> None:
    """A read that overlaps the regenerate may show the brief of before."""
    made = tape.generate()
    tape.read(made)
    tape.regenerate(made, {"hook": "New"}, took=3)
    tape.read(made, took=0.5)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of new renders gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
