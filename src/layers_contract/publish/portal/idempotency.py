"""The rule for repeated calls: what happens when, and as what, for pictures and words alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layers_contract.codegen.client.keys import EQUAL, KEEPS, SCOPES
from layers_contract.publish.portal.facts import started
from layers_contract.publish.portal.words import lasting, listed
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

__all__ = ["Moment", "Rule", "rule"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A call with a key, and what becomes of it. `body` is a letter; another letter, another body.

    `kind` is `starts`, `same` or `refused`; `lost` tells that an answer before did not arrive, and
    `after` that the key is forgotten by then.
    """

    title: str
    body: str
    answer: str
    note: str
    kind: str
    lost: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What the document says of repeated calls; `window` is empty where no time is promised."""

    header: str
    window: str
    scope: str
    conflict: str
    operations: tuple[str, ...]
    others: tuple[str, ...]
    started: str
    moments: tuple[Moment, ...]
    facts: tuple[tuple[str, str], ...]


def rule(document: Document) -> Rule | None:
    """The rule of *document*, if it has one."""
    raw = document.raw.get("x-idempotency")
    if not raw:
        return None
    marked = [name for name, each in document.operations.items() if "x-idempotent" in each.raw]
    contract = Contract(document)
    starts = contract.starts
    return Rule(
        header=raw["header"],
        window=lasting(raw["window"]) if "window" in raw else "",
        scope=listed([SCOPES[each] for each in raw["scope"]], "and"),
        conflict=f"{raw['conflict']['status']} {raw['conflict']['code']}",
        operations=tuple(marked),
        others=tuple(name for name in starts if name not in marked),
        started=started(contract),
        moments=tuple(_moments(raw, _accepted(document, marked))),
        facts=tuple(_facts(raw)),
    )


def _accepted(document: Document, marked: list[str]) -> str:
    """How the first call is answered: with the success of the marked operations."""
    found = (str(min(document.operations[name].success)) for name in marked)
    return next(found, "2xx")


def _moments(raw: Mapping[str, Any], accepted: str) -> Iterator[Moment]:
    """In the order of their time; the one after the window last."""
    same = f"same {accepted}"
    yield Moment("First call", "A", accepted, "starts one job", "starts")
    if busy := raw.get("in-flight"):
        said = " ".join(str(busy[each]) for each in ("status", "code") if each in busy)
        answer = f"{said} or {same}"
        yield Moment("While it is in flight", "A", answer, "starts nothing", "refused")
    yield Moment("Answer lost: send it again", "A", same, "starts nothing", "same", lost=True)
    yield Moment("Same key, same body", "A", same, "whatever has happened since", "same")
    conflict = raw["conflict"]
    yield Moment("Same key, other body", "B", str(conflict["status"]), conflict["code"], "refused")
    if "window" in raw:
        yield Moment(
            "Once the window is over", "A", accepted, "starts another job", "starts", after=True
        )


def _facts(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What else is said, with its source; each part may be absent."""
    keeps = raw.get("invalid-request-keeps-key")
    if keeps and keeps["value"]:
        yield KEEPS, keeps["source"]
    if equal := raw.get("equal-bodies"):
        yield EQUAL[equal["value"]], equal["source"]
