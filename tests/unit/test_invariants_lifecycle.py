"""The states of a container and what each shows, judged on hand-made histories."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.helpers.histories import (
    GATED,
    GONE,
    RENDER,
    Case,
    Cases,
    Tape,
    assets,
    container,
    found,
    somebody_elses,
    stamp,
    wanted,
)

CASES = Cases()
RULES = ("container.assets-early", "container.assets", "container.captions", "container.last-error")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of states gets its verdict, and raises no alarm but those it should."""
    assert found(case) == wanted(case)


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


@CASES.held("approval.early")
def is_not_decided_on_early(tape: Tape) -> None:
    """Decisions are refused while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "queued")
    tape.approve(made, status=409)
    tape.reject(made, status=409)
    tape.poll(made)


@CASES.violated("approval.early")
def is_approved_early(tape: Tape) -> None:
    """An approval is accepted while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.approve(made)
    tape.poll(made)


@CASES.violated("approval.early")
def is_rejected_early(tape: Tape) -> None:
    """A rejection is accepted while the render certainly goes on."""
    made = tape.generate(project=GATED)
    tape.read(made, "queued")
    tape.reject(made)
    tape.poll(made)


@CASES.silent("approval.early")
def may_have_completed_in_time(tape: Tape) -> None:
    """A decision may come right after the end."""
    made = tape.generate(project=GATED)
    tape.read(made, "generating")
    tape.approve(made)
    tape.poll(made, "completed")


@CASES.held("container.assets-early", "container.last-error")
def shows_nothing_before_its_end(tape: Tape) -> None:
    """What is not completed has no assets, and what did not fail no error."""
    made = tape.generate()
    tape.cancel(made)
    for state in ("queued", "generating", "canceled"):
        tape.read(made, state)


@CASES.held("container.assets", "container.captions", "container.last-error")
def shows_what_was_rendered(tape: Tape) -> None:
    """A completed container has assets and captions, and no error."""
    tape.read(tape.generate(), "completed")


@CASES.held("container.last-error", "container.assets-early")
def shows_why_it_failed(tape: Tape) -> None:
    """A failed container has its error."""
    tape.read(tape.generate(), "failed")


@CASES.violated("container.assets-early")
def shows_assets_early(tape: Tape) -> None:
    """Assets are shown while the render goes on."""
    made = tape.generate()
    tape.read(made, "generating", {"assets": assets(made)})


@CASES.violated("container.assets-early")
def shows_assets_after_its_cancel(tape: Tape) -> None:
    """A canceled container, in a list, has assets."""
    made = tape.generate()
    tape.cancel(made)
    tape.page(container(made, "canceled", {"assets": assets(made)}))


@CASES.violated("container.assets")
def has_no_assets(tape: Tape) -> None:
    """A completed container has no assets."""
    tape.read(tape.generate(), "completed", {"assets": []})


@CASES.violated("container.captions")
def has_no_captions(tape: Tape) -> None:
    """A completed container has no captions."""
    tape.read(tape.generate(), "completed", {"captions": []})


@CASES.violated("container.last-error")
def does_not_say_why_it_failed(tape: Tape) -> None:
    """A failed container has no error."""
    tape.read(tape.generate(), "failed", {"lastError": None})


@CASES.violated("container.last-error", also=["schema.body"])
def has_no_word_on_why_it_failed(tape: Tape) -> None:
    """A failed container leaves its error out."""
    tape.read(tape.generate(), "failed", {"lastError": GONE})


@CASES.violated("container.last-error")
def keeps_its_error(tape: Tape) -> None:
    """The error of the render before stays through the next one."""
    made = tape.generate()
    tape.read(made, "failed")
    tape.read(tape.regenerate(made), "queued", {"lastError": {"code": "X", "message": "Y"}})


@CASES.held("container.last-error", also=["schema.body"])
def leaves_its_error_out(tape: Tape) -> None:
    """An error that is not there is as good as null."""
    tape.read(tape.generate(), "completed", {"lastError": GONE})


