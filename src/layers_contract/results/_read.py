"""A result as it stands in a file: what this package reads of it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from layers_contract.judge.fingerprint import cause_of_text

__all__ = ["Cause", "Promise", "Result", "ResultError", "read"]

TOOL: Final = "layers-contract"
VERDICTS: Final = ("held", "violated", "not_judged")
RUNS: Final = ("held", "violated", "unjudged")


class ResultError(ValueError):
    """The file is no result of a run; one line says what it is."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which a promise was broken, and how often; `known` where a baseline accepts it."""

    cause: str
    times: int
    known: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """The verdict on one promise: `held`, `violated`, `known` or `not_judged`.

    `message` and `requests` are of the quickest proof.
    """

    id: str
    statement: str
    source: str
    verdict: str
    occasions: int = 0
    reason: str = ""
    causes: tuple[Cause, ...] = ()
    message: str = ""
    requests: tuple[str, ...] = ()
    curl: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A run, by the file *name*; `date` is empty in a result of an older version."""

    name: str
    target: str
    document: str
    verdict: str
    date: str
    profile: str
    seed: int
    requests: int
    renders: int
    seconds: float
    promises: Mapping[str, Promise] = field(default_factory=dict)


def read(path: Path) -> Result:
    """The result in a file.

    Raises:
        ResultError: It cannot be read, or `check --json` did not write it.
    """
    try:
        raw = json.loads(path.read_bytes())
    except OSError as error:
        raise ResultError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{path}: not JSON; a result is what check --json writes") from error
    if not isinstance(raw, dict) or raw.get("tool") != TOOL or "invariants" not in raw:
        raise ResultError(f"{path}: no result of a run; a result is what check --json writes")
    try:
        return _result(raw, str(path))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultError(f"{path}: a result with a part that is missing or wrong: {error}") from (
            error
        )


def _result(raw: Mapping[str, Any], name: str) -> Result:
    promises = [_promise(each) for each in raw["invariants"]]
    return Result(
        name=name,
        target=str(raw["target"]),
        document=str(raw["version"]),
        verdict=_one_of(raw["verdict"], RUNS),
        date=str(raw.get("date") or ""),
        profile=str(raw["profile"]),
        seed=int(raw["seed"]),
        requests=int(raw["requests"]),
        renders=int(raw.get("generations", 0)),
        seconds=float(raw["seconds"]),
        promises={each.id: each for each in promises},
    )


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"a verdict {value!r}")
    return str(value)


def _promise(raw: Mapping[str, Any]) -> Promise:
    proof: Mapping[str, Any] = next(iter(raw.get("evidence") or ()), {})
    verdict = _one_of(raw["verdict"], VERDICTS)
    return Promise(
        id=str(raw["id"]),
        statement=str(raw["statement"]),
        source=str(raw["source"]),
        verdict="known" if verdict == "violated" and raw.get("known") else verdict,
        occasions=int(raw["occasions"]),
        reason=str(raw.get("reason") or ""),
        causes=tuple(_causes(raw)) if verdict == "violated" else (),
        message=str(proof.get("message", "")),
        requests=tuple(_line(each) for each in proof.get("exchanges", ())),
        curl=str(proof.get("curl", "")),
    )


def _causes(raw: Mapping[str, Any]) -> Iterator[Cause]:
    """The causes that a result names; those of its evidence, where it is too old to."""
    if "causes" in raw:
        for each in raw["causes"]:
            yield Cause(str(each["cause"]), int(each["violations"]), bool(each.get("known")))
        return
    found: dict[str, int] = {}
    for each in raw.get("evidence", ()):
        proof = each.get("exchanges", ())
        statuses = {e["status"] for e in proof if isinstance(e.get("status"), int)}
        ids = {str(value) for e in proof for value in (e.get("path_params") or {}).values()}
        cause = cause_of_text(str(each["message"]), statuses, ids)
        found[cause] = found.get(cause, 0) + 1
    for cause, times in found.items():
        yield Cause(cause, times)


def _line(exchange: Mapping[str, Any]) -> str:
    """A request and how it was answered, in one line."""
    answered = exchange.get("status")
    shown = "no answer" if answered is None else str(answered)
    return f"{exchange.get('method', '?')} {exchange.get('path', '?')} → {shown}"
