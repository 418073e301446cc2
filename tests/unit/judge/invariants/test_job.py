"""Jobs, over their polls and beside their containers, judged on hand-made histories."""

from __future__ import annotations

import pytest
from tests.helpers.histories import (
    GATED,
    GONE,
    Case,
    Cases,
    Tape,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()
MATCH = {"if-none-match": '"1"'}
TAG = {"etag": '"1"'}


@CASES.held("job.kind")
def is_of_its_kind(tape: Tape) -> None:
    """Each operation's job says what started it."""
    made = tape.generate()
    tape.regenerate(made)
    tape.clone(made)
    tape.reject_again(tape.generate(project=GATED))


@CASES.violated("job.kind")
def is_of_another_kind(tape: Tape) -> None:
    """A job that generates says something else."""
    tape.generate(envelope={"kind": "generate"})


@CASES.silent("job.kind", also=["schema.body"])
def is_of_no_kind(tape: Tape) -> None:
    """A kind that is not shown is not another one."""
    tape.generate(envelope={"kind": GONE})


@CASES.held("job.kind")
def is_anothers_kind(tape: Tape) -> None:
    """A key that another path has seen may be answered with that call's job."""
    made = tape.generate(key="k")
    tape.read(made)
    tape.clone(made, body={"sourcePlatformPostId": "p"}, key="k", envelope=made.envelope)


@CASES.silent("job.kind")
def is_not_started(tape: Tape) -> None:
    """A call that was refused or lost has started nothing."""
    tape.generate(status=422, body={"brief": {}})
    tape.generate(lost=True)


@CASES.held("job.location")
def says_where_the_job_is(tape: Tape) -> None:
    """The address holds the job's id, whatever stands around it."""
    tape.generate()
    tape.generate(envelope={"jobId": "job_7", "locationUrl": "https://api.example/v1/jobs/job_7?x"})


@CASES.violated("job.location")
def says_where_something_else_is(tape: Tape) -> None:
    """The address holds the container's id."""
    made = tape.generate()
    tape.generate(envelope={"locationUrl": f"/v1/content/{made.container}"})


@CASES.silent("job.location")
def starts_nothing(tape: Tape) -> None:
    """A call that starts nothing names no address."""
    tape.generate(status=422, answer=None)


@CASES.held("job.terminal", "job.one-story")
def ends_once(tape: Tape) -> None:
    """A job that has ended stays as it ended, like its container."""
    made = tape.generate()
    tape.poll(made)
    tape.read(made, "generating")
    tape.read(made)
    tape.poll(made, "completed")
    tape.poll(made, "completed")


@CASES.violated("job.terminal")
def runs_again(tape: Tape) -> None:
    """A job that has completed runs again."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.poll(made)


@CASES.violated("job.terminal")
def somebody_elses_runs_again(tape: Tape) -> None:
    """Whoever made it, a job ends once."""
    theirs = somebody_elses()
    tape.poll(theirs, "failed")
    tape.poll(theirs, "completed")


@CASES.silent("job.terminal")
def is_polled_twice_at_once(tape: Tape) -> None:
    """Of two polls that overlap either may be the later one."""
    made = tape.generate()
    tape.poll(made, "completed", took=3)
    tape.poll(made)


@CASES.silent("job.terminal", also=["schema.body"])
def is_in_a_state_that_is_new(tape: Tape) -> None:
    """A status that no document names is no step back."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.poll(made, "published")


@CASES.violated("job.one-story")
def runs_behind_its_container(tape: Tape) -> None:
    """A job is running after its container has ended."""
    made = tape.generate()
    tape.read(made)
    tape.poll(made)


@CASES.violated("job.one-story")
def ends_as_something_else(tape: Tape) -> None:
    """A failed container has a completed job."""
    made = tape.generate()
    tape.poll(made, "completed")
    tape.read(made, "failed")


@CASES.held("job.one-story", also=["schema.body"])
def is_in_a_state_that_nobody_knows(tape: Tape) -> None:
    """A job's state that is not in the document contradicts no state of its container."""
    made = tape.generate()
    tape.poll(made, "paused")
    tape.read(made, "queued")


@CASES.held("job.one-story")
def is_read_while_it_is_polled(tape: Tape) -> None:
    """A poll and a read that overlap tell nothing of an order, nor do those of two renders."""
    made = tape.generate()
    tape.read(made, took=3)
    tape.poll(made, took=0.5)
    tape.wait(5)
    second = tape.regenerate(made)
    tape.poll(made, "completed")
    tape.read(second, "queued")


@CASES.silent("job.one-story")
def may_be_of_another_render(tape: Tape) -> None:
    """After a lost regenerate a container may be in the next render, and its old job is not."""
    made = tape.generate()
    tape.regenerate(made, lost=True)
    tape.poll(made, "completed")
    tape.read(made, "queued")


@CASES.held("job.one-story", also=["schema.body"])
def tells_a_story_with_a_state_that_is_new(tape: Tape) -> None:
    """A container or job in a state that nobody knows fits whatever the other shows."""
    made = tape.generate()
    tape.poll(made, "running")
    tape.read(made, "upscaling")
    tape.poll(made, "publishing")
    tape.read(made, "completed")


@CASES.held("job.progress")
def goes_on(tape: Tape) -> None:
    """Progress grows from 0 to 1, and stands still at times."""
    made = tape.generate()
    for number in (0, 0.5, 0.5, 1):
        tape.poll(made, show={"progress": number})


@CASES.violated("job.progress")
def falls_back(tape: Tape) -> None:
    """Progress falls."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.5})
    tape.poll(made, show={"progress": 0.4})


@CASES.violated("job.progress", also=["schema.body"])
def is_in_percent(tape: Tape) -> None:
    """Progress is given in percent, which its schema does not allow either."""
    tape.poll(tape.generate(), show={"progress": 42})


@CASES.silent("job.progress")
def shows_no_progress(tape: Tape) -> None:
    """A progress that is null, or left out at the end, has not fallen."""
    made = tape.generate()
    tape.poll(made, show={"progress": None})
    tape.poll(made, "completed")


@CASES.held("job.progress")
def starts_again_in_another_job(tape: Tape) -> None:
    """Another render has a progress of its own."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.9})
    tape.read(made)
    tape.poll(tape.regenerate(made), show={"progress": 0.1})


@CASES.held("job.progress")
def is_polled_twice_as_it_goes_on(tape: Tape) -> None:
    """Of two polls that overlap either may show more."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.5}, took=3)
    tape.poll(made, show={"progress": 0.4})


@CASES.violated("job.progress", also=["schema.body"])
def shows_a_progress_beyond_all_numbers(tape: Tape) -> None:
    """A number that no float can hold is more than all."""
    made = tape.generate()
    tape.poll(made, "running", {"progress": 10**400})


@CASES.held("job.result")
def shows_its_result(tape: Tape) -> None:
    """A result names the job's container, and an error comes with a failure."""
    made, other = tape.generate(), tape.generate()
    tape.poll(made, "completed", {"result": {"containerId": made.container}, "error": None})
    tape.poll(other, "failed", {"error": {"code": "X", "message": "Y"}})


@CASES.violated("job.result")
def names_another_container(tape: Tape) -> None:
    """A result names another container."""
    tape.poll(tape.generate(), "completed", {"result": {"containerId": "cnt_other"}})


@CASES.violated("job.result")
def shows_its_result_early(tape: Tape) -> None:
    """A running job has a result."""
    made = tape.generate()
    tape.poll(made, "running", {"result": {"containerId": made.container}})


@CASES.violated("job.result")
def shows_an_error_and_completes(tape: Tape) -> None:
    """A completed job has an error."""
    tape.poll(tape.generate(), "completed", {"error": {"code": "X", "message": "Y"}})


@CASES.silent("job.result")
def shows_no_result(tape: Tape) -> None:
    """A result and an error may be left out, or null."""
    made = tape.generate()
    tape.poll(made, "completed", {"result": None, "error": None})
    tape.poll(made, "completed")


@CASES.held("job.constant")
def keeps_its_name(tape: Tape) -> None:
    """What identifies a job stays; its start may lose its milliseconds."""
    made = tape.generate(at=0.7)
    tape.poll(made)
    tape.poll(made, show={"startedAt": stamp(0, 0), "kind": GONE} | {"kind": "content_generate"})


@CASES.violated("job.constant")
def changes_its_kind(tape: Tape) -> None:
    """A job of a second render calls itself a first one when polled."""
    made = tape.generate()
    tape.poll(tape.regenerate(made), show={"kind": "content_generate"})


@CASES.violated("job.constant")
def moves_its_start(tape: Tape) -> None:
    """A job's start is moved to the moment when it left the queue."""
    tape.poll(tape.generate(), show={"startedAt": stamp(0.5)})


@CASES.held("job.constant")
def leaves_out_what_it_need_not_show(tape: Tape) -> None:
    """Only the id, the kind and the status are certain on every read."""
    show = {"containerId": GONE, "projectId": GONE, "startedAt": None}
    tape.poll(tape.generate(), show=show)


@CASES.silent("job.constant")
def is_somebody_elses(tape: Tape) -> None:
    """Nobody knows what the 202 of others’ jobs said."""
    tape.poll(somebody_elses())


@CASES.held("job.readable")
def is_there_from_the_start(tape: Tape) -> None:
    """A job is polled right after its 202."""
    tape.poll(tape.generate())


@CASES.violated("job.readable")
def is_not_there_yet(tape: Tape) -> None:
    """A job is not found after its 202."""
    tape.poll(tape.generate(), status=404)


@CASES.silent("job.readable")
def need_not_be_there(tape: Tape) -> None:
    """Before its 202, for a busy server, and for others, a job need not be there."""
    made = tape.generate(took=3)
    tape.poll(made, status=404)
    tape.poll(somebody_elses(), status=404)
    tape.wait(3)
    tape.poll(made, status=429)
    tape.poll(made, status=503)
    tape.poll(made, lost=True)


@CASES.held("job.unchanged")
def has_not_changed(tape: Tape) -> None:
    """A 304 stands for a job that is as it was."""
    made = tape.generate()
    tape.poll(made, headers=TAG)
    tape.poll(made, status=304, sends=MATCH)


@CASES.violated("job.unchanged")
def has_changed(tape: Tape) -> None:
    """A 304 is answered although the job was seen to have ended since."""
    made = tape.generate()
    tape.poll(made, headers=TAG)
    tape.poll(made, "completed")
    tape.poll(made, status=304, sends=MATCH)


@CASES.violated("job.unchanged")
def has_gone_on(tape: Tape) -> None:
    """A 304 is answered although the job was seen to have gone on since."""
    made = tape.generate()
    tape.poll(made, show={"progress": 0.1}, headers=TAG)
    tape.poll(made, show={"progress": 0.2})
    tape.poll(made, status=304, sends=MATCH)


@CASES.silent("job.unchanged")
def has_a_tag_from_elsewhere(tape: Tape) -> None:
    """A tag that this run was not given, or a whole answer, says nothing."""
    made = tape.generate()
    tape.poll(made, status=304, sends=MATCH)
    tape.poll(made, headers={"etag": '"2"'}, sends=MATCH)
    tape.poll(made, "completed")


@CASES.held("job.unchanged")
def is_polled_as_it_changes(tape: Tape) -> None:
    """A 304 that overlaps the poll that shows the change may be the older one."""
    made = tape.generate()
    tape.poll(made, headers=TAG)
    tape.poll(made, "completed", took=3)
    tape.poll(made, status=304, sends=MATCH)


def test_one_kind_for_all_is_a_difference() -> None:
    """The kinds of new renders and of clones are our assumption, and fail nobody."""
    tape = Tape()
    made = tape.generate()
    tape.regenerate(made, envelope={"kind": "content_generate"})
    verdict = tape.verdicts(strict=False)["job.kind"]
    assert (verdict.verdict, len(verdict.differences)) == ("held", 1)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of jobs gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
