"""A rejection, with its reason and its new render."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.judge.facts import Facts, Started, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken, invariant
from layers_contract.judge.invariants._starts import job_is_new
from layers_contract.spec.document import pointer


@invariant(
    "reject.reason", needs="a rejection that was taken", reads=("request/reason", "decision/reason")
)
def reason(facts: Facts) -> Iterator[Occasion]:
    """The reason in the answer is the one that was given."""
    for name, starts in facts.contract.starts.items():
        for exchange in facts.answers[name] if starts.when else ():
            given = pointer(exchange.request_json, "/reason")
            shown = pointer(exchange.json, "/reason") if exchange.succeeded else None
            if isinstance(given, str) and isinstance(shown, str):
                message = f"{name} was given a reason of {len(given)} characters, shows another"
                same = given.split() == shown.split()
                yield HELD if same else broken(message, exchange)


@invariant("reject.regenerate", needs="a rejection with a new render")
def reject_regenerates(facts: Facts) -> Iterator[Occasion]:
    """The answer to a rejection with a new render carries a job of its own."""
    for name, starts in facts.contract.starts.items():
        for exchange in facts.answers[name] if starts.when else ():
            asked = starts.asked(exchange.request_json)
            if exchange.status not in facts.contract.operations[name].success or not asked:
                continue
            started = _started_by(facts).get(exchange.number)
            if started is None:
                message = f"{name} with a new render answered without its job"
                yield broken(message, exchange, source="assumed")
            else:
                yield job_is_new(facts, started)


@indexed
def _started_by(facts: Facts) -> dict[int, Started]:
    """What each exchange started, by its number."""
    return {started.exchange.number: started for started in facts.starts}
