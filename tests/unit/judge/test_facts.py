"""A history put in order: renders and their windows, what is certain, and moments."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from tests.helpers.histories import EPOCH, GATED, OPEN, Tape, container, job, somebody_elses

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.facts import (
    Expectations,
    Facts,
    Seen,
    earlier,
    http_date,
    moment,
    precision,
    values,
)


def renders(tape: Tape) -> list[tuple[str, float, float]]:
    """The renders of the first container: its job, and when it began, after the tape did."""
    found = tape.facts.containers["cnt_1"].renders
    return [
        (r.job, round(r.earliest - EPOCH, 3), round(r.latest - EPOCH, 3) if r.latest < inf else inf)
        for r in found
    ]


def seen(sent: float, received_: float, state: str = "queued") -> Seen:
    """A view between two times."""
    return Seen(Exchange("GET", "/", sent, received_, 200), "cnt_1", {}, state)


def test_a_render_began_between_its_call_and_its_202() -> None:
    """The window of a render is that of the call that started it."""
    tape = Tape()
    tape.generate(took=0.5)
    assert renders(tape) == [("job_1", 0, 0.5)]


def test_a_replay_is_no_new_render() -> None:
    """A replay names a render that is there already, and leaves its window as it was."""
    tape = Tape()
    tape.again(tape.generate(key="k"))
    assert renders(tape) == [("job_1", 0, 0.1)]


def test_a_render_had_begun_when_the_first_replay_was_answered() -> None:
    """Of two calls with one key the earlier answer closes the window."""
    tape = Tape()
    made = tape.generate(key="k", took=5)
    tape.again(made, took=0.5)
    assert renders(tape) == [("job_1", 0, 1.5)]


def test_a_render_may_have_begun_with_a_try_that_was_lost() -> None:
    """The window of a render opens with the first try that was not refused."""
    tape = Tape()
    refused_ = tape.generate(key="k", status=429)
    tape.again(refused_, lost=True)
    tape.again(refused_, status=202, answer=refused_.envelope)
    assert [(name, latest) for name, _, latest in renders(tape)] == [("job_1", 2.1)]
    assert renders(tape)[0][1] == 1


@pytest.mark.parametrize("broken", [{"lost": True}, {"status": 503}])
def test_a_render_began_no_later_for_a_try_after_its_202(broken: dict[str, Any]) -> None:
    """A replay that was lost, or broke down, leaves the window of its render as it was."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.again(made, **broken)
    tape.again(made)
    assert renders(tape) == [("job_1", 0, 0.1)]


def test_a_replay_of_an_old_key_opens_no_window() -> None:
    """A new job under a key whose window has ended did not begin with the answered calls before."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.wait(99)
    tape.again(made, answer=made.envelope | {"jobId": "job_2"})
    assert renders(tape) == [("job_1", 0, 0.1), ("job_2", 100, 100.1)]


def test_of_renders_that_were_asked_for_together_nobody_knows_the_last() -> None:
    """What is read after two starts that overlap may be of either; before and later it is clear."""
    tape = Tape()
    made = tape.generate()
    before = tape.read(made)
    tape.regenerate(made, took=5)
    tape.regenerate(made, took=5)
    tape.wait(5)
    between = tape.read(made)
    third = tape.regenerate(made)
    after = tape.read(made)
    found = tape.facts.containers["cnt_1"]
    shown = [(seen.exchange.number, found.render_of(seen)) for seen in found.reads]
    known = {number: render and render.job for number, render in shown}
    assert known == {before.number: "job_1", between.number: None, after.number: third.job}


@pytest.mark.parametrize("status", [400, 404, 409, 422, 429, 302])
def test_a_refusal_starts_nothing(status: int) -> None:
    """A call that was refused leaves no render, and no doubt."""
    tape = Tape()
    made = tape.generate()
    tape.regenerate(made, status=status, answer=None if status == 429 else {})
    assert len(renders(tape)) == 1
    assert tape.facts.containers["cnt_1"].unsure == inf


@pytest.mark.parametrize("call", [{"lost": True}, {"status": 500}, {"status": 202, "answer": b"?"}])
def test_a_call_that_may_have_started_something_leaves_a_doubt(call: dict[str, Any]) -> None:
    """From a regenerate without a readable answer on, no view belongs to a certain render."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "queued")
    tape.regenerate(made, **call)
    tape.read(made, "queued")
    found = tape.facts.containers["cnt_1"]
    certain, doubtful = found.reads
    assert found.render_of(certain) is found.renders[0]
    assert found.render_of(doubtful) is None


def test_a_rejection_starts_something_only_where_it_says_so() -> None:
    """A lost rejection leaves a doubt with `regenerate`, and none without."""
    plain, again = Tape(), Tape()
    plain.reject(plain.generate(), lost=True)
    again.reject(again.generate(), lost=True, body={"reason": "No.", "regenerate": True})
    assert plain.facts.containers["cnt_1"].unsure == inf
    assert again.facts.containers["cnt_1"].unsure < inf


