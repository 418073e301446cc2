"""Generate, regenerate and clone, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import (
    GATED,
    GONE,
    OPEN,
    Case,
    Cases,
    Tape,
    found,
    somebody_elses,
    wanted,
)

CASES = Cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of renders gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


@CASES.held("generate.container")
def is_as_asked_for(tape: Tape) -> None:
    """A container is in its project and has its format."""
    made = tape.generate(format="ugc_remix")
    tape.read(made, "queued", {"projectId": OPEN.upper()})


@CASES.held("generate.container")
def is_what_auto_became(tape: Tape) -> None:
    """Where the server was to pick, any format is right."""
    tape.read(tape.generate(), "completed", {"format": "ugc_remix"})
    tape.read(tape.generate(format="auto"), "completed", {"format": "slideshow_remix"})


@CASES.violated("generate.container")
def has_another_format(tape: Tape) -> None:
    """A container has another format than was asked for."""
    tape.read(tape.generate(format="ugc_remix"), "queued", {"format": "video_remix"})


@CASES.violated("generate.container")
def is_in_another_project(tape: Tape) -> None:
    """A container is in another project than was asked for."""
    tape.read(tape.generate(), "queued", {"projectId": GATED})


@CASES.silent("generate.container")
def is_not_made_by_generate(tape: Tape) -> None:
    """Clones and others’ containers were not asked for by generate."""
    tape.read(somebody_elses())
    tape.read(tape.clone(somebody_elses()), "queued", {"format": "ugc_remix"})


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


@CASES.violated("regenerate.job")
def is_the_same_job(tape: Tape) -> None:
    """A regenerate with a key answers the job of the render before."""
    made = tape.generate()
    tape.regenerate(made, envelope={"jobId": made.job, "kind": "content_generate"}, key="k")


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


@CASES.violated("clone.overrides")
def is_cloned_without_its_overrides(tape: Tape) -> None:
    """A clone has not the hook of its overrides."""
    made = tape.generate()
    tape.read(tape.clone(made, {"hook": "Mine"}), "queued", {"brief": {"hook": "The post’s"}})


@CASES.silent("clone.container", "clone.original", "clone.overrides")
def is_not_cloned(tape: Tape) -> None:
    """A clone that was refused, rate limited or lost makes nothing known."""
    made = tape.generate()
    tape.read(made)
    tape.clone(made, {"hook": "A"}, status=404)
    tape.clone(made, {"hook": "B"}, status=429)
    tape.clone(made, {"hook": "C"}, lost=True)
    tape.read(made, "completed", {"updatedAt": "2026-04-18T12:09:00.000Z"})


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


@CASES.silent("clone.overrides", also=["schema.body"])
def is_cloned_without_a_brief_to_see(tape: Tape) -> None:
    """Where overrides are left out, or a container shows no brief, there is nothing to compare."""
    made = tape.generate()
    tape.read(tape.clone(made), "queued")
    tape.read(tape.clone(made, {"hook": "Mine"}), "queued", {"brief": GONE})
