"""Faults of the generic mock: each breaks one kind of rule, for any resource of any document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from layers_contract.mock.errors import MockError
from layers_contract.mock.generic.engine import Engine
from layers_contract.spec.contract import Contract, Lifecycle
from layers_contract.spec.document import Operation
from layers_contract.spec.rules import Kind, Rule

__all__ = ["MAKERS", "Fits", "Maker", "breaks", "cycle_of", "makers", "operation_of"]

Fits = Callable[[Contract, Rule], bool]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the behaviour that breaks a rule of one kind, in one way.

    `rules` are the ids that it is for, of the kind `everywhere`; none means all. `fits` says
    whether a document's rule can be broken so. `needs` are options of the mock.
    """

    kind: Kind
    slug: str
    sentence: str
    make: Callable[[Rule], type[Engine]]
    rules: frozenset[str] = frozenset()
    fits: Fits = lambda contract, rule: True  # noqa: ARG005 - as `Fits` has it
    needs: Mapping[str, Any] = field(default_factory=dict)


MAKERS: Final[list[Maker]] = []


def breaks(
    kind: Kind, slug: str, sentence: str, *, only: str = "", fits: Fits | None = None, **needs: Any
) -> Callable[[Callable[[Rule], type[Engine]]], Callable[[Rule], type[Engine]]]:
    """Enter a maker of behaviours; *sentence* may name the `{what}` that its rule speaks of."""

    def enter(make: Callable[[Rule], type[Engine]]) -> Callable[[Rule], type[Engine]]:
        rules = frozenset([only] if only else ())
        maker = Maker(kind, slug, sentence, make, rules, needs=needs)
        if fits is not None:
            maker = Maker(kind, slug, sentence, make, rules, fits, needs)
        MAKERS.append(maker)
        return make

    return enter


def makers(rule: Rule, contract: Contract) -> Iterator[Maker]:
    """What can break *rule*."""
    for each in MAKERS:
        meant = each.kind == rule.kind and (not each.rules or rule.id in each.rules)
        if meant and each.fits(contract, rule):
            yield each


def cycle_of(rule: Rule) -> Lifecycle:
    """The lifecycle that *rule* speaks of."""
    if rule.lifecycle is None:
        raise MockError(f"{rule.id} speaks of no lifecycle")
    return rule.lifecycle


def operation_of(rule: Rule) -> Operation:
    """The operation that *rule* speaks of."""
    if rule.operation is None:
        raise MockError(f"{rule.id} speaks of no operation")
    return rule.operation
