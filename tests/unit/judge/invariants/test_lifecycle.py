"""The states of a container, judged on hand-made histories."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.helpers.histories import GATED, RENDER, Case, Cases, Tape, found, somebody_elses, wanted
from tests.helpers.scenes import ended

CASES = Cases()


@CASES.held("lifecycle.first")
def runs_from_the_start(tape: Tape) -> None:
    """A 202 shows its job running."""
    tape.generate()


@CASES.violated("lifecycle.first")
def has_ended_from_the_start(tape: Tape) -> None:
    """A 202 shows its job as ended."""
    tape.generate(envelope={"status": "completed"})


@CASES.silent("lifecycle.first")
def does_not_start(tape: Tape) -> None:
    """A refused call, one without an answer and one that found the server busy start nothing."""
    tape.generate(status=422, body={})
    tape.generate(lost=True)
    tape.generate(status=429)


@CASES.held("lifecycle.order")
def goes_through_all_states(tape: Tape) -> None:
    """A render is seen in each of its states."""
    made = tape.generate()
    for state in ("queued", "generating", "completed"):
        tape.read(made, state)


@CASES.held("lifecycle.order")
def goes_through_states_that_nobody_saw(tape: Tape) -> None:
    """A poller misses states, and the path with steps left out is a path."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.read(made, "failed")


@CASES.violated("lifecycle.order")
def falls_back_to_the_queue(tape: Tape) -> None:
    """A running render is queued again."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.read(made, "queued")


@CASES.violated("lifecycle.order")
def falls_back_in_its_second_render(tape: Tape) -> None:
    """The second render of a container steps back."""
    made = tape.generate()
    tape.read(made)
    second = tape.regenerate(made)
    tape.read(second, "generating")
    tape.read(second, "queued")


@CASES.silent("lifecycle.order")
def is_read_twice_at_once(tape: Tape) -> None:
    """Of two reads that overlap neither came first."""
    made = tape.generate()
    tape.read(made, "generating", took=2)
    tape.read(made, "queued", took=2)


@CASES.silent("lifecycle.order")
def is_read_once(tape: Tape) -> None:
    """One read has no order."""
    tape.read(tape.generate(), "generating")


@CASES.silent("lifecycle.order")
def is_somebody_elses(tape: Tape) -> None:
    """Others may render their containers again whenever they like."""
    tape.read(somebody_elses(), "generating")
    tape.read(somebody_elses(), "queued")


@CASES.silent("lifecycle.order", "lifecycle.terminal")
def may_have_been_rendered_again_without_an_answer(tape: Tape) -> None:
    """A regenerate without an answer may have been carried out, now or later."""
    made = tape.generate()
    tape.regenerate(made, lost=True)
    for state in ("completed", "queued", "completed"):
        tape.read(made, state)


@CASES.silent("lifecycle.order", "lifecycle.terminal")
def may_have_been_rendered_again_by_a_failing_call(tape: Tape) -> None:
    """A server error does not say that nothing was done."""
    made = tape.generate()
    tape.call(
        "rejectContent",
        {"containerId": made.container},
        status=503,
        body={"reason": "No.", "regenerate": True},
    )
    for state in ("completed", "queued"):
        tape.read(made, state)


@CASES.silent("lifecycle.order", "lifecycle.terminal", "lifecycle.ends", also=["schema.body"])
def is_in_a_state_that_is_new(tape: Tape) -> None:
    """A state that no document names is no step back; that it is unknown is said by its schema."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.read(made, "upscaling")
    tape.wait(2 * RENDER)
    tape.poll(made, "upscaling")


@CASES.silent("lifecycle.terminal")
def was_rendered_again_by_a_try_without_an_answer(tape: Tape) -> None:
    """The first try of a keyed call was lost; its retry names the render that it began."""
    made = tape.generate()
    tape.read(made, "completed")
    lost = tape.regenerate(made, key="k", lost=True)
    tape.read(lost, "queued")
    tape.again(lost, status=202)
    tape.read(lost, "completed")


