"""The rules of the predictions example, each violated where it must be, and silent elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pytest
from tests.helpers.histories import GONE
from tests.helpers.predictions import Recorder, as_it_is, prediction

from layers_contract.judge.facts import Expectations
from layers_contract.judge.invariants import RULE_CHECKS
from layers_contract.spec.rules import rules

DAY: Final = 86_400.0
Tell = Callable[[Recorder], object]


@dataclass(frozen=True)
class Case:
    """A history, the rule that it is about, its verdict, and what else the history breaks."""

    rule: str
    verdict: str
    tell: Tell
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}-{self.verdict}-{self.tell.__name__}"


CASES: list[Case] = []


def case(rule: str, verdict: str, *also: str) -> Callable[[Tell], Tell]:
    """Enter a history: of all rules only this one, if violated, and *also* may be violated."""

    def enter(tell: Tell) -> Tell:
        CASES.append(Case(rule, verdict, tell, also))
        return tell

    return enter


@pytest.mark.parametrize("known", CASES, ids=str)
def test_a_rule_judges_a_history(known: Case) -> None:
    """The verdict on the rule is as the case says, and no other rule raises an alarm."""
    tape = Recorder()
    known.tell(tape)
    found = tape.verdicts()
    assert found[known.rule].verdict == known.verdict, found[known.rule]
    expected = {known.rule} if known.verdict == "violated" else set()
    alarms = {name for name, each in found.items() if each.verdict == "violated"}
    assert alarms - set(known.also) == expected


def test_every_kind_of_rule_has_a_history_that_breaks_it() -> None:
    """Each kind of rule that has a check is violated by some history of a test."""
    known = rules(Recorder().contract)
    broken = {known[each.rule].kind for each in CASES if each.verdict == "violated"}
    elsewhere = {"gate", "mirrors", "webhook"}
    assert RULE_CHECKS.keys() - broken == elsewhere


# first


@case("prediction.first", "held")
def begins_waiting(tape: Recorder) -> None:
    """A creation that shows a first state."""
    tape.create()


@case("prediction.first", "violated")
def begins_running(tape: Recorder) -> None:
    """A creation that shows a later state."""
    tape.create(state="running")


@case("prediction.first", "held")
def a_replay_is_as_the_first(tape: Recorder) -> None:
    """A replay shows the first state long after."""
    made = tape.create(key="k")
    tape.read(made, "running")
    tape.again(made)


# steps


@case("prediction.steps", "held")
def goes_on(tape: Recorder) -> None:
    """Steps left out are no steps back."""
    made = tape.create()
    tape.read(made, "waiting")
    tape.read(made, "succeeded")


@case("prediction.steps", "violated")
def goes_back(tape: Recorder) -> None:
    """What ran is waiting again."""
    made = tape.create()
    tape.read(made, "running")
    tape.read(made, "waiting")


@case("prediction.steps", "held")
def overlapping_reads_have_no_order(tape: Recorder) -> None:
    """Reads that overlap prove nothing."""
    made = tape.create()
    tape.read(made, "waiting")
    tape.read(made, "running", at=5, took=3)
    tape.read(made, "waiting", at=6)


@case("prediction.steps", "held")
def a_replayed_body_is_old(tape: Recorder) -> None:
    """A replay's body shows the past."""
    made = tape.create(key="k")
    tape.read(made, "waiting")
    tape.read(made, "running")
    tape.again(made)


@case("prediction.steps", "not_judged")
def somebody_elses_is_not_judged(tape: Recorder) -> None:
    """Only what the run has made is judged."""
    made = tape.create()
    tape.exchanges.clear()
    tape.read(made, "running")
    tape.read(made, "waiting")


@case("prediction.steps", "violated")
def a_list_shows_the_past(tape: Recorder) -> None:
    """A list item is a view like any other."""
    made = tape.create()
    tape.read(made, "running")
    tape.page(as_it_is(made, "waiting"))


# stays


