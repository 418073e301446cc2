"""Operations that a key needs a scope for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._base import HELD, Occasion, broken
from layers_contract.judge.invariants._requests import valid
from layers_contract.judge.invariants.derived._base import operation_of, rule_check
from layers_contract.spec.rules import Rule

LIMITED: Final = "limited"
"""The credential of a call with a key that lacks scopes."""
FORBIDDEN: Final = 403


@rule_check("scope", needs="a {what} with a key that lacks its scope (limited_api_key)")
def scope(facts: Facts, rule: Rule) -> Iterator[Occasion]:
    """A key without the scope is refused with 403; what is refused for another reason is not told.

    Not judged where the limited key has what the operation asks for.
    """
    operation = operation_of(rule)
    if any(each <= facts.expect.limited for each in facts.contract.scopes(operation)):
        return
    for exchange in facts.answers[operation.id]:
        if exchange.credential != LIMITED or not valid(facts, exchange):
            continue
        if exchange.status == FORBIDDEN:
            yield HELD
        elif exchange.succeeded:
            message = f"{operation.id} with a key that lacks its scope: {exchange.status}"
            yield broken(message, exchange)