@CASES.silent("lifecycle.terminal")
def is_read_while_it_is_rendered_again(tape: Tape) -> None:
    """A read that overlaps a regenerate belongs to either render."""
    made = tape.generate()
    tape.read(made, "completed")
    second = tape.regenerate(made, took=3)
    tape.read(second, "queued")
    tape.read(made, "completed", at=2.5)


@CASES.held("lifecycle.terminal")
def stays_as_it_ended(tape: Tape) -> None:
    """A completed container is completed at every read."""
    made = tape.generate()
    tape.read(made)
    tape.read(made)


@CASES.held("lifecycle.terminal")
def starts_anew_when_asked(tape: Tape) -> None:
    """Each new render begins in the queue, whoever asked for it."""
    made = tape.generate(project=GATED)
    pending = {"approvalStatus": "pending"}
    tape.read(made, "completed", pending)
    tape.read(made, "completed", pending)
    second = tape.regenerate(made)
    tape.read(second, "queued")
    tape.read(second, "completed", pending)
    third = tape.reject_again(second)
    tape.read(third, "queued")


@CASES.violated("lifecycle.terminal")
def renders_again_by_itself(tape: Tape) -> None:
    """A completed container is generating again, and nobody asked."""
    made = tape.generate()
    tape.read(made, "completed")
    tape.read(made, "generating")


@CASES.violated("lifecycle.terminal")
def heals(tape: Tape) -> None:
    """A failed container completes."""
    made = tape.generate()
    tape.read(made, "failed")
    tape.read(made, "completed")


@CASES.violated("lifecycle.terminal")
def completes_after_its_cancel(tape: Tape) -> None:
    """A canceled container completes."""
    made = tape.generate()
    tape.cancel(made)
    tape.read(made, "canceled")
    tape.read(made, "completed")


@CASES.violated("lifecycle.terminal", also=["errors.refused-does-nothing"])
def renders_again_after_a_refusal(tape: Tape) -> None:
    """A regenerate that was refused explains nothing."""
    made = tape.generate()
    tape.read(made, "completed")
    tape.regenerate(made, {"hook": ""}, status=422)
    tape.read(made, "generating")


@CASES.silent("lifecycle.terminal", also=["schema.body"])
def ends_in_a_state_that_is_new(tape: Tape) -> None:
    """What comes after an end, or before it, is left alone where nobody knows what it is."""
    made = tape.generate()
    tape.read(made, "completed")
    tape.read(made, "published")


@CASES.held("lifecycle.canceled")
def is_canceled_by_its_cancel(tape: Tape) -> None:
    """A cancel of its job explains a canceled container."""
    made = tape.generate()
    tape.cancel(made)
    tape.read(made, "canceled")


@CASES.held("lifecycle.canceled")
def is_canceled_by_its_archive(tape: Tape) -> None:
    """The archive of its project explains a canceled container."""
    made = tape.generate()
    tape.archive()
    tape.read(made, "canceled")


@CASES.held("lifecycle.canceled")
def is_canceled_by_a_cancel_without_an_answer(tape: Tape) -> None:
    """A cancel without an answer may have been carried out."""
    made = tape.generate()
    tape.cancel(made, lost=True)
    tape.read(made, "canceled")


@CASES.held("lifecycle.canceled")
def is_canceled_in_a_render_that_is_not_known(tape: Tape) -> None:
    """Who knows who canceled the render that a lost call may have begun."""
    made = tape.generate()
    tape.regenerate(made, lost=True)
    tape.read(made, "canceled")


@CASES.violated("lifecycle.canceled")
def is_canceled_by_nobody(tape: Tape) -> None:
    """A canceled container that nobody has canceled."""
    tape.read(tape.generate(), "canceled")


