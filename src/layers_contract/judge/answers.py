"""What the responses say of a run itself: whether its calls got anywhere at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.acceptance import refusal
from layers_contract.judge.likeness import speaks
from layers_contract.judge.verdicts import Judged
from layers_contract.spec.contract import Contract

__all__ = ["no_start", "no_success", "refusals", "withheld"]

FEWEST: Final = 3
"""Calls of an operation that must all have been refused to be worth a note."""
KEYLESS: Final = frozenset({"none", "invalid", "swapped", "longer", "shorter", "empty"})
MISSED: Final = frozenset({401, 403, 404, 405, 429})
"""Statuses that do not show that a request has got to the operation that it names."""
NOWHERE: Final = frozenset({404, 405})
STATE: Final = 409


def no_success(
    contract: Contract, history: Iterable[Exchange], judged: Sequence[Judged]
) -> tuple[str | None, Sequence[Judged]]:
    """Why nothing can be green, if no call with a known key has succeeded, and what is left.

    Where no request has even got to the API, nothing is left: it may be another server.
    """
    calls = [each for each in history if each.operation and each.credential not in KEYLESS]
    if not calls or any(each.succeeded for each in calls):
        return None, judged
    reason = _why(contract, calls)
    return reason, judged if _reached(contract, calls) else withheld(judged, reason)


def withheld(judged: Iterable[Judged], reason: str) -> list[Judged]:
    """*judged* without any verdict, for that *reason*."""
    return [replace(each, verdict="not_judged", violations=(), reason=reason) for each in judged]


def _reached(contract: Contract, calls: Iterable[Exchange]) -> bool:
    """Whether this API has got a request, though it has not done what was asked."""
    return any(speaks(contract, e) and e.status not in MISSED for e in calls)


def _why(contract: Contract, calls: Sequence[Exchange]) -> str:
    found = Counter(_answer(each) for each in calls).most_common()
    if len(found) == 1:
        answered = calls[0].answered
        said = f"every call was answered {found[0][0]}" if answered else "no call was answered"
    else:
        said = "no call succeeded: " + ", ".join(f"{what} ({n}×)" for what, n in found[:4])
    statuses = {each.status for each in calls}
    if statuses <= NOWHERE:
        return f"{said}: is the url right? the document's paths begin with {contract.beginning}/"
    return f"{said}: look at the key, the url and the entries of the target file"


def _answer(exchange: Exchange) -> str:
    if exchange.status is None:
        return "nothing"
    return str(exchange.status)


def refusals(contract: Contract, calls: Iterable[Exchange]) -> dict[str, str]:
    """The operations of which no call of the own key has succeeded; how they were refused.

    Few calls say little, and a refusal for the state of what was asked for (409) is usual.
    """
    by_operation: dict[str, list[Exchange]] = {}
    for each in calls:
        name = each.operation or ""
        if name in contract.operations and each.credential == "own" and each.answered:
            by_operation.setdefault(name, []).append(each)
    found = {}
    for name, group in by_operation.items():
        usual, count = Counter(each.status for each in group).most_common(1)[0]
        unlucky = not any(each.succeeded for each in group)
        if unlucky and count >= FEWEST and usual != STATE:
            alike = [each for each in group if each.status == usual]
            found[name] = f"{count} of {len(group)} {name} calls were {refusal(contract, alike)}"
    return found


def no_start(
    contract: Contract, calls: Iterable[Exchange], refused: Mapping[str, str]
) -> str | None:
    """Why a run that was to start renders is no verdict: none of its starts was accepted."""
    said = [line for name, line in refused.items() if name in contract.starts]
    own = (e for e in calls if e.operation in contract.starts and e.credential == "own")
    if not said or any(each.succeeded for each in own):
        return None
    return f"{said[0]} (to judge reads alone, set [allow] generate = false)"
