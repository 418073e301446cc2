"""What sending a call twice with one key does.

- A shorter window is breaking, a longer one an addition; so are one that is gone, and a new one.
- The scope is breaking either way. Narrower, calls that were one are two, and cost twice; wider,
  keys that were apart meet, and the second call is taken for a replay or a conflict.
- Another header, or another answer to a conflict, is breaking. An answer while the first call is in
  flight is breaking where it is new or other, and an addition where it is gone.
- What does not use up a key, and which bodies are equal: breaking where a call that was safe to
  repeat is no longer, an addition in the other direction.
- An operation that no longer heeds keys is breaking, one that newly does is an addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layers_contract.diff.extensions.pair import Pair, Spot, quoted, span
from layers_contract.diff.model import NOTHING, Change
from layers_contract.spec.contract import seconds

Json = Any
Raw = Mapping[str, Json]

_MORE_IS_EQUAL = {"invalid-request-keeps-key": True, "equal-bodies": "json"}
"""The value of each rule that makes more calls safe to repeat."""


def rule_for_keys(pair: Pair) -> Iterator[Change]:
    """How `x-idempotency` differs; it reaches the operations that heed keys."""
    for spot in pair.shaped("x-idempotency"):
        names = {n for atlas in (pair.old, pair.new) for n in _heeding(atlas.calls)}
        operations = pair.new.listed({pair.operation(name) for name in names})
        place = Spot(spot.at, spot.kind, spot.old, spot.new, operations)
        if spot.new is None:
            what = "Idempotency keys are no longer promised to work."
            todo = "Do not repeat a call that may have been carried out."
            yield place.change("breaking", "idempotency-removed", what, todo)
        elif spot.old is None:
            what = f"Calls may now be repeated safely, with a key in `{spot.new['header']}`."
            yield place.change("addition", "idempotency-added", what)
        else:
            yield from _differs(place, spot.old, spot.new)


def marks(pair: Pair) -> Iterator[Change]:
    """Which operations newly heed keys, and which no longer do."""
    for spot in pair.shaped("x-idempotent"):
        (name,) = spot.operations or ("",)
        if spot.new is None:
            what = f"{name} no longer heeds an idempotency key; a repeated call is a call more."
            todo = f"Do not repeat a call of {name} that may have been carried out."
            yield spot.change("breaking", "idempotent-removed", what, todo)
        elif spot.old is None:
            what = f"{name} now heeds an idempotency key."
            yield spot.change("addition", "idempotent-added", what)
        else:
            subject = f"That {name} heeds an idempotency key"
            yield from spot.trust(subject, spot.old["source"], spot.new["source"])


def _heeding(calls: Mapping[str, Json]) -> Iterator[str]:
    return (name for name, call in calls.items() if "x-idempotent" in call.value)


def _differs(spot: Spot, old: Raw, new: Raw) -> Iterator[Change]:
    if old["header"].lower() != new["header"].lower():
        what = f"The idempotency key is now sent in `{new['header']}`, not in `{old['header']}`."
        todo = f"Send it in `{new['header']}`."
        yield spot.change("breaking", "idempotency-header-changed", what, todo)
    yield from _window(spot, old.get("window"), new.get("window"))
    yield from _scope(spot, old["scope"], new["scope"])
    subject = "That a repeated call is answered like the first"
    yield from spot.trust(subject, old["replay"]["source"], new["replay"]["source"])
    yield from _answer(spot, "The same key with another body", old["conflict"], new["conflict"])
    yield from _in_flight(spot, old.get("in-flight"), new.get("in-flight"))
    for key in _MORE_IS_EQUAL:
        yield from _safety(spot, key, old.get(key), new.get(key))


def _window(spot: Spot, old: str | None, new: str | None) -> Iterator[Change]:
    if new is None:
        what = "How long a key is remembered is no longer promised."
        todo = "Repeat a call soon after the first, or look first whether it was done."
        if old is not None:
            yield spot.change("breaking", "idempotency-window-removed", what, todo)
        return
    if old is None:
        what = f"A key is now remembered for {span(new)}; before, no time was promised."
        yield spot.change("addition", "idempotency-window-added", what)
        return
    what = f"A key is now remembered for {span(new)}, not for {span(old)}."
    if seconds(new) < seconds(old):
        todo = f"Repeat a call within {span(new)} of the first, or look first whether it was done."
        yield spot.change("breaking", "idempotency-window-shorter", what, todo)
    elif seconds(new) > seconds(old):
        todo = f"Do not use a key again within {span(new)}."
        yield spot.change("addition", "idempotency-window-longer", what, todo)


def _scope(spot: Spot, old: list[str], new: list[str]) -> Iterator[Change]:
    if fresh := [part for part in new if part not in old]:
        what = f"One key now names two calls where they differ in {quoted(fresh)}."
        todo = f"Repeat a call with the very same {quoted(fresh)}, or it is done twice."
        yield spot.change("breaking", "idempotency-scope-narrower", what, todo)
    if gone := [part for part in old if part not in new]:
        what = f"One key now names one call, also where {quoted(gone)} differs."
        todo = "Make a key of its own for each call."
        yield spot.change("breaking", "idempotency-scope-wider", what, todo)


def _answer(spot: Spot, subject: str, old: Raw, new: Raw) -> Iterator[Change]:
    before, now = (_said(each) for each in (old, new))
    if before != now:
        what = f"{subject} is now answered with {now}, not with {before}."
        yield spot.change("breaking", "idempotency-answer-changed", what, f"Expect {now}.")
    yield from spot.trust(f"How {_lower(subject)} is answered", old["source"], new["source"])


def _in_flight(spot: Spot, old: Raw | None, new: Raw | None) -> Iterator[Change]:
    subject = "A repeated call while the first is in flight"
    if old and new:
        yield from _answer(spot, subject, old, new)
    elif new:
        what = f"{subject} may now be answered with {_said(new)}."
        todo = f"Expect {_said(new)}, and repeat the call later."
        yield spot.change("breaking", "idempotency-in-flight-added", what, todo)
    elif old:
        what = f"{subject} is no longer answered with {_said(old)}, but as a replay."
        yield spot.change("addition", "idempotency-in-flight-removed", what)


def _safety(spot: Spot, key: str, old: Raw | None, new: Raw | None) -> Iterator[Change]:
    told = new or old
    if told is None:
        return
    subject = _RULES[key, told["value"]]
    if new is None:
        what = f"{subject}: this is no longer promised."
        yield spot.change("breaking", f"{key}-removed", what, "Do not rely on it.")
    elif old is None or old["value"] != new["value"]:
        better = new["value"] == _MORE_IS_EQUAL[key]
        what = f"From now on, {_lower(subject)}."
        todo = NOTHING if better else _ADVICE[key]
        yield spot.change("addition" if better else "breaking", f"{key}-changed", what, todo)
    else:
        yield from spot.trust(f"That {_lower(subject)}", old["source"], new["source"])


_RULES = {
    ("invalid-request-keeps-key", True): "A request that failed validation leaves its key free",
    ("invalid-request-keeps-key", False): "A request that failed validation uses up its key",
    ("equal-bodies", "json"): "Bodies with equal JSON values are the same body",
    ("equal-bodies", "bytes"): "Only bodies of equal bytes are the same body",
}
_ADVICE = {
    "invalid-request-keeps-key": "Make a new key once a request was refused as invalid.",
    "equal-bodies": "Repeat a call with the very same bytes.",
}


def _said(answer: Raw) -> str:
    return " ".join(str(answer[key]) for key in ("status", "code") if key in answer)


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
