"""Lists, page by page, judged on hand-made histories."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.helpers.histories import (
    GATED,
    GONE,
    OPEN,
    Case,
    Cases,
    Fields,
    Tape,
    container,
    found,
    somebody_elses,
    stamp,
    wanted,
)

from layers_contract.judge.invariants.list import Walk
from layers_contract.spec.contract import Range

CASES = Cases()
COMPLETED = [("status", "completed")]


def theirs(number: int, state: str = "completed", show: Fields | None = None) -> Fields:
    """A list item of somebody else's; a greater number is newer."""
    made = replace(somebody_elses(number), created=-100.0 + number, started=-100.0 + number)
    return container(made, state, show)


@CASES.held("list.finds-made")
def is_found(tape: Tape) -> None:
    """A whole walk comes by what was made before it."""
    made = tape.generate()
    tape.page(theirs(2), leads_to="c")
    tape.page(
        container(made, "queued", {"createdAt": stamp(-99), "updatedAt": stamp(0)}), after="c"
    )


@CASES.violated("list.finds-made")
def is_not_found(tape: Tape) -> None:
    """A whole walk does not come by what was made before it."""
    tape.generate()
    tape.page(theirs(2), leads_to="c")
    tape.page(theirs(1), after="c")


@CASES.violated("list.finds-made")
def is_not_found_among_the_newest(tape: Tape) -> None:
    """A walk went past the moment of a container, and did not come by it."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.page(theirs(2), theirs(1), leads_to="c")


@CASES.silent("list.finds-made")
def need_not_be_found(tape: Tape) -> None:
    """A filter, another project or key, a walk cut short, or a later 202 hide a container."""
    tape.generate(project=GATED)
    made = tape.generate(took=9)
    tape.page(query=COMPLETED)
    tape.page(credential="other", status=404, answer=None)
    tape.page()
    tape.page(status=429, answer=None)
    tape.wait(9)
    tape.page(leads_to="c")
    tape.read(made, "queued")


@CASES.silent("list.finds-made")
def need_not_be_found_by_an_unknown_parameter(tape: Tape) -> None:
    """A query parameter that is not in the document may be a filter too."""
    tape.generate()
    tape.page(query=[("search", "evenings")])


def test_a_walk_within_bounds_finds_what_is_within() -> None:
    """A parameter that bounds a field hides what is outside, and is no plain filter."""
    tape = Tape()
    tape.page(query=[("since", stamp(0))])
    (page,) = tape.history
    plain = tape.facts.contract.lists["listContent"]
    bounds = replace(plain, ranges={"since": Range("/createdAt", least=True)})
    assert Walk(bounds, [page]).bounded
    assert not Walk(plain, [page]).bounded


@CASES.silent("list.finds-made")
def need_not_be_found_at_once(tape: Tape) -> None:
    """A walk that began before the 202 was known need not come by the container."""
    tape.generate(took=3)
    tape.page(took=5)


@CASES.held("list.limit")
def is_no_longer_than_asked(tape: Tape) -> None:
    """A page holds what was asked for at most, 25 where nothing was."""
    tape.page(*(theirs(-n) for n in range(25)))
    tape.page(theirs(2), theirs(1), query=[("limit", "2")])


@CASES.violated("list.limit")
def is_one_too_long(tape: Tape) -> None:
    """A page holds one more than was asked for."""
    tape.page(theirs(2), theirs(1), query=[("limit", "1")])


@CASES.violated("list.limit")
def is_longer_than_by_default(tape: Tape) -> None:
    """A page holds 26 where no limit was given."""
    tape.page(*(theirs(-n) for n in range(26)))


@CASES.silent("list.limit")
def has_no_certain_limit(tape: Tape) -> None:
    """A limit that is refused, or given twice, promises no length."""
    tape.page(status=422, answer=None, query=[("limit", "0")])
    tape.page(theirs(2), theirs(1), query=[("limit", "1"), ("limit", "2")])
    tape.page(lost=True)


@CASES.held("list.filter")
def holds_what_was_asked_for(tape: Tape) -> None:
    """A filter with two values lets both through, on every page."""
    query = [("status", "completed"), ("status", "failed")]
    tape.page(theirs(2), leads_to="c", query=query)
    tape.page(theirs(1, "failed"), after="c", query=query)


@CASES.violated("list.filter")
def holds_something_else(tape: Tape) -> None:
    """A list of completed containers holds a failed one."""
    tape.page(theirs(1, "failed"), query=COMPLETED)


@CASES.violated("list.filter")
def forgets_its_filter(tape: Tape) -> None:
    """The second page forgets the filter, which its cursor carries."""
    tape.page(theirs(2), leads_to="c", query=COMPLETED)
    tape.page(theirs(1, "failed"), after="c")


@CASES.violated("list.filter")
def filters_by_one_of_two(tape: Tape) -> None:
    """Two filters hold together, not one of them."""
    tape.page(theirs(1), query=[*COMPLETED, ("format", "video_remix")])


@CASES.held("list.filter")
def holds_what_auto_became(tape: Tape) -> None:
    """What was asked for as auto may be listed as what the server picked."""
    tape.page(
        theirs(1, "completed", {"format": "ugc_remix"}), query=[("format", "auto"), *COMPLETED]
    )


@CASES.silent("list.filter")
def is_not_filtered(tape: Tape) -> None:
    """Refusals, empty pages and what an item does not show say nothing of a filter."""
    tape.page(query=COMPLETED)
    tape.page(query=COMPLETED, status=503, answer=None)
    tape.page(theirs(1), query=[("format", "auto")])


@CASES.held("list.order")
def is_in_order(tape: Tape) -> None:
    """Newer containers come first, over the pages; of one moment either does."""
    tape.page(theirs(3), theirs(2), leads_to="c")
    tape.page(theirs(2, "failed", {"id": "cnt_twin"}), theirs(1), after="c")


@CASES.violated("list.order")
def is_the_wrong_way_round(tape: Tape) -> None:
    """An older container comes first."""
    tape.page(theirs(1), theirs(2))


@CASES.violated("list.order")
def is_the_wrong_way_round_over_pages(tape: Tape) -> None:
    """The second page is newer than the first."""
    tape.page(theirs(1), leads_to="c")
    tape.page(theirs(2), after="c")


@CASES.silent("list.order")
def has_one_item_with_a_date(tape: Tape) -> None:
    """One item has no order, and pages of two walks have none between them."""
    tape.page(theirs(1))
    tape.page(theirs(2))
    tape.page(theirs(3), leads_to="c")
    tape.page(theirs(4), after="another")


@CASES.held("list.order")
def is_in_order_within_the_second(tape: Tape) -> None:
    """A moment without milliseconds may seem to be before one with them."""
    whole = {"createdAt": stamp(-50, 0)}
    tape.page(theirs(2, "failed", whole), theirs(1, "failed", {"createdAt": stamp(-49.5)}))


@CASES.held("list.walk")
def is_walked_along(tape: Tape) -> None:
    """A walk comes by each container once, and ends."""
    tape.page(theirs(2), leads_to="c")
    tape.page(theirs(1), after="c")


@CASES.violated("list.walk")
def shows_one_twice(tape: Tape) -> None:
    """The second page starts with the last item of the first."""
    tape.page(theirs(2), leads_to="c")
    tape.page(theirs(2), after="c")


@CASES.violated("list.walk")
def goes_in_a_circle(tape: Tape) -> None:
    """A page leads to itself."""
    tape.page(theirs(2), leads_to="c")
    tape.page(leads_to="c", after="c")


@CASES.silent("list.walk")
def is_one_page(tape: Tape) -> None:
    """One page is no walk, nor are two pages of two actors."""
    tape.page(theirs(2), leads_to="c")
    tape.page(theirs(2), after="c", actor="another")
    tape.page(theirs(2), after="c", status=429, answer=None)


@CASES.held("list.same-story")
def shows_what_its_reads_show(tape: Tape) -> None:
    """A listed container shows what its reads before and after show."""
    made = tape.generate()
    tape.read(made, "queued")
    tape.page(container(made, "generating"))
    tape.read(made)
    tape.page(container(made, "completed"))
    tape.read(made)


@CASES.violated("list.same-story")
def is_stale(tape: Tape) -> None:
    """A container that was read as completed is listed as queued."""
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "queued"))


@CASES.violated("list.same-story")
def shows_another_brief(tape: Tape) -> None:
    """A list shortens the hook."""
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "completed", {"brief": {"hook": "Evenings"}}))
    tape.read(made)


@CASES.held("list.same-story")
def may_have_changed_meanwhile(tape: Tape) -> None:
    """What differs between the reads, or is written meanwhile, may be listed as either."""
    made = tape.generate(project=GATED)
    tape.read(made, "completed", {"approvalStatus": "not_required"})
    tape.page(container(made, "completed", {"approvalStatus": "pending"}), project=GATED)
    tape.read(made, "completed", {"approvalStatus": "pending"})
    tape.approve(made, lost=True)
    tape.page(container(made, "completed", {"approvalStatus": "approved"}), project=GATED)
    tape.read(made, "completed", {"approvalStatus": "pending"})


@CASES.silent("list.same-story")
def is_listed_without_its_reads(tape: Tape) -> None:
    """Others’ containers, and reads that overlap or are of another render, say nothing."""
    tape.page(theirs(1, "queued"))
    tape.read(replace(somebody_elses(1), created=-99.0, started=-99.0))
    made = tape.generate()
    tape.read(made, took=3)
    tape.page(container(made, "queued"), took=0.5)
    tape.wait(3)
    second = tape.regenerate(made)
    tape.page(container(second, "queued"))


@CASES.held("list.same-story", also=["schema.body"])
def leaves_fields_out(tape: Tape) -> None:
    """What a list does not show cannot differ."""
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "completed", {"brief": GONE, "format": GONE}), project=OPEN)
    tape.read(made)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_catalogue_says_of_a_history(case: Case) -> None:
    """A hand-made history of lists gets its verdict, and raises no other alarm."""
    assert found(case) == wanted(case)