@case("prediction.stays", "held")
def stays_ended(tape: Recorder) -> None:
    """What has ended is seen as it ended."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.read(made, "succeeded")


@case("prediction.stays", "violated")
def fails_then_succeeds(tape: Recorder) -> None:
    """What broke has succeeded."""
    made = tape.create()
    tape.read(made, "broken")
    tape.read(made, "succeeded")


@case("prediction.stays", "violated")
def takes_itself_up_again(tape: Recorder) -> None:
    """What broke waits again, and nobody asked for it."""
    made = tape.create()
    tape.read(made, "broken")
    tape.read(made, "waiting")


@case("prediction.stays", "not_judged")
def is_taken_up_again(tape: Recorder) -> None:
    """A retry takes it up again."""
    made = tape.create()
    tape.read(made, "broken")
    tape.retry(made)
    tape.read(made, "waiting")


@case("prediction.stays", "not_judged")
def may_be_taken_up_again(tape: Recorder) -> None:
    """A retry whose answer was lost may have been carried out at any time since."""
    made = tape.create()
    tape.read(made, "broken", at=1)
    tape.retry(made, lost=True)
    tape.read(made, "waiting", at=9)


@case("prediction.stays", "not_judged")
def somebody_else_may_take_it_up(tape: Recorder) -> None:
    """Where others act on the same things, a retry of theirs may explain it."""
    tape.expect = replace(tape.expect, alone=False)
    made = tape.create()
    tape.read(made, "broken")
    tape.read(made, "waiting")


@case("prediction.stays", "held")
def expires_in_its_time(tape: Recorder) -> None:
    """The server takes it to another ending once the time has passed."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.read(made, "expired", at=DAY + 100, show={"output": None})


@case("prediction.steps", "violated")
def expires_too_early(tape: Recorder) -> None:
    """It was made less than the documented time ago, and has expired."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.read(made, "expired", at=1_000)


# ends


@case("prediction.ends", "held")
def comes_to_an_end(tape: Recorder) -> None:
    """A run that was seen to its end."""
    made = tape.create()
    tape.read(made, "stopped", at=500)
    tape.cancel(made, status=409)
    tape.exchanges.insert(1, tape.cancel(made, at=3))
    tape.exchanges.pop()


@case("prediction.ends", "violated")
def never_ends(tape: Recorder) -> None:
    """It runs on for longer than the target allows a run."""
    made = tape.create()
    tape.read(made, "running", at=2 * DAY)


@case("prediction.ends", "violated", "prediction.effects")
def a_cancel_is_lost(tape: Recorder) -> None:
    """A cancel that was accepted gives it no more time."""
    made = tape.create()
    tape.cancel(made, "running", status=202, at=2 * DAY)
    tape.read(made, "running", at=2 * DAY + 5)


@case("prediction.ends", "not_judged")
def is_not_watched_for_long(tape: Recorder) -> None:
    """Nobody looked for long enough."""
    made = tape.create()
    tape.read(made, "running", at=30)


# caused


@case("prediction.caused", "held")
def stops_when_canceled(tape: Recorder) -> None:
    """A cancel came before."""
    made = tape.create()
    tape.cancel(made)
    tape.read(made, "stopped")


@case("prediction.caused", "violated")
def stops_by_itself(tape: Recorder) -> None:
    """Nobody has canceled it."""
    made = tape.create()
    tape.read(made, "stopped")


@case("prediction.caused", "not_judged")
def somebody_else_may_have_stopped_it(tape: Recorder) -> None:
    """Where others act too, an unexplained change is theirs."""
    tape.expect = replace(tape.expect, alone=False)
    made = tape.create()
    tape.read(made, "stopped")


@case("prediction.caused", "held")
def a_lost_cancel_may_have_stopped_it(tape: Recorder) -> None:
    """A cancel without an answer may have been carried out."""
    made = tape.create()
    tape.cancel(made, lost=True)
    tape.read(made, "stopped")


# effects


@case("prediction.effects", "held")
def a_cancel_is_seen(tape: Recorder) -> None:
    """What was canceled is stopped."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made)
    tape.read(made, "stopped")


@case("prediction.effects", "violated")
def a_cancel_is_not_heeded(tape: Recorder) -> None:
    """The cancel was answered 200, and it runs on."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made, "running")
    tape.read(made, "running")


@case("prediction.effects", "held")
def a_cancel_may_come_too_late(tape: Recorder) -> None:
    """Cancel and end overlap: the server may have been faster, and 202 allows for that."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made, "running", status=202)
    tape.read(made, "succeeded")


