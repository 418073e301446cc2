"""From occasions to verdicts: three of them, and what an assumption may do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.helpers.histories import OPEN, Tape, contract

from layers_contract.history.exchanges import History
from layers_contract.judge import verdicts as module
from layers_contract.judge.catalogue import Item
from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants import HELD, Occasion, Violation
from layers_contract.judge.verdicts import Judged, judge, overall

SURE, GUESS = "lifecycle.order", "lifecycle.refused"
"""A promise of the seed, and one that is only assumed."""


def verdict(
    monkeypatch: pytest.MonkeyPatch,
    promise: str,
    *occasions: Occasion,
    strict: bool = False,
    reason: str | None = None,
) -> Judged:
    """What is made of *occasions*."""

    def check(_: Facts) -> Iterator[Occasion]:
        yield from occasions

    items = {promise: Item(contract().document.promises[promise], (check,), "a wonder")}
    monkeypatch.setattr(module, "catalogue", lambda _: items)
    [found] = judge(contract(), History(), strict=strict, only={promise}, why_not=lambda _: reason)
    return found


def broken(source: str | None = None) -> Violation:
    """A violation."""
    return Violation("it broke", (), source)


@pytest.mark.parametrize(
    ("promise", "occasions", "strict", "expected"),
    [
        (SURE, [], False, "not_judged"),
        (SURE, [HELD], False, "held"),
        (SURE, [HELD, broken()], False, "violated"),
        (SURE, [broken("assumed")], False, "not_judged"),
        (SURE, [broken("assumed")], True, "violated"),
        (SURE, [HELD, broken("assumed")], False, "held"),
        (GUESS, [HELD], False, "held"),
        (GUESS, [broken()], False, "not_judged"),
        (GUESS, [HELD, broken()], False, "not_judged"),
        (GUESS, [broken()], True, "violated"),
        (GUESS, [broken("linked")], False, "violated"),
    ],
)
def test_a_verdict_follows_from_its_occasions(
    monkeypatch: pytest.MonkeyPatch,
    promise: str,
    occasions: list[Occasion],
    strict: bool,
    expected: str,
) -> None:
    """One broken promise is enough; a broken assumption only where the run is strict."""
    found = verdict(monkeypatch, promise, *occasions, strict=strict)
    assert found.verdict == expected
    assert found.occasions == len(occasions)
    assert (found.reason is not None) is (expected == "not_judged")


def test_a_broken_assumption_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks an assumption alone is kept apart, told, and fails nothing."""
    found = verdict(monkeypatch, GUESS, HELD, broken())
    assert not found.violations
    assert [each.message for each in found.differences] == ["it broke"]
    assert found.reason == "the server does not keep it, and it is only assumed: it broke"


def test_violations_and_differences_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """One invariant may break a promise and an assumption."""
    found = verdict(monkeypatch, SURE, broken("linked"), broken("assumed"))
    assert [each.source for each in found.violations] == ["linked"]
    assert [each.source for each in found.differences] == ["assumed"]
    assert found.source == "linked"


def test_a_verdict_has_the_source_of_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a violation names no source, the promise's own holds."""
    assert verdict(monkeypatch, SURE, broken()).source == "seed"


@pytest.mark.parametrize(
    ("reason", "told"), [(None, "it needs a wonder"), ("no key was given", "no key was given")]
)
def test_what_was_not_judged_says_why(
    monkeypatch: pytest.MonkeyPatch, reason: str | None, told: str
) -> None:
    """The run's own reason is better than what the invariant needs."""
    assert verdict(monkeypatch, SURE, reason=reason).reason == told


def test_only_what_is_named_is_judged() -> None:
    """With `only` the other invariants are left out."""
    tape = Tape()
    tape.read(tape.generate())
    found = judge(contract(), tape.history, tape.expect, only={SURE, "schema.body"})
    assert {each.promise.id for each in found} == {SURE, "schema.body"}


def test_a_strict_run_fails_where_another_notes_a_difference() -> None:
    """A 409 that never came is a violation when strict, and a difference when not."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "generating")
    tape.regenerate(made)
    tape.poll(made)
    strict, mild = tape.verdicts()[GUESS], tape.verdicts(strict=False)[GUESS]
    assert (strict.verdict, mild.verdict) == ("violated", "not_judged")
    assert mild.differences == strict.violations


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "unjudged"),
        (["not_judged"], "unjudged"),
        (["not_judged", "held"], "held"),
        (["held", "violated", "not_judged"], "violated"),
    ],
)
def test_a_run_has_the_worst_verdict(verdicts: list[module.Verdict], expected: str) -> None:
    """One violation is enough, and what was not judged is never green by itself."""
    promise = contract().document.promises[SURE]
    assert overall(Judged(promise, each, 0) for each in verdicts) == expected


def test_judging_changes_nothing() -> None:
    """Two judgements of one history are equal."""
    tape = Tape()
    made = tape.generate(key="k")
    tape.again(made, status=200)
    tape.policy(OPEN, status=500, answer=b"")
    history = tape.history
    assert judge(contract(), history, tape.expect) == judge(contract(), history, tape.expect)


def test_a_race_that_went_on_for_long_is_a_difference() -> None:
    """How long a render may win against its cancel no page says: only a strict run minds."""
    tape = Tape()
    usual, made = tape.generate(), tape.generate()
    tape.cancel(made)
    tape.wait(20)
    tape.poll(usual, "completed")
    tape.poll(made)
    tape.poll(made, "completed")
    assert tape.verdicts(strict=False)["cancel.ends"].verdict == "not_judged"
    assert tape.verdicts(strict=False)["cancel.ends"].differences