@CASES.silent("container.assets", "container.captions", also=["schema.body"])
def leaves_fields_out_of_the_list(tape: Tape) -> None:
    """A short list item is a matter of its schema alone."""
    tape.page(container(tape.generate(), "completed", {"assets": GONE, "captions": GONE}))


@CASES.silent(*RULES)
def somebody_elses_is_listed(tape: Tape) -> None:
    """What a list says of others' containers may be as old as it likes."""
    tape.page(container(somebody_elses(), "completed", {"assets": [], "captions": []}))


@CASES.silent("container.assets", "container.captions", also=["schema.body"])
def is_in_a_state_that_nobody_knows(tape: Tape) -> None:
    """No rule speaks of a state that is not in the document."""
    tape.read(tape.generate(), "polishing", {"assets": []})


@CASES.held("container.created")
def was_created_once(tape: Tape) -> None:
    """Reads and lists show one createdAt, over all renders."""
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "completed"))
    tape.read(tape.regenerate(made), "queued")


@CASES.held("container.created")
def was_created_within_the_second(tape: Tape) -> None:
    """With and without milliseconds a moment is the same, rounded up or down."""
    made = tape.generate()
    for shown in (stamp(0.9, 3), stamp(0, 0), stamp(0.9, 3), stamp(1, 0)):
        tape.read(made, "completed", {"createdAt": shown, "updatedAt": stamp(2)})


@CASES.held("container.created")
def was_created_within_the_millisecond(tape: Tape) -> None:
    """One endpoint shows microseconds, the other milliseconds, of one moment."""
    made = tape.generate()
    tape.read(made, "completed", {"createdAt": stamp(0.123456, 6), "updatedAt": stamp(2)})
    tape.page(container(made, "completed", {"createdAt": stamp(0.123, 3), "updatedAt": stamp(2)}))


@CASES.violated("container.created")
def was_created_again(tape: Tape) -> None:
    """The second render moves createdAt."""
    made = tape.generate()
    tape.read(made)
    tape.read(tape.regenerate(made), "queued", {"createdAt": stamp(2)})


@CASES.violated("container.created")
def was_created_a_millisecond_later(tape: Tape) -> None:
    """Two createdAts with milliseconds may not differ by one."""
    made = tape.generate()
    tape.read(made, "completed", {"updatedAt": stamp(2)})
    tape.read(made, "completed", {"createdAt": stamp(0.001), "updatedAt": stamp(2)})


@CASES.silent("container.created", also=["schema.body"])
def has_no_date(tape: Tape) -> None:
    """What is no moment cannot be compared."""
    made = tape.generate()
    for shown in ("yesterday", "2026-02-30T00:00:00Z", 7, GONE):
        tape.read(made, "completed", {"createdAt": shown})


