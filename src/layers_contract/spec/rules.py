"""The rules of a document: every statement of its extensions that a history can break, with an id.

What each rule says stands in `openapi/extensions.md`, section Rules. A promise in words may name
the rules that it states; a rule that no promise names is a promise of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final, Literal

from layers_contract.spec.contract import Contract, FieldRule, Lifecycle
from layers_contract.spec.document import Operation, Promise, to_pointer

__all__ = ["Kind", "Rule", "rules", "unnamed"]

Kind = Literal[
    "first",
    "steps",
    "stays",
    "ends",
    "caused",
    "effects",
    "refused",
    "allowed",
    "gate",
    "mirrors",
    "field",
    "replay",
    "conflict",
    "in-flight",
    "keeps-key",
    "pages",
    "limit",
    "order",
    "filter",
    "unchanged",
    "scope",
    "webhook",
    "everywhere",
]

EVERYWHERE: Final[Mapping[str, str]] = {
    "schema.status": "Every operation succeeds with a status that is documented for it.",
    "schema.content-type": "Every response with a body has the documented media type.",
    "schema.body": "Every successful response fits the schema documented for its status.",
    "schema.headers": "Headers that the document calls required are there and fit their schema.",
    "schema.rejects-invalid": "A request that breaks a documented constraint is refused.",
    "errors.shape": "Every error response is the documented error object.",
    "errors.code": "The error code goes with the status that is documented for it.",
    "errors.no-server-error": "No request, however malformed, is answered with a server error.",
    "errors.not-found": "What does not exist is answered with 404.",
    "auth.required": "Every operation refuses a request without a valid key with 401.",
    "auth.tenancy": "What belongs to somebody else is answered like what does not exist, with 404.",
}
"""The promises that every OpenAPI document makes, by id."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `lifecycle`, `operation` or `webhook` is what it speaks of; none: every operation.

    `field` is set for a field rule, `parameter` for a list's filter.
    """

    id: str
    kind: Kind
    statement: str
    source: str
    at: str
    lifecycle: Lifecycle | None = None
    operation: Operation | None = None
    field: FieldRule | None = None
    parameter: str | None = None
    webhook: str | None = None

    @property
    def promise(self) -> Promise:
        """The rule as a promise of its own."""
        return Promise(self.id, self.statement, self.source, self.at)


@lru_cache(maxsize=8)
def rules(contract: Contract) -> Mapping[str, Rule]:
    """Every rule of the document, by its id."""
    found = [
        *(rule for each in contract.lifecycles.values() for rule in _of_lifecycle(contract, each)),
        *(rule for each in contract.operations.values() for rule in _of_operation(contract, each)),
        *_of_webhooks(contract),
        *(Rule(name, "everywhere", said, "derived", "#") for name, said in EVERYWHERE.items()),
    ]
    return {rule.id: rule for rule in found}


def unnamed(contract: Contract) -> Mapping[str, Rule]:
    """The rules that no promise of the document states, by id: in the verdict under their own."""
    promises = contract.document.promises
    named = [pattern for each in promises.values() for pattern in each.rules]
    return {
        name: rule
        for name, rule in rules(contract).items()
        if name not in promises and not any(fnmatchcase(name, each) for each in named)
    }


def stated(contract: Contract, promise: Promise) -> list[Rule]:
    """The rules that *promise* states."""
    return [
        rule
        for name, rule in rules(contract).items()
        if any(fnmatchcase(name, pattern) for pattern in promise.rules)
    ]


def dashed(name: str) -> str:
    """A name as ids have it: `listPredictions` and `/lastError` in lower case with dashes."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "-", name)
    return words.strip("-").lower()


def _of_lifecycle(contract: Contract, cycle: Lifecycle) -> Iterator[Rule]:
    what = contract.type_of(cycle)
    at = "#" + to_pointer(("components", "schemas", cycle.schema, "x-lifecycles", cycle.name))

    def rule(name: Kind, statement: str, source: str = "derived") -> Rule:
        return Rule(f"{dashed(cycle.name)}.{name}", name, statement, source, at, lifecycle=cycle)

    causes = {o for each in cycle.transitions if each.origins for o in each.by}
    if cycle.initial:
        yield rule("first", f"A new {what} is {_either(cycle.initial)}.")
    yield rule("steps", f"The {cycle.field} of a {what} moves along its lifecycle and never back.")
    if cycle.endings:
        yield rule("stays", f"A {what} that has ended stays as it ended.")
        yield rule("ends", f"Every {what} ends.")
    if cycle.caused:
        yield rule(
            "caused",
            f"A {what} is {_either(sorted(cycle.caused))} only by what is named as its cause.",
        )
    if causes:
        yield rule("effects", f"What is accepted for a {what} is seen in its {cycle.field}.")
        yield rule("allowed", f"What the state of a {what} allows is accepted.")
    if cycle.refusals:
        yield rule("refused", f"What the state of a {what} does not allow is refused so.")
    if cycle.gate:
        yield rule("gate", f"The first {cycle.field} of a {what} is one that the setting leads to.")
    if cycle.mirror:
        yield rule("mirrors", f"The {cycle.field} of a {what} agrees with what it mirrors.")
    for each in cycle.fields:
        how = "empty" if each.empty else "filled"
        yield Rule(
            id=f"{dashed(cycle.name)}.{dashed(each.field)}-{how}",
            kind="field",
            statement=f"{each.field} is {how} in a {what} that is {_either(sorted(each.states))}.",
            source=each.source,
            at=at,
            lifecycle=cycle,
            field=each,
        )


def _of_operation(contract: Contract, operation: Operation) -> Iterator[Rule]:
    name, at = dashed(operation.id), "#" + to_pointer(operation.base)

    def rule(kind: Kind, statement: str, called: str = "", parameter: str | None = None) -> Rule:
        return Rule(
            id=f"{name}.{called or kind}",
            kind=kind,
            statement=statement,
            source=operation.source,
            at=at,
            operation=operation,
            parameter=parameter,
        )

    if operation.id in contract.idempotent:
        yield rule("replay", "The same key and body is answered as the first time.")
        yield rule("conflict", "The same key with another body is refused so.")
        yield rule("in-flight", "Calls with one key at one moment have one effect.")
        if contract.idempotency.keeps_key:
            yield rule("keeps-key", "A key that came with an invalid request can be used.")
    if page := contract.lists.get(operation.id):
        yield rule("pages", "A walk along the list shows each item once and loses none.")
        yield rule("limit", "A page holds no more items than asked for.")
        if page.order_by:
            way = "falls" if page.descending else "rises"
            yield rule("order", f"{page.order_by} {way} along the list.")
        for parameter in (*page.filters, *page.ranges):
            statement = f"Only what {parameter} lets through is listed."
            yield rule("filter", statement, dashed(parameter), parameter)
    if scopes := contract.scopes(operation):
        named = " or ".join(sorted(" and ".join(sorted(each)) for each in scopes))
        yield rule("scope", f"A key without {named} is refused with 403.")
    if operation.raw.get("x-polling", {}).get("validator"):
        yield rule("unchanged", "What has not changed is said to be unchanged, and only that.")


def _of_webhooks(contract: Contract) -> Iterator[Rule]:
    for name, at in contract.document.webhooks.items():
        yield Rule(
            id=f"{dashed(name)}.payload",
            kind="webhook",
            statement=f"What the webhook {name} sends fits its schema.",
            source=contract.document.source(at),
            at="#" + to_pointer(at[:2]),
            webhook=name,
        )


def _either(states: list[str] | tuple[str, ...]) -> str:
    return " or ".join(states)
