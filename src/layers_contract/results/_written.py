"""A comparison as text, Markdown, JSON or annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from layers_contract.report import annotation, clean, markdown
from layers_contract.results._compare import KINDS, Change, Comparison
from layers_contract.results._read import Result

__all__ = ["FORMATS", "written"]

_LONGEST: Final = 400
_MOST_REQUESTS: Final = 8
_LONGEST_SCRIPT: Final = 6_000
_MOST_IN_FULL: Final = 20
_BRIEFLY: Final = ("mended", "newly_judged", "newly_known")
_WORDS: Final = {"not_judged": "not judged"}


def written(comparison: Comparison, form: str) -> str:
    """A comparison in one of the FORMATS."""
    return FORMATS[form](comparison)


def _counted(comparison: Comparison) -> str:
    parts = [f"{words.lower()} {len(comparison.of(kind))}" for kind, words in KINDS.items()]
    return " · ".join([*parts, f"the same {comparison.same}"])


def _side(result: Result) -> str:
    parts = (result.target, result.date, f"document {result.document}", f"seed {result.seed}")
    return clean(" · ".join(part for part in parts if part), _LONGEST)


def _verdicts(change: Change) -> str:
    sides = (change.before, change.after)
    was, now = (each.verdict if each else "not in the result" for each in sides)
    return f"{_WORDS.get(was, was)} → {_WORDS.get(now, now)}"


def _why(change: Change) -> str:
    """What a reader wants to know first of a change."""
    if change.kind == "no_longer_judged":
        reason = change.after.reason if change.after else "the newer result does not have it"
        return clean(reason, _LONGEST)
    return clean(change.proof.message, _LONGEST)


def _text(comparison: Comparison) -> str:
    lines = [f"from  {_side(comparison.before)}", f"to    {_side(comparison.after)}"]
    for kind, words in KINDS.items():
        changes = comparison.of(kind)
        if changes:
            lines += ["", f"{words}: {len(changes)}"]
        for change in changes:
            lines += _text_of(change)
    return "\n".join([*lines, "", _counted(comparison)]) + "\n"


def _text_of(change: Change) -> Iterator[str]:
    yield f"  {change.promise.id}  ({_verdicts(change)}, {change.promise.source})"
    if change.kind not in _BRIEFLY:
        yield f"    {clean(change.promise.statement, _LONGEST)}"
    if _why(change):
        yield f"    {_why(change)}"
    if change.kind in ("newly_violated", "other_cause"):
        yield from (f"    new: {clean(each, _LONGEST)}" for each in change.causes)
        requests = change.proof.requests[:_MOST_REQUESTS]
        yield from (f"      {clean(each, _LONGEST)}" for each in requests)


def _markdown(comparison: Comparison) -> str:
    worst = len(comparison.of("newly_violated"))
    head = f"{worst} newly violated" if worst else "nothing newly violated"
    parts = [
        f"### Contract: {head}",
        f"{markdown(_side(comparison.before))}<br>→ {markdown(_side(comparison.after))}",
        markdown(_counted(comparison)),
    ]
    for kind, words in KINDS.items():
        changes = comparison.of(kind)
        if changes:
            parts.append(f"**{words}: {len(changes)}**")
            parts.append("\n".join(_item(change) for change in changes))
    full = [e for e in comparison.changes if e.kind in ("newly_violated", "other_cause")]
    parts += [_proof(change) for change in full[:_MOST_IN_FULL]]
    return "\n\n".join(parts) + "\n"


def _item(change: Change) -> str:
    why = f": {markdown(_why(change))}" if _why(change) else ""
    return f"- **{markdown(change.promise.id)}** ({markdown(_verdicts(change))}){why}"


def _proof(change: Change) -> str:
    proof = change.proof
    requests = "\n".join(f"- {markdown(each)}" for each in proof.requests[:_MOST_REQUESTS])
    lines = [
        f"<details><summary>Evidence: {markdown(change.promise.id)}</summary>",
        markdown(change.promise.statement),
        "\n".join(f"- new: {markdown(each)}" for each in change.causes),
        requests,
        _fenced(proof.curl),
        "</details>",
    ]
    return "\n\n".join(line for line in lines if line)


def _fenced(code: str) -> str:
    """A script as a block that nothing in it can end."""
    if not code or len(code) > _LONGEST_SCRIPT:
        return ""
    text = clean(code, keep="\n").rstrip("\n")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or ["``"]))
    return f"{fence}sh\n{text}\n{fence}"


def _json(comparison: Comparison) -> str:
    value: dict[str, Any] = {
        "from": _json_side(comparison.before),
        "to": _json_side(comparison.after),
        **{kind: [_json_of(each) for each in comparison.of(kind)] for kind in KINDS},
        "same": comparison.same,
    }
    return json.dumps(value, indent=1) + "\n"


def _json_side(result: Result) -> dict[str, Any]:
    return {
        "file": result.name,
        "target": result.target,
        "date": result.date or None,
        "document": result.document,
        "profile": result.profile,
        "seed": result.seed,
        "verdict": result.verdict,
    }


def _json_of(change: Change) -> dict[str, Any]:
    proof = change.proof
    return {
        "id": change.promise.id,
        "statement": change.promise.statement,
        "source": change.promise.source,
        "from": change.before.verdict if change.before else None,
        "to": change.after.verdict if change.after else None,
        "reason": (change.after.reason or None) if change.after else None,
        "causes": list(change.causes),
        "evidence": {
            "message": proof.message,
            "requests": list(proof.requests),
            "curl": proof.curl,
        }
        if proof.message
        else None,
    }


def _github(comparison: Comparison) -> str:
    kinds = {"newly_violated": "error", "other_cause": "error", "no_longer_judged": "warning"}
    lines = [
        annotation(
            kind, f"{KINDS[name]}: {change.promise.id}", [change.promise.statement, _why(change)]
        )
        for name, kind in kinds.items()
        for change in comparison.of(name)
    ]
    counted = annotation("notice", "compared", [_counted(comparison)])
    return "\n".join([*lines, counted]) + "\n"


FORMATS: Final[dict[str, Callable[[Comparison], str]]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
    "github": _github,
}
