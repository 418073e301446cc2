"""What the check of a rule is: a pure function over facts and one rule that names its occasions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._base import Occasion
from layers_contract.spec.contract import Lifecycle
from layers_contract.spec.document import Operation
from layers_contract.spec.rules import Kind, Rule

__all__ = ["ENTERED", "Check", "RuleCheck", "cycle_of", "operation_of", "rule_check"]

Check = Callable[[Facts, Rule], Iterable[Occasion]]


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """The function that judges all rules of a kind; `needs` says what a history must hold."""

    kind: Kind
    needs: str
    check: Check


ENTERED: dict[Kind, RuleCheck] = {}


def rule_check(kind: Kind, needs: str) -> Callable[[Check], Check]:
    """Enter a check for the rules of a kind. In *needs*, `{what}` is what a rule speaks of."""

    def enter(check: Check) -> Check:
        if kind in ENTERED:
            message = f"two checks for {kind}"
            raise ValueError(message)
        ENTERED[kind] = RuleCheck(kind, needs, check)
        return check

    return enter


def cycle_of(rule: Rule) -> Lifecycle:
    """The lifecycle that *rule* speaks of."""
    if rule.lifecycle is None:
        message = f"{rule.id} is no rule of a lifecycle"
        raise TypeError(message)
    return rule.lifecycle


def operation_of(rule: Rule) -> Operation:
    """The operation that *rule* speaks of."""
    if rule.operation is None:
        message = f"{rule.id} is no rule of an operation"
        raise TypeError(message)
    return rule.operation
