"""Whether a server takes what the document allows: the run's own valid calls, by operation.

A run of which one operation refuses everything has judged nothing of it, and may not look green.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Operation, pointer

__all__ = ["error_of", "refusal", "unaccepted"]

FEWEST: Final = 3
"""Valid calls of an operation that must all have been refused."""
ELSEWHERE: Final = frozenset({408, 409, 413, 423, 425, 429})
"""Refusals for a state, for a size, or for the pace: none that a valid call cannot have."""
LINE: Final = 120
"""Characters of what a server says that are shown."""


def unaccepted(
    contract: Contract,
    calls: Iterable[Exchange],
    *,
    known: Collection[str] = (),
    spared: Collection[str] = (),
) -> dict[str, str]:
    """The operations that have refused every valid call of the own key: how often, and with what.

    *known* are ids that certainly exist. A call that names one of the *spared* counts for nothing:
    that may be gone, or never have been there.
    """
    by_operation: dict[str, list[Exchange]] = {}
    ordered = sorted((e for e in calls if e.credential == "own"), key=lambda e: e.sent)
    for each in ordered:
        if each.operation in contract.operations:
            by_operation.setdefault(each.operation or "", []).append(each)
    found = {}
    for name, group in by_operation.items():
        if any(each.succeeded for each in group) or not any(each.refused for each in group):
            continue
        valid = [e for e in group if _is_valid(contract, e) and not _names(e, spared)]
        valid = list(_first_of_each_key(contract, valid))
        shown = {*known, *_shown(ordered)} if any(e.path_params for e in valid) else set(known)
        valid = [e for e in valid if shown.issuperset(e.path_params.values())]
        refused = [e for e in valid if e.refused and not _is_expected(contract, e)]
        if len(refused) >= FEWEST and all(e.refused for e in valid if e.answered):
            usual = Counter(each.status for each in refused).most_common(1)[0][0]
            alike = [each for each in refused if each.status == usual]
            found[name] = (
                f"{len(alike)} of {len(valid)} {name} calls were {refusal(contract, alike)}"
            )
    return found


def refusal(contract: Contract, alike: Sequence[Exchange]) -> str:
    """How calls were refused that had one status, in words."""
    said = next((found for e in alike if any(found := error_of(contract, e.json))), ("", ""))
    code, message = said
    status = f"{alike[0].status} {code}".rstrip()
    verb = "refused with" if alike[0].refused else "answered"
    return f"{verb} {status}: {message}" if message else f"{verb} {status}"


def error_of(contract: Contract, body: Any) -> tuple[str, str]:
    """The code and the message of an error; nothing in place of what it does not have."""
    for at in contract.error_code_places:
        holder = pointer(body, at.rpartition("/")[0])
        if isinstance(holder, dict):
            return _line(holder.get("code")), _line(holder.get("message"))
    return "", ""


def _line(text: Any) -> str:
    """What a server has said, in one line of a length that people read."""
    line = "".join(c if c.isprintable() else " " for c in text) if isinstance(text, str) else ""
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _is_valid(contract: Contract, exchange: Exchange) -> bool:
    """Whether the document allows the request, as far as its body tells; a query may be wrong."""
    operation = contract.operations[exchange.operation or ""]
    if exchange.query:
        return False
    if not exchange.request_body:
        return not operation.body_required
    if operation.body is None or exchange.request_json is NOT_JSON:
        return False
    return not contract.document.problems(_base(operation), exchange.request_json)


def _base(operation: Operation) -> tuple[str | int, ...]:
    return operation.body_base


def _names(exchange: Exchange, spared: Collection[str]) -> bool:
    text = exchange.request_body.decode(errors="replace")
    sent = {*exchange.path_params.values()}
    return any(each in sent or json.dumps(each) in text for each in spared)


def _first_of_each_key(contract: Contract, calls: Iterable[Exchange]) -> Iterator[Exchange]:
    """The calls without those that use a key again: they may be refused for that."""
    seen = set()
    for each in calls:
        key = each.request_headers.get(contract.key_header)
        if key is None or key not in seen:
            yield each
        seen.add(key)


def _is_expected(contract: Contract, exchange: Exchange) -> bool:
    """Whether the document knows such a refusal for a state, or it is one for the pace."""
    if exchange.status in ELSEWHERE:
        return True
    code = error_of(contract, exchange.json)[0]
    return any(
        refused.operation == exchange.operation
        and refused.status == exchange.status
        and code in ("", refused.code)
        for cycle in contract.lifecycles.values()
        for refused in cycle.refusals
    )


def _shown(calls: Iterable[Exchange]) -> Iterator[str]:
    """Each text in what was answered with success: what has been shown is there."""
    for each in calls:
        if each.succeeded:
            yield from _texts(each.json)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
