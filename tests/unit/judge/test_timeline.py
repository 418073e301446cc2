"""What lies around a moment: every answer is the one that a search through everything gives."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from layers_contract.judge.timeline import Spans, Timeline, Work, overlapping

TIMES = st.integers(0, 6).map(float)


@dataclass(eq=False)
class Thing:
    sent: float
    over: float


THINGS = st.lists(st.builds(Thing, TIMES, st.one_of(TIMES, st.just(inf))), max_size=8)


def over(thing: Thing) -> float:
    return thing.over


def in_order(things: list[Thing]) -> list[Thing]:
    return sorted(things, key=lambda each: each.sent)


@given(THINGS, TIMES)
def test_before_a_moment_is_the_last_that_was_over(things: list[Thing], moment: float) -> None:
    """Of all that was over, the last in order is found."""
    ordered = in_order(things)
    found = [each for each in ordered if each.over <= moment]
    assert Timeline(ordered, over).before(moment) is (found[-1] if found else None)


@given(THINGS, TIMES)
def test_the_newest_is_the_one_that_began_last(things: list[Thing], moment: float) -> None:
    """Of several that began at one time, the first is found."""
    ordered = in_order(things)
    found = (each for each in ordered if each.over <= moment)
    newest = max(found, key=lambda each: each.sent, default=None)
    assert Timeline(ordered, over).newest(moment) is newest


@given(THINGS, TIMES)
def test_after_a_moment_is_all_that_began_later(things: list[Thing], moment: float) -> None:
    """What began at the moment itself counts."""
    ordered = in_order(things)
    found = [each for each in ordered if each.sent >= moment]
    assert list(Timeline(ordered, over).since(moment)) == found
    assert Timeline(ordered, over).after(moment) is (found[0] if found else None)


@given(THINGS, TIMES, TIMES, st.booleans())
def test_at_work_is_what_began_and_was_not_over(
    things: list[Thing], start: float, end: float, leave_out: bool
) -> None:
    """One of the things may be left out."""
    but = things[0] if things and leave_out else None
    others = [each for each in things if each is not but]
    busy = any(each.sent < end and each.over > start for each in others)
    assert Work(things, over).at(start, end, but) is busy


@given(THINGS, TIMES, st.booleans())
def test_the_first_at_work_is_the_one_that_began_first(
    things: list[Thing], moment: float, leave_out: bool
) -> None:
    """What was over by the moment does not count, nor what is left out."""
    but = things[0] if things and leave_out else None
    busy = [each for each in in_order(things) if each.over > moment and each is not but]
    assert Work(things, over).first(moment, but) is (busy[0] if busy else None)


@given(THINGS, TIMES, TIMES, st.none() | st.integers(1, 8))
def test_what_encloses_two_moments(
    things: list[Thing], start: float, end: float, most: int | None
) -> None:
    """All that begin by one moment and last until another are found, or as many as are wanted."""
    wanted = [each for each in things if each.sent <= start and each.over >= end]
    found = Spans((each, each.sent, each.over) for each in things).around(start, end, most)
    assert found == wanted if most is None or most > len(wanted) else len(found) == most
    assert set(map(id, found)) <= set(map(id, wanted))


@given(THINGS)
def test_what_overlaps(things: list[Thing]) -> None:
    """Two overlap where neither was over before the other began."""
    ordered = in_order(things)
    wanted = [
        (one, other)
        for place, one in enumerate(ordered)
        for other in ordered[place + 1 :]
        if one.sent < other.over and other.sent < one.over
    ]
    assert list(overlapping(ordered, over)) == wanted


@given(THINGS, TIMES, st.integers(0, 7))
def test_when_the_last_but_one_was_over(things: list[Thing], end: float, place: int) -> None:
    """Of all that began before a moment, but one, the latest end is found."""
    but = things[place % len(things)] if things else Thing(0, 0)
    ends = [each.over for each in things if each is not but and each.sent < end]
    assert Work(things, over).last_over(end, but) == max(ends, default=None)