@CASES.violated("lifecycle.canceled")
def is_canceled_by_somebody_without_a_key(tape: Tape) -> None:
    """A cancel that was refused for want of a key cancels nothing."""
    made = tape.generate()
    tape.cancel(made, status=401, credential="none")
    tape.read(made, "canceled")


@CASES.silent("lifecycle.canceled")
def somebody_elses_is_canceled(tape: Tape) -> None:
    """Others may cancel what is theirs."""
    tape.read(somebody_elses(), "canceled")


@CASES.held("lifecycle.ends")
def is_seen_to_end(tape: Tape) -> None:
    """A job that is seen to end has ended."""
    made = tape.generate()
    tape.wait(2 * RENDER)
    tape.poll(made, "failed")


@CASES.violated("lifecycle.ends")
def is_stuck(tape: Tape) -> None:
    """A job is still running after the time that a render may take."""
    made = tape.generate()
    tape.wait(RENDER)
    tape.poll(made)


@CASES.silent("lifecycle.ends")
def still_runs(tape: Tape) -> None:
    """A job may be running within the time that a render may take."""
    made = tape.generate()
    tape.wait(RENDER - 2)
    tape.poll(made)


@CASES.silent("lifecycle.ends")
def is_stuck_for_all_we_know(tape: Tape) -> None:
    """Where nobody knows how long a render may take, none is stuck."""
    tape.expect = replace(tape.expect, render=None)
    made = tape.generate()
    tape.wait(100 * RENDER)
    tape.poll(made)


@CASES.silent("lifecycle.ends")
def is_not_seen_again(tape: Tape) -> None:
    """A poll without an answer shows nothing."""
    made = tape.generate()
    tape.poll(made)
    tape.wait(2 * RENDER)
    tape.poll(made, lost=True)
    tape.poll(made, status=503)


@CASES.held("lifecycle.refused")
def is_not_rendered_twice_at_once(tape: Tape) -> None:
    """A regenerate is refused while the render certainly goes on."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.regenerate(made, status=409)
    tape.poll(made)


@CASES.violated("lifecycle.refused")
def is_rendered_twice_at_once(tape: Tape) -> None:
    """A regenerate is accepted while the render certainly goes on."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.regenerate(made)
    tape.poll(made)


@CASES.violated("lifecycle.refused")
def is_rendered_after_its_cancel(tape: Tape) -> None:
    """A regenerate is accepted on a canceled container."""
    made = tape.generate()
    tape.cancel(made)
    tape.read(made, "canceled")
    tape.regenerate(made)


@CASES.silent("lifecycle.refused")
def may_have_ended_in_time(tape: Tape) -> None:
    """A container that was generating a moment ago may have completed by now."""
    made = tape.generate()
    tape.read(made, "generating")
    second = tape.regenerate(made)
    tape.poll(made, "completed")
    tape.poll(second)


@CASES.silent("lifecycle.refused")
def is_not_got_to(tape: Tape) -> None:
    """A call that was rate limited, failed, lost or invalid says nothing of the state."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.regenerate(made, {"hook": ""}, status=422)
    tape.regenerate(made, status=429)
    tape.regenerate(made, status=503, headers={"retry-after": "1"})
    tape.regenerate(made, lost=True)
    tape.poll(made)


@CASES.silent("lifecycle.refused")
def is_decided_on_by_others_meanwhile(tape: Tape) -> None:
    """Another write that is under way may have changed the state."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.regenerate(made, lost=True)
    tape.regenerate(made)
    tape.poll(made)


@CASES.silent("lifecycle.refused")
def repeats_the_call_that_it_came_from(tape: Tape) -> None:
    """A replay of a regenerate is answered with its 202, whatever the container's state."""
    made = tape.generate()
    tape.read(made)
    second = tape.regenerate(made, key="k")
    tape.read(second, "generating")
    tape.again(second)
    tape.poll(second)


