"""A run as SARIF 2.1.0: a rule for each promise, a result for each cause of a violated one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from layers_contract.judge.fingerprint import digest
from layers_contract.judge.outcome import Outcome
from layers_contract.spec.document import Promise

from ._findings import ELSEWHERE, Finding, Places, findings
from ._text import clean, heading, plural, source_words

__all__ = ["to_sarif"]

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LONGEST: Final = 1_000


def to_sarif(outcome: Outcome, places: Places) -> str:
    """The log as JSON. A known violation is a suppressed result; not judged is a notification."""
    rules = {each.promise.id: number for number, each in enumerate(outcome.judged)}
    said = heading(outcome)
    run = {
        "tool": {
            "driver": {
                "name": "layers-contract",
                "version": said["tool"].split()[-1],
                "rules": [_rule(each.promise, places) for each in outcome.judged],
            }
        },
        "automationDetails": {"id": "layers-contract/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome)],
        "results": [_result(each, rules[each.promise.id]) for each in findings(outcome, places)],
        "properties": {name: clean(value, _LONGEST) for name, value in said.items()},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(promise: Promise, places: Places) -> dict[str, Any]:
    file, line = places.get(promise.id, ELSEWHERE)
    return {
        "id": promise.id,
        "shortDescription": {"text": promise.statement},
        "help": {
            "text": f"{promise.statement}\n{source_words(promise.source)}; "
            f"written in {file}, line {line}, at {promise.at}."
        },
        "defaultConfiguration": {"level": _level(promise.source)},
        "properties": {"tags": [promise.group, promise.source]},
    }


def _level(source: str) -> str:
    return "warning" if source == "assumed" else "error"


def _result(found: Finding, rule: int) -> dict[str, Any]:
    message = f"{clean(found.violation.message, _LONGEST)} ({plural(found.times, 'time')})"
    result: dict[str, Any] = {
        "ruleId": found.promise.id,
        "ruleIndex": rule,
        "level": _level(found.source),
        "message": {"text": message},
        "locations": [_location(found.file, found.line)],
        "partialFingerprints": {"promiseAndCause/v1": digest(found.promise.id, found.cause)},
        "occurrenceCount": found.times,
        "properties": {"cause": found.cause, "source": found.source},
    }
    if found.known:
        why = f"{found.known.reason} (until {found.known.expires}, {found.known.owner})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _location(file: str, line: int) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": line}}
    return {"physicalLocation": place}


def _invocation(outcome: Outcome) -> dict[str, Any]:
    began = datetime.fromtimestamp(outcome.began, UTC)
    ended = datetime.fromtimestamp(outcome.began + outcome.seconds, UTC)
    left = [each for each in outcome.judged if each.verdict == "not_judged"]
    return {
        "executionSuccessful": outcome.ended_early is None and not outcome.interrupted,
        "startTimeUtc": began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "endTimeUtc": ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [
            {
                "level": "note",
                "message": {"text": clean(f"not judged: {each.reason}", _LONGEST)},
                "associatedRule": {"id": each.promise.id},
            }
            for each in left
        ],
    }
