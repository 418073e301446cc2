"""A run as JSON, for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from layers_contract.history.exchanges import Exchange, to_record
from layers_contract.judge.causes import Cause
from layers_contract.judge.fingerprint import cause_of
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

from ._text import READ, because, counts, decode, heading, public, smallest
from .curl import script

__all__ = ["to_json"]

TOOL: Final = "layers-contract"


def to_json(outcome: Outcome) -> dict[str, Any]:
    """A run as plain JSON values; `version` is the contract's.

    An invariant's `evidence` holds its smallest violations, and `violations` counts all of them.
    A long answer stands there cut off, with its `body_size`; HAR has it whole.
    With `only_with_lag`, it is kept only if reads may show the past, as `[expect]` allows.
    `causes` are the violated invariants, each once, the worst first: a `root`, and those that it
    may explain. `date` is when the first request was sent.
    `required` are the invariants that fail the run where they are not judged, as the `missing` are.
    `known` invariants are violated, and only in ways that a baseline accepts: they fail nothing.
    Each invariant's own `causes` are the ways in which it is broken, the same text in every run.
    `infrastructure` counts what got no answer of the API; its times are in seconds since `date`.
    `assumed` is evidence of the same shape for what differs from an assumption only.
    """
    said = heading(outcome)
    return {
        "tool": TOOL,
        "version": outcome.contract.document.version,
        "target": outcome.target,
        "seed": outcome.seed,
        "profile": outcome.profile,
        "strict": outcome.strict,
        "interrupted": outcome.interrupted,
        "ended_early": outcome.ended_early,
        "verdict": outcome.verdict,
        "required": sorted(outcome.required),
        "missing": [each.promise.id for each in outcome.missing],
        "known": counts(outcome).known,
        "requests": len(outcome.history),
        "generations": outcome.generations,
        "seconds": round(outcome.seconds, 3),
        "notes": list(outcome.notes),
        "infrastructure": outcome.infrastructure.to_json(),
        "date": said["date"],
        "tool_version": said["tool"].split()[-1],
        "marker": outcome.marker,
        "causes": [_cause(each) for each in outcome.causes],
        "invariants": [_invariant(outcome, each) for each in outcome.judged],
        "coverage": outcome.coverage,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "root": cause.root.promise.id,
        "explains": [
            {"id": each.judged.promise.id, "because": because(cause, each)}
            for each in cause.followers
        ],
    }


def _invariant(outcome: Outcome, judged: Judged) -> dict[str, Any]:
    known = [each.violation for each in judged.known]
    return {
        "id": judged.promise.id,
        "group": judged.promise.group,
        "statement": judged.promise.statement,
        "source": judged.source,
        "required": judged.promise.id in outcome.required,
        "verdict": "violated" if judged.verdict == "known" else judged.verdict,
        "known": judged.verdict == "known",
        "occasions": judged.occasions,
        "reason": judged.reason,
        "only_with_lag": judged.lag,
        "violations": len(judged.violations) + len(judged.known),
        "causes": _causes(judged),
        "evidence": _evidence(outcome, judged, judged.violations or known),
        "differences": len(judged.differences),
        "assumed": _evidence(outcome, judged, judged.differences),
    }


def _causes(judged: Judged) -> list[dict[str, Any]]:
    """The ways in which a promise is broken; those that a baseline accepts say why."""
    fresh = Counter(map(cause_of, judged.violations))
    found: list[dict[str, Any]] = [
        {"cause": cause, "violations": number, "known": None} for cause, number in fresh.items()
    ]
    often = Counter(each.cause for each in judged.known)
    for known in {each.cause: each for each in judged.known}.values():
        accepted = {
            "reason": known.reason,
            "owner": known.owner,
            "expires": known.expires.isoformat(),
        }
        found.append({"cause": known.cause, "violations": often[known.cause], "known": accepted})
    return found


def _evidence(
    outcome: Outcome, judged: Judged, violations: Sequence[Violation]
) -> list[dict[str, Any]]:
    return [
        {
            "message": violation.message,
            "source": violation.source or judged.promise.source,
            "exchanges": [_exchange(outcome, each) for each in violation.exchanges],
            "curl": script(outcome, violation),
        }
        for violation in smallest(violations)
    ]


def _exchange(outcome: Outcome, exchange: Exchange) -> dict[str, Any]:
    record = to_record(exchange)
    for name in ("request_headers", "headers"):
        record[name] = public(record[name], outcome.secret_header)
    if len(exchange.body) > READ:
        record |= {"body": decode(exchange.body[:READ]), "body_size": len(exchange.body)}
    return record