# refused


@case("prediction.refused", "held")
def an_ended_one_cannot_be_canceled(tape: Recorder) -> None:
    """The documented refusal."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.cancel(made, status=409)


@case("prediction.refused", "violated")
def an_ended_one_is_canceled(tape: Recorder) -> None:
    """A success where a refusal is documented."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.cancel(made, "succeeded")


@case("prediction.refused", "violated")
def is_refused_with_another_code(tape: Recorder) -> None:
    """The status is right, the code is not."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.cancel(made, status=409, code="KEY_BUSY")


@case("prediction.refused", "not_judged")
def nobody_knows_whether_it_had_ended(tape: Recorder) -> None:
    """It ran before the cancel, and had ended after it."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made, status=409)
    tape.read(made, "succeeded")


# allowed


@case("prediction.allowed", "held")
def a_running_one_is_canceled(tape: Recorder) -> None:
    """A success where the lifecycle has a step."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made)


@case("prediction.allowed", "violated")
def a_running_one_cannot_be_canceled(tape: Recorder) -> None:
    """A refusal, though it ran before and after."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made, status=409)
    tape.read(made, "running")


@case("prediction.allowed", "not_judged")
def it_may_have_ended_meanwhile(tape: Recorder) -> None:
    """A refusal of what had ended when somebody looked again."""
    made = tape.create()
    tape.read(made, "running")
    tape.cancel(made, status=409)
    tape.read(made, "succeeded")


# fields


@case("prediction.output-filled", "held")
def has_its_output(tape: Recorder) -> None:
    """A success with its output."""
    tape.read(tape.create(), "succeeded")


@case("prediction.output-filled", "violated")
def has_no_output(tape: Recorder) -> None:
    """A success without an output."""
    tape.read(tape.create(), "succeeded", {"output": None})


@case("prediction.output-filled", "violated", "schema.body")
def lacks_the_output(tape: Recorder) -> None:
    """A success whose output is not there at all."""
    tape.read(tape.create(), "succeeded", {"output": GONE})


@case("prediction.error-empty", "violated")
def succeeds_with_an_error(tape: Recorder) -> None:
    """A success that shows an error."""
    tape.read(tape.create(), "succeeded", {"error": "Oh"})


@case("prediction.error-empty", "not_judged", "schema.body")
def a_field_that_nobody_shows_is_not_empty(tape: Recorder) -> None:
    """Where no response has the field, its being empty was never seen."""
    made = tape.create()
    tape.exchanges.clear()
    tape.read(made, "running", {"error": GONE})


@case("prediction.output-filled", "held", "schema.body")
def a_summary_may_leave_it_out(tape: Recorder) -> None:
    """A list item without the field says nothing."""
    made = tape.create()
    tape.read(made, "succeeded")
    tape.page(as_it_is(made, "succeeded", {"output": GONE}))


# keys


@case("create-prediction.replay", "held")
def is_replayed(tape: Recorder) -> None:
    """The same key and body."""
    made = tape.create(key="k")
    tape.read(made, "running")
    tape.again(made)


@case("create-prediction.replay", "violated")
def a_replay_makes_another(tape: Recorder) -> None:
    """The repeated call is answered with another prediction."""
    made = tape.create(key="k")
    tape.again(made, answer=prediction("pre_other", "waiting"))


@case("create-prediction.replay", "violated")
def a_replay_shows_the_present(tape: Recorder) -> None:
    """The repeated call is answered with what has become of it."""
    made = tape.create(key="k")
    tape.read(made, "running")
    tape.again(made, answer=as_it_is(made, "running"))


@case("create-prediction.replay", "violated", "schema.status")
def a_replay_has_another_status(tape: Recorder) -> None:
    """The repeated call is answered with another status."""
    made = tape.create(key="k")
    tape.again(made, status=200)


@case("create-prediction.replay", "not_judged")
def the_window_has_ended(tape: Recorder) -> None:
    """After its window a key may be forgotten."""
    made = tape.create(key="k")
    tape.again(made, at=31 * DAY, answer=prediction("pre_other", "waiting", created=31 * DAY))