@CASES.held("container.updated")
def was_updated_later(tape: Tape) -> None:
    """The updatedAt goes on from state to state and from render to render."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.read(made)
    tape.read(tape.regenerate(made), "queued")


@CASES.held("container.updated")
def was_updated_within_the_second(tape: Tape) -> None:
    """An updatedAt without milliseconds may seem to be before a createdAt with them."""
    made = tape.generate()
    tape.read(made, "queued", {"createdAt": stamp(0.7), "updatedAt": stamp(0, 0)})
    tape.read(made, "queued", {"createdAt": stamp(0.7), "updatedAt": stamp(0.7)})
    tape.read(made, "queued", {"createdAt": stamp(0.7), "updatedAt": stamp(0, 0)})


@CASES.silent("container.updated", also=["schema.body"])
def was_updated_at_no_moment(tape: Tape) -> None:
    """What is no moment is neither before nor after another."""
    made = tape.generate()
    for shown in ("soon", None, GONE):
        tape.read(made, "queued", {"updatedAt": shown})


@CASES.violated("container.updated")
def was_updated_before_it_was_created(tape: Tape) -> None:
    """The updatedAt is before the createdAt."""
    tape.read(tape.generate(), "queued", {"updatedAt": stamp(-1)})


@CASES.violated("container.updated")
def was_updated_and_then_was_not(tape: Tape) -> None:
    """The updatedAt falls back."""
    made = tape.generate()
    tape.read(made, "generating", {"updatedAt": stamp(2)})
    tape.read(made, "completed", {"updatedAt": stamp(1)})


@CASES.held("container.updated")
def was_read_twice_while_it_was_updated(tape: Tape) -> None:
    """Of two reads that overlap either may be the older one."""
    made = tape.generate()
    tape.read(made, "generating", {"updatedAt": stamp(2)}, took=2)
    tape.read(made, "generating", {"updatedAt": stamp(1)}, took=2)


@CASES.held("container.constant")
def stays_in_its_project(tape: Tape) -> None:
    """A container stays in its project, however its UUID is written."""
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "completed", {"projectId": made.project.upper()}))


@CASES.violated("container.constant", also=["generate.container"])
def moves_to_another_project(tape: Tape) -> None:
    """A completed container names another project, which is not the one asked for either."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.read(made, "completed", {"projectId": GATED})


@CASES.silent("container.constant", also=["schema.body"])
def names_no_project(tape: Tape) -> None:
    """A project that is not shown cannot change."""
    made = tape.generate()
    tape.read(made, "completed", {"projectId": GONE})
    tape.read(made, "completed")


@CASES.held("container.urls")
def keeps_its_addresses(tape: Tape) -> None:
    """A permanent URL is the same at every read."""
    made = tape.generate()
    tape.read(made)
    tape.read(made)


@CASES.violated("container.urls")
def changes_its_addresses(tape: Tape) -> None:
    """A permanent URL is another one at the next read."""
    made = tape.generate()
    tape.read(made)
    shown = [{**each, "url": "https://other.example/a"} for each in assets(made)]
    tape.read(made, "completed", {"assets": shown})


@CASES.silent("container.urls")
def has_other_addresses_in_its_second_render(tape: Tape) -> None:
    """Another render has other files, also where they keep their ids."""
    made = tape.generate()
    tape.read(made)
    second = tape.regenerate(made)
    shown = [{**each, "url": "https://other.example/a"} for each in assets(made)]
    tape.read(second, "completed", {"assets": shown})


@CASES.held("container.readable")
def is_there_from_the_start(tape: Tape) -> None:
    """A container is read right after its 202."""
    tape.read(tape.generate(), "queued")


@CASES.violated("container.readable")
def is_not_there_yet(tape: Tape) -> None:
    """A container is not found after its 202."""
    tape.read(tape.generate(), status=404)


@CASES.silent("container.readable")
def need_not_be_there(tape: Tape) -> None:
    """Before its 202, for a busy server, and for others, a container need not be there."""
    made = tape.generate(took=3)
    tape.read(made, status=404)
    tape.read(somebody_elses(), status=404)
    tape.wait(3)
    tape.read(made, status=429)
    tape.read(made, lost=True)


@CASES.silent("lifecycle.order", "lifecycle.terminal", "lifecycle.ends", also=["schema.body"])
def is_in_a_state_that_is_new(tape: Tape) -> None:
    """A state that no document names is no step back; that it is unknown is said by its schema."""
    made = tape.generate()
    tape.read(made, "generating")
    tape.read(made, "upscaling")
    tape.wait(2 * RENDER)
    tape.poll(made, "upscaling")


@CASES.silent("lifecycle.terminal", also=["schema.body"])
def ends_in_a_state_that_is_new(tape: Tape) -> None:
    """What comes after an end, or before it, is left alone where nobody knows what it is."""
    made = tape.generate()
    tape.read(made, "completed")
    tape.read(made, "published")
