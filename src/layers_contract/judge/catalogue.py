"""What a verdict is about: every promise of a document, and every rule that none of them states.

A promise is judged by the check that has its id; without one, by the rules that it states. A rule
that no promise states is judged under its own id. What has no check stays in the catalogue, and is
not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants import CATALOGUE, RULE_CHECKS, Occasion, lack
from layers_contract.spec.contract import Contract, MissingPartError
from layers_contract.spec.document import Promise
from layers_contract.spec.rules import Rule, stated, unnamed

__all__ = ["Item", "catalogue", "misfits"]

NO_CHECK = "there is no check for it"
Check = Callable[[Facts], Iterable[Occasion]]


@dataclass(frozen=True, slots=True)
class Item:
    """A promise and what judges it.

    `checks` are tried in their order, until one has all that it reads of the document. `needs`
    says what a history must hold. `lack` says why there is none, or why its own is not used.
    """

    promise: Promise
    checks: tuple[Check, ...]
    needs: str
    lack: str | None = None

    def occasions(self, facts: Facts) -> Sequence[Occasion]:
        """Every occasion on which the promise could be broken.

        Raises:
            MissingPartError: The document lacks what the check reads.
        """
        for check in self.checks[:-1]:
            try:
                return list(check(facts))
            except MissingPartError:
                continue
        if not self.checks:
            raise MissingPartError(self.lack or NO_CHECK)
        return list(self.checks[-1](facts))


@lru_cache(maxsize=4)
def catalogue(contract: Contract) -> Mapping[str, Item]:
    """All that stands in a verdict, by id: what has a check of its own, what rules judge, the rest.

    Promises that nobody can observe are left out.
    """
    promised = {n: p for n, p in contract.document.promises.items() if not p.unobservable}
    items = {name: _item(contract, promise) for name, promise in promised.items()}
    items |= {
        name: _derived(contract, rule.promise, [rule]) for name, rule in unnamed(contract).items()
    }
    named = [name for name in CATALOGUE if name in items]
    return {name: items[name] for name in sorted(items, key=_place(items, named))}


def misfits(contract: Contract) -> Iterator[tuple[Promise, str]]:
    """The promises whose own check reads what the document does not have, and what that is."""
    for item in catalogue(contract).values():
        known = CATALOGUE.get(item.promise.id)
        if known and (said := lack(contract, known)):
            yield item.promise, said


def _place(items: Mapping[str, Item], named: Sequence[str]) -> Callable[[str], tuple[int, int]]:
    places = {name: (0, number) for number, name in enumerate(named)}
    for number, (name, item) in enumerate(items.items()):
        places.setdefault(name, (1 if item.checks else 2, number))
    return places.__getitem__


def _item(contract: Contract, promise: Promise) -> Item:
    derived = _derived(contract, promise, stated(contract, promise))
    known = CATALOGUE.get(promise.id)
    if known is None:
        return derived
    lacking = lack(contract, known)
    own = () if lacking else (known.check,)
    needs = derived.needs if lacking and derived.checks else known.needs
    return Item(promise, (*own, *derived.checks), needs, lacking)


def _derived(contract: Contract, promise: Promise, rules: Sequence[Rule]) -> Item:
    """A promise as *rules* judge it."""
    checks, needs = list[Check](), list[str]()
    for rule in rules:
        if (known := CATALOGUE.get(rule.id)) and rule.kind == "everywhere":
            checks.append(known.check)
            needs.append(known.needs)
        elif found := RULE_CHECKS.get(rule.kind):
            checks.append(_bound(found.check, rule))
            needs.append(found.needs.format(what=_what(contract, rule)))
    joined = (_all_of(checks),) if checks else ()
    return Item(promise, joined, ", or ".join(dict.fromkeys(needs)), None if checks else NO_CHECK)


def _bound(check: Callable[[Facts, Rule], Iterable[Occasion]], rule: Rule) -> Check:
    return lambda facts: check(facts, rule)


def _all_of(checks: Sequence[Check]) -> Check:
    return lambda facts: (each for check in checks for each in check(facts))


def _what(contract: Contract, rule: Rule) -> str:
    if rule.lifecycle is not None:
        return contract.type_of(rule.lifecycle)
    return rule.operation.id if rule.operation else rule.webhook or ""
