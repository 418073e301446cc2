"""What webhooks have sent, as somebody who received it has recorded it."""

from __future__ import annotations

from collections.abc import Iterator

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.facts import Facts, indexed
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants.derived._base import rule_check
from layers_contract.spec.rules import Rule


@rule_check("webhook", needs="what {what} has sent (judge --webhooks)")
def webhook(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A payload fits the schema of its webhook: of several, that which it fits best."""
    name = rule.webhook or ""
    for exchange in _by_webhook(facts).get(name, ()):
        problems = facts.contract.document.problems(
            facts.contract.document.webhooks[name], exchange.request_json
        )
        for first in problems[:1]:
            message = f"webhook {name}: {first.at or 'the body'}: {first.message}"
            yield broken(message, exchange, source=first.source)
        if not problems:
            yield HELD


@indexed
def _by_webhook(facts: Facts) -> dict[str, list[Exchange]]:
    """What was received, by the webhook whose schema it breaks in the fewest places."""
    document, found = facts.contract.document, dict[str, list[Exchange]]()
    for exchange in facts.history:
        value = exchange.request_json
        if not exchange.webhook or value is NOT_JSON or not document.webhooks:
            continue
        misfits = {n: len(document.problems(at, value)) for n, at in document.webhooks.items()}
        found.setdefault(min(misfits, key=lambda name: misfits[name]), []).append(exchange)
    return found