@case("create-prediction.replay", "held")
def equal_json_is_the_same_body(tape: Recorder) -> None:
    """Members in another order are the same JSON."""
    made = tape.create(key="k")
    tape.again(made, body={"input": {"prompt": "Rain"}, "model": "haiku-3"})


@case("create-prediction.conflict", "held")
def another_body_is_a_conflict(tape: Recorder) -> None:
    """Another body under the key, refused so."""
    made = tape.create(key="k")
    tape.again(
        made, body={"model": "sonnet-1", "input": {"prompt": "Sun"}}, status=422, code="KEY_REUSED"
    )


@case("create-prediction.conflict", "violated")
def another_body_is_taken(tape: Recorder) -> None:
    """Another body under the key has an effect."""
    made = tape.create(key="k")
    body = {"model": "sonnet-1", "input": {"prompt": "Sun"}}
    tape.again(made, body=body, answer=prediction("pre_b", "waiting"))


@case("create-prediction.conflict", "violated")
def a_conflict_with_another_code(tape: Recorder) -> None:
    """Another body under the key, refused with another code."""
    made = tape.create(key="k")
    tape.again(made, body={"model": "sonnet-1", "input": {"prompt": "Sun"}}, status=422)


@case("create-prediction.conflict", "not_judged")
def an_invalid_body_is_refused_as_such(tape: Recorder) -> None:
    """Another body that is invalid may be refused for that."""
    made = tape.create(key="k")
    tape.again(made, body={"model": "nobody", "input": {"prompt": "Sun"}}, status=422)


@case("create-prediction.in-flight", "held")
def one_of_two_is_refused(tape: Recorder) -> None:
    """Two calls at one moment, one of them refused as in flight."""
    made = tape.create(key="k", took=2)
    tape.again(made, at=0.5, status=409, code="KEY_BUSY")


@case("create-prediction.in-flight", "violated")
def two_at_once_make_two(tape: Recorder) -> None:
    """Two calls at one moment with one key, and two predictions."""
    made = tape.create(key="k", took=2)
    tape.again(made, at=0.5, took=2, answer=prediction("pre_b", "waiting"))


@case("create-prediction.in-flight", "violated")
def two_bodies_at_once_make_two(tape: Recorder) -> None:
    """Two bodies at one moment with one key, and two predictions."""
    made = tape.create(key="k", took=2)
    body = {"model": "sonnet-1", "input": {"prompt": "Sun"}}
    tape.again(made, at=0.5, took=2, body=body, answer=prediction("pre_b", "waiting"))


@case("create-prediction.keeps-key", "held")
def an_invalid_request_keeps_its_key(tape: Recorder) -> None:
    """The key of an invalid request makes a prediction."""
    tape.call("createPrediction", status=422, body={"model": "haiku-3"}, key="k")
    tape.create(key="k")


@case("create-prediction.keeps-key", "violated")
def an_invalid_request_uses_up_its_key(tape: Recorder) -> None:
    """The key of an invalid request is taken."""
    tape.call("createPrediction", status=422, body={"model": "haiku-3"}, key="k")
    tape.create(key="k", status=422, answer={"code": "KEY_REUSED", "message": "No."})


# lists


@case("list-predictions.pages", "held")
def a_walk_finds_all(tape: Recorder) -> None:
    """A whole walk shows what was made before it."""
    one, two = tape.create(), tape.create()
    tape.page(as_it_is(two, "waiting"), leads_to="c")
    tape.page(as_it_is(one, "waiting"), after="c")


@case("list-predictions.pages", "violated")
def a_walk_shows_one_twice(tape: Recorder) -> None:
    """An item stands on two pages."""
    one = tape.create()
    tape.page(as_it_is(one, "waiting"), leads_to="c")
    tape.page(as_it_is(one, "waiting"), after="c")


@case("list-predictions.pages", "violated")
def a_walk_loses_one(tape: Recorder) -> None:
    """A whole walk does not show what was made before it."""
    one, _ = tape.create(), tape.create()
    tape.page(as_it_is(one, "waiting"))


@case("list-predictions.pages", "not_judged")
def what_is_made_meanwhile_may_be_missing(tape: Recorder) -> None:
    """What was made while the walk went on need not be on it."""
    tape.create(at=5, took=3)
    tape.page(at=6)


