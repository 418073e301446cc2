"""What a container shows, judged on hand-made histories."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from tests.helpers.histories import (
    EPOCH,
    GATED,
    GONE,
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


@CASES.held("container.assets-early", "container.last-error")
def shows_nothing_before_its_end(tape: Tape) -> None:
    """What is not completed has no assets, and what did not fail no error."""
    made = tape.generate()
    tape.cancel(made)
    for state in ("queued", "generating", "canceled"):
        tape.read(made, state)


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


@CASES.held("container.assets", "container.captions", "container.last-error")
def shows_what_was_rendered(tape: Tape) -> None:
    """A completed container has assets and captions, and no error."""
    tape.read(tape.generate(), "completed")


@CASES.violated("container.assets")
def has_no_assets(tape: Tape) -> None:
    """A completed container has no assets."""
    tape.read(tape.generate(), "completed", {"assets": []})


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


@CASES.violated("container.captions")
def has_no_captions(tape: Tape) -> None:
    """A completed container has no captions."""
    tape.read(tape.generate(), "completed", {"captions": []})


@CASES.held("container.last-error", "container.assets-early")
def shows_why_it_failed(tape: Tape) -> None:
    """A failed container has its error."""
    tape.read(tape.generate(), "failed")


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


@CASES.held("container.updated-moves")
def moves_its_updated(tape: Tape) -> None:
    """A read that shows another status shows a later updatedAt."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating")
    tape.read(made, "completed", {"updatedAt": stamp(21)})


@CASES.violated("container.updated-moves")
def keeps_its_updated(tape: Tape) -> None:
    """A container completes, and its updatedAt is that of the call."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating")
    tape.read(made, "completed")


@CASES.silent("container.updated-moves")
def changes_twice_within_a_tick(tape: Tape) -> None:
    """Two changes may lie in one second, and a server's clock may be behind by some."""
    made = tape.generate()
    tape.wait(3)
    tape.read(made, "queued", {"updatedAt": stamp(0, 0)})
    tape.read(made, "generating", {"updatedAt": stamp(0, 0)})
    slow = {"updatedAt": stamp(tape.now - 5)}
    tape.read(made, "generating", slow)
    tape.read(made, "completed", slow)


@CASES.silent("container.updated-moves")
def is_timed_by_a_clock_far_behind(tape: Tape) -> None:
    """Two changes in one second look long ago where the server's clock is a minute behind."""
    made = tape.generate(envelope={"startedAt": stamp(-60, 0)})
    tape.wait(20)
    slow = {"createdAt": stamp(-60, 0), "updatedAt": stamp(-39, 0)}
    tape.read(made, "generating", slow)
    tape.read(made, "completed", slow)


@CASES.held("container.updated-moves")
def shows_fewer_digits(tape: Tape) -> None:
    """Timestamps without milliseconds move as well."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "generating", {"updatedAt": stamp(0, 0), "createdAt": stamp(0, 0)})
    tape.read(made, "completed", {"updatedAt": stamp(20, 0), "createdAt": stamp(0, 0)})


@CASES.silent("container.updated-moves", also=["schema.body"])
def shows_no_updated(tape: Tape) -> None:
    """What is not shown, or is no moment, does not stand still."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "queued", {"updatedAt": GONE})
    tape.read(made, "generating", {"updatedAt": "soon"})
    tape.read(made, "completed")


@CASES.silent("container.updated-moves")
def stays_as_it_is(tape: Tape) -> None:
    """Without another status nothing needs to move, nor for others, nor where reads overlap."""
    made = tape.generate()
    tape.wait(20)
    tape.read(made, "completed", took=5)
    tape.read(made, "generating", took=0.5)
    other = tape.generate(project=GATED)
    tape.wait(20)
    for state in ("generating", "completed"):
        tape.read(other)
        tape.read(somebody_elses(), state)


def dated(seconds: float) -> dict[str, str]:
    """A Date header, so many seconds after the tape's beginning."""
    return {"date": formatdate(EPOCH + seconds, usegmt=True)}


@CASES.held("container.clock")
def is_as_old_as_the_server_says(tape: Tape) -> None:
    """Times lie at or before the Date of their answer, however far from our clock."""
    made = tape.generate(headers=dated(0))
    tape.read(made, "queued", headers=dated(1))


@CASES.violated("container.clock")
def is_from_the_future(tape: Tape) -> None:
    """CreatedAt lies two hours ahead of the server's own Date."""
    made = tape.generate(headers=dated(0))
    ahead = {"createdAt": stamp(7200), "updatedAt": stamp(7201)}
    tape.read(made, "queued", show=ahead, headers=dated(1))


@CASES.silent("container.clock")
def has_no_date_to_compare(tape: Tape) -> None:
    """Without a Date, or with one that nobody can read, there is nothing to compare with."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.read(made, "queued", headers={"date": "yesterday"})
    tape.page(container(made, "queued"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of containers gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
