"""What a baseline accepts is taken out of a run's violations, and stays visible as known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from layers_contract.baseline._entries import Entry
from layers_contract.judge.fingerprint import cause_of
from layers_contract.judge.invariants import Violation
from layers_contract.judge.verdicts import Judged, Known

__all__ = ["apply"]


def apply(
    judged: Sequence[Judged], entries: Sequence[Entry], today: date, name: str
) -> tuple[list[Judged], list[str]]:
    """*judged* with what *entries* accept on *today* marked as known, and notes for people.

    The notes name entries of the file *name* that have expired and fail again, that were not seen
    although their promise was judged, and whose reason nobody has written yet.
    """
    seen: set[Entry] = set()
    found = [_marked(each, entries, today, seen) for each in judged]
    verdicts = {each.promise.id: each.verdict for each in judged}
    return found, [
        f"{name}:{entry.line}: {note}"
        for entry in entries
        for note in _notes(entry, verdicts.get(entry.promise), today, seen=entry in seen)
    ]


def _marked(judged: Judged, entries: Sequence[Entry], today: date, seen: set[Entry]) -> Judged:
    mine = [each for each in entries if each.promise == judged.promise.id]
    if not mine or not judged.violations:
        return judged
    fresh, known = list[Violation](), list[Known]()
    for violation in judged.violations:
        cause = cause_of(violation)
        covering = [each for each in mine if each.covers(each.promise, cause)]
        seen.update(covering)
        valid = [each for each in covering if each.expires >= today]
        if valid:
            best = max(valid, key=lambda each: (each.cause is not None, each.expires))
            known.append(Known(violation, cause, best.reason, best.owner, best.expires))
        else:
            fresh.append(violation)
    verdict = judged.verdict if fresh else "known"
    return replace(judged, verdict=verdict, violations=tuple(fresh), known=tuple(known))


def _notes(entry: Entry, verdict: str | None, today: date, *, seen: bool) -> Iterator[str]:
    if not seen and verdict in ("held", "violated"):
        yield f"{entry} was not seen any more; delete the entry if it is mended"
    elif not seen and verdict is not None:
        yield f"{entry} was not judged in this run"
    if seen and entry.expires < today:
        yield f"{entry} expired on {entry.expires}, and fails again; owner: {entry.owner}"
    if entry.unfinished:
        yield f"{entry}: write a reason and an owner"
