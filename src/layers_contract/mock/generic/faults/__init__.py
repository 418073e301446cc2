"""The faults of a document's generic mock: for each of its rules, every way to break it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers_contract.mock.generic.faults import everywhere, keys, lifecycles, lists
from layers_contract.mock.generic.faults._registry import Maker, makers
from layers_contract.spec.contract import Contract
from layers_contract.spec.rules import Rule, rules, stated, unnamed

__all__ = ["broken", "everywhere", "keys", "lifecycles", "lists"]


def broken(contract: Contract) -> Mapping[str, tuple[Rule, str, Maker]]:
    """Every fault by its name: the rule, the id under which that is judged, and what breaks it."""
    return {
        f"{rule.id}-{maker.slug}": (rule, judged, maker)
        for rule, judged in _judged(contract)
        for maker in makers(rule, contract)
    }


def _judged(contract: Contract) -> Iterator[tuple[Rule, str]]:
    """Every rule, and the id that a verdict has it under."""
    own = unnamed(contract)
    promises = contract.document.promises
    for name, rule in rules(contract).items():
        if name in own or (name in promises and not promises[name].unobservable):
            yield rule, name
        elif name not in promises:
            for promise in promises.values():
                if rule in stated(contract, promise) and not promise.unobservable:
                    yield rule, promise.id
                    break