def test_a_rejection_with_a_new_render_is_one() -> None:
    """The job inside a rejection's answer is the next render of the same container."""
    tape = Tape()
    tape.reject_again(tape.generate())
    assert [name for name, *_ in renders(tape)] == ["job_1", "job_2"]


def test_views_belong_to_the_render_that_was_under_way() -> None:
    """A view is of a render where it was sent after its 202 and answered before the next."""
    tape = Tape()
    made = tape.generate(took=0.5)
    tape.read(made, at=0.2)
    tape.read(made, at=1)
    tape.read(made, at=9.95, took=0.1)
    tape.regenerate(made, at=10, took=1)
    tape.read(made, at=10.5)
    tape.read(made, at=11.5)
    found = tape.facts.containers["cnt_1"]
    belongs = [found.render_of(view) for view in found.reads]
    first, second = found.renders
    assert belongs == [None, first, None, None, second]


def test_a_container_without_a_known_render_has_no_certain_one() -> None:
    """A view of somebody else's container belongs to no render."""
    tape = Tape()
    tape.read(somebody_elses())
    found = tape.facts.containers["cnt_theirs0"]
    assert found.render_of(found.reads[0]) is None


def test_own_containers_are_those_that_a_202_named() -> None:
    """Listed containers of others are known, and are not ours; clones are."""
    tape = Tape()
    made = tape.generate()
    tape.clone(made)
    tape.page(container(somebody_elses(), "queued"))
    assert {each.id for each in tape.facts.own} == {"cnt_1", "cnt_2"}
    assert "cnt_theirs0" in tape.facts.containers


def test_views_are_kept_by_where_they_were_seen() -> None:
    """Reads, lists, polls and the progress endpoint are told apart; a 202 is no view."""
    tape = Tape()
    made = tape.generate()
    tape.read(made)
    tape.page(container(made, "completed"))
    tape.poll(made)
    tape.progress(made)
    facts = tape.facts
    found, polled = facts.containers["cnt_1"], facts.jobs["job_1"]
    assert [len(each) for each in (found.reads, found.listed, polled.polls, polled.progress)] == [
        *(1, 1, 1, 1)
    ]
    assert [view.exchange.operation for view in polled.views] == ["getJob", "getContentProgress"]


def test_an_answer_that_is_no_json_shows_nothing() -> None:
    """Garbage under a success is no view."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, answer=b"<html>")
    tape.poll(made, answer=[job(made, "running")])
    assert not tape.facts.containers["cnt_1"].reads
    assert not tape.facts.jobs["job_1"].views


def test_keys_are_kept_by_credential_operation_and_path() -> None:
    """One key of two organizations, for two operations or two paths, is as many keys."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.again(made)
    tape.generate(key="k", project=GATED)
    tape.generate(key="k", credential="other")
    tape.regenerate(made, key="k")
    tape.approve(made, key="k")
    assert sorted(len(each.exchanges) for each in tape.facts.keyed.values()) == [1, 1, 1, 2]


def test_another_write_touches_a_container() -> None:
    """A write that may have been at work in a span touches it; one that ended before does not."""
    tape = Tape()
    made = tape.generate()
    ended = tape.approve(made, at=1, took=1)
    lost = tape.reject(made, at=5, lost=True)
    found = tape.facts.containers["cnt_1"]
    assert found.untouched(EPOCH + 2, EPOCH + 5)
    assert not found.untouched(EPOCH + 1.5, EPOCH + 4)
    assert found.untouched(EPOCH + 1.5, EPOCH + 4, but=ended)
    assert not found.untouched(EPOCH + 90, EPOCH + 91)
    assert found.untouched(EPOCH + 90, EPOCH + 91, but=lost)


def test_a_call_that_is_in_no_document_is_left_out() -> None:
    """Exchanges of other paths are in the history, and are no facts."""
    tape = Tape()
    tape.exchanges.append(Exchange("GET", "/healthz", EPOCH, EPOCH, 200))
    assert not tape.facts.answers


def test_exchanges_are_put_in_the_order_of_sending() -> None:
    """A history that was recorded out of order is read in order."""
    tape = Tape()
    made = tape.generate(at=5)
    tape.read(made, "generating", at=7)
    tape.read(made, "queued", at=6)
    assert [view.state for view in tape.facts.containers["cnt_1"].reads] == ["queued", "generating"]


def test_a_view_comes_after_those_that_were_answered_before_it_was_sent() -> None:
    """Overlapping views have no order; of those before, the last one of each state is kept."""
    one, two, three, over = seen(0, 1), seen(1, 2), seen(3, 4, "failed"), seen(2.5, 9, "lost")
    found = {id(after): before for after, before in earlier([over, three, two, one], state_of)}
    assert found[id(one)] == []
    assert found[id(two)] == [one]
    assert found[id(three)] == [two]
    assert found[id(over)] == [two]