@case("list-predictions.pages", "not_judged")
def a_walk_that_is_not_whole_may_miss_some(tape: Recorder) -> None:
    """A walk that nobody followed to its end says nothing of what it lacks."""
    tape.create()
    tape.page(leads_to="c")


@case("list-predictions.limit", "held")
def a_page_is_small_enough(tape: Recorder) -> None:
    """As many items as asked for."""
    tape.page(prediction("pre_a", "waiting"), query=[("size", "1")])


@case("list-predictions.limit", "violated")
def a_page_is_too_long(tape: Recorder) -> None:
    """More items than asked for."""
    items = [prediction(f"pre_{n}", "waiting") for n in range(2)]
    tape.page(*items, query=[("size", "1")])


@case("list-predictions.order", "held")
def newest_first(tape: Recorder) -> None:
    """The documented order."""
    tape.page(prediction("pre_a", "waiting", created=2), prediction("pre_b", "waiting", created=1))


@case("list-predictions.order", "violated")
def oldest_first(tape: Recorder) -> None:
    """The other order."""
    tape.page(prediction("pre_a", "waiting", created=1), prediction("pre_b", "waiting", created=2))


@case("list-predictions.state", "held")
def the_filter_holds(tape: Recorder) -> None:
    """Only what the filter names."""
    tape.page(prediction("pre_a", "waiting"), query=[("state", "waiting")])


@case("list-predictions.state", "violated")
def the_filter_lets_through(tape: Recorder) -> None:
    """An item in another state."""
    tape.page(prediction("pre_a", "broken"), query=[("state", "waiting")])


@case("list-predictions.since", "held")
def the_bound_is_in_it(tape: Recorder) -> None:
    """An item at the bound itself."""
    item = prediction("pre_a", "waiting", created=5)
    tape.page(item, query=[("since", item["created"])])


@case("list-predictions.since", "violated")
def the_bound_does_not_hold(tape: Recorder) -> None:
    """An item that is older than the bound."""
    bound = prediction("pre_a", "waiting", created=5)["created"]
    tape.page(prediction("pre_b", "waiting", created=4), query=[("since", bound)])


# scopes


@case("cancel-prediction.scope", "held")
def a_key_without_the_scope_is_refused(tape: Recorder) -> None:
    """The documented refusal."""
    made = tape.create()
    tape.cancel(made, status=403, code="FORBIDDEN", credential="limited")


@case("cancel-prediction.scope", "violated")
def a_key_without_the_scope_is_heeded(tape: Recorder) -> None:
    """A success with a key that lacks the scope."""
    made = tape.create()
    tape.cancel(made, credential="limited")


@case("cancel-prediction.scope", "not_judged")
def the_limited_key_has_that_scope(tape: Recorder) -> None:
    """What the key may do is no occasion."""
    tape.expect = replace(tape.expect, limited=frozenset({"write"}))
    made = tape.create()
    tape.cancel(made, credential="limited")


# polls


@case("get-prediction.unchanged", "held")
def is_unchanged(tape: Recorder) -> None:
    """A 304 for what has not changed."""
    made = tape.create()
    tape.read(made, "running", headers={"etag": '"1"'})
    tape.read(made, status=304, sends={"if-none-match": '"1"'})


@case("get-prediction.unchanged", "violated")
def is_said_to_be_unchanged(tape: Recorder) -> None:
    """A 304 after somebody has seen the change."""
    made = tape.create()
    tape.read(made, "running", headers={"etag": '"1"'})
    tape.read(made, "succeeded", headers={"etag": '"2"'})
    tape.read(made, status=304, sends={"if-none-match": '"1"'})


@case("get-prediction.unchanged", "violated")
def is_sent_again(tape: Recorder) -> None:
    """The same validator, and the whole body again."""
    made = tape.create()
    tape.read(made, "running", headers={"etag": '"1"'})
    tape.read(made, "running", headers={"etag": '"1"'}, sends={"if-none-match": '"1"'})


@case("prediction.stays", "not_judged")
def a_late_read_explains_it(tape: Recorder) -> None:
    """Where reads lag, the read after may show the time before."""
    tape.expect = Expectations(render=60.0, read_lag=30.0)
    made = tape.create()
    tape.read(made, "succeeded")
    tape.read(made, "running")