@CASES.held("lifecycle.allowed")
def may_be_rendered_again(tape: Tape) -> None:
    """What has completed, and what has failed, is rendered again."""
    tape.regenerate(ended(tape))
    tape.regenerate(ended(tape, "failed"))


@CASES.violated("lifecycle.allowed")
def may_not_be_rendered_again(tape: Tape) -> None:
    """What has completed is refused a new render."""
    tape.regenerate(ended(tape), status=409)


@CASES.violated("lifecycle.allowed")
def may_not_be_tried_again(tape: Tape) -> None:
    """What has failed is refused a new render."""
    tape.regenerate(ended(tape, "failed"), key="k", status=409)


@CASES.silent("lifecycle.allowed")
def is_rendering_or_canceled(tape: Tape) -> None:
    """What still renders, or was canceled, is refused, and what was never read may be either."""
    tape.regenerate(ended(tape, "generating"), status=409)
    made = tape.generate()
    tape.cancel(made)
    tape.read(made, "canceled")
    tape.regenerate(made, status=409)
    tape.regenerate(tape.generate(), status=409)


@CASES.silent("lifecycle.allowed")
def may_have_been_begun_already(tape: Tape) -> None:
    """A call that was lost, or came to a gateway's end, may have begun the render that is on."""
    made = ended(tape)
    tape.regenerate(made, lost=True)
    tape.regenerate(made, status=409)
    other = ended(tape)
    tape.regenerate(other, status=503)
    tape.read(other)
    tape.regenerate(other, status=409)


@CASES.held("lifecycle.allowed")
def burns_its_key_while_it_renders(tape: Tape) -> None:
    """A conflict of states may be kept for its key, and replayed when the render has ended."""
    made = tape.generate()
    tape.regenerate(made, key="k", status=409)
    tape.read(made)
    tape.regenerate(made, key="k", status=409)
    tape.read(made)
    tape.regenerate(made, key="l")


@CASES.silent("lifecycle.allowed")
def has_a_key_that_others_know(tape: Tape) -> None:
    """A key that another operation, path or day has seen may be a conflict."""
    made = ended(tape, key="k")
    tape.regenerate(made, key="k", status=409)
    tape.regenerate(ended(tape), key="fixed", status=409, code="IDEMPOTENCY_CONFLICT")


@CASES.silent("lifecycle.allowed")
def names_what_may_not_be_there(tape: Tape) -> None:
    """An influencer or media in the patch may not be found."""
    made = ended(tape)
    tape.regenerate(made, {"influencerId": "inf_1"}, status=404)
    tape.regenerate(made, {"referenceMediaIds": ["med_1"]}, status=404)


@CASES.silent("lifecycle.allowed")
def is_rendered_in_an_archived_project(tape: Tape) -> None:
    """In a project that is archived, or may be, nothing needs to be accepted."""
    made, other = ended(tape), ended(tape, project=GATED)
    tape.archive(lost=True)
    tape.regenerate(made, status=409)
    tape.archive(GATED.upper())
    tape.regenerate(other, status=404)


@CASES.silent("lifecycle.allowed")
def is_refused_by_others_or_for_form(tape: Tape) -> None:
    """Other callers, other people's containers, invalid patches and busy servers say nothing."""
    made = ended(tape)
    tape.regenerate(made, status=404, credential="other")
    tape.regenerate(made, status=401, credential="none")
    tape.regenerate(made, {"hook": ""}, status=422, actor="schemathesis")
    tape.regenerate(made, status=429)
    tape.read(somebody_elses())
    tape.regenerate(somebody_elses(), status=409)


@CASES.silent("lifecycle.allowed")
def is_raced_for_a_new_render(tape: Tape) -> None:
    """A call that overlaps another one may come when the render is on."""
    made = ended(tape)
    tape.reject(made, took=5, body={"reason": "No.", "regenerate": True}, status=409)
    tape.regenerate(made, status=409, took=0.5)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of states gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