def state_of(view: Seen) -> str:
    """A view's state."""
    return view.state


@pytest.mark.parametrize(
    ("status", "is_success", "is_refusal", "is_busy"),
    [
        (None, False, False, True),
        (200, True, False, False),
        (304, False, True, False),
        (404, False, True, False),
        (429, False, True, True),
        (500, False, False, True),
        (503, False, False, True),
    ],
)
def test_an_answer_is_a_success_a_refusal_or_neither(
    status: int | None, is_success: bool, is_refusal: bool, is_busy: bool
) -> None:
    """Only a success did something for certain, and only a refusal did nothing for certain."""
    exchange = Exchange("GET", "/", 0.0, None if status is None else 1.0, status)
    assert exchange.succeeded is is_success
    assert exchange.refused is is_refusal
    assert exchange.inconclusive is is_busy
    assert exchange.received_at == (inf if status is None else 1.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.123456789Z", 1.123456),
        ("1970-01-01T02:00:01+02:00", 1.0),
    ],
)
def test_a_moment_is_read_with_and_without_a_fraction(text: str, seconds: float) -> None:
    """A timestamp is so many seconds, whatever its fraction and zone."""
    assert moment(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "", "soon", "2026-04-18", "2026-04-18T12:04:11", "2026-13-01T00:00:00Z"),
        *("2026-02-30T00:00:00Z", "2026-04-18T12:04:60Z", "20260418T120411Z"),
        "2026-04-18T12:04:11Z\n",
    ],
)
def test_what_is_no_moment_is_none(value: object) -> None:
    """A date, a moment without a zone and one that never was are no moments."""
    assert moment(value) is None


def test_a_date_of_http_is_read() -> None:
    """A Date is so many seconds."""
    assert http_date("Thu, 01 Jan 1970 00:00:05 GMT") == 5.0


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "1970-01-01T00:00:05Z", "Thu, 32 Jan 1970 00:00:05 GMT"),
        *("Thu, 01 Jan 1970 00:00:05 +9999", "01 Jan 99999999999999999999 00:00:05 GMT"),
    ],
)
def test_what_is_no_date_of_http_is_none(value: str) -> None:
    """A moment, a day that never was, a zone and a year beyond all bounds are no dates."""
    assert http_date(value) is None


def test_timestamps_differ_by_a_second_where_one_has_no_fraction() -> None:
    """Only timestamps of unequal precision may differ and be the same."""
    whole, parts = "2026-04-18T12:04:11Z", "2026-04-18T12:04:11.000Z"
    assert precision(whole, parts) == 1.0
    assert precision(whole, whole) == 0.0
    assert precision(parts, parts) == 0.0


def test_expectations_expect_nothing_unless_told() -> None:
    """Without a target nobody knows a render's time, a marker or a foreign project."""
    assert Expectations() == Expectations(None, 5.0, None, frozenset())


@pytest.mark.parametrize(
    ("resource", "name"), [("job", "jobId"), ("container", "containerId"), ("project", "projectId")]
)
def test_parameters_are_found_by_what_they_name(resource: str, name: str) -> None:
    """Which path parameter names a resource is read from the document."""
    assert getattr(Tape().facts, f"{resource}_parameter") == name


def test_a_start_that_names_no_container_belongs_to_the_one_in_its_path() -> None:
    """A regenerate that leaves the container out is one of the path's container."""
    tape = Tape()
    made = tape.generate()
    shown = {k: v for k, v in made.envelope.items() if k != "containerId"} | {"jobId": "job_9"}
    tape.call("regenerateContent", {"containerId": "cnt_1"}, status=202, answer=shown, body={})
    assert [name for name, *_ in renders(tape)] == ["job_1", "job_9"]


def test_facts_of_nothing() -> None:
    """An empty history has no facts."""
    tape = Tape()
    facts = Facts(tape.facts.contract, tape.history)
    assert (facts.jobs, facts.containers, facts.starts, list(facts.own)) == ({}, {}, [], [])
    assert facts.response(Exchange("GET", f"/v1/projects/{OPEN}", 0.0)) is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", [{"a": [{"b": 1}, {"b": 2}, {}], "c/d": None}]),
        ("/a/*/b", [1, 2]),
        ("/a/1/b", [2]),
        ("/a/9/b", []),
        ("/a/b", []),
        ("/c~1d", [None]),
        ("/x", []),
    ],
)
def test_a_pointer_leads_to_all_that_it_names(path: str, found: list[object]) -> None:
    """`*` is every item of a list, a number is one of them; what is not there is nothing."""
    assert values({"a": [{"b": 1}, {"b": 2}, {}], "c/d": None}, path) == found
