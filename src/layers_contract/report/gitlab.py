"""A run as GitLab's code quality report: one issue for each cause of a violated promise."""

from __future__ import annotations

import json

from layers_contract.judge.fingerprint import digest
from layers_contract.judge.outcome import Outcome

from ._findings import Finding, Places, findings
from ._text import clean, plural

__all__ = ["to_gitlab"]

_LONGEST = 500
_SEVERITIES = {"seed": "blocker", "linked": "critical", "derived": "major"}


def to_gitlab(outcome: Outcome, places: Places) -> str:
    """The report as JSON; a fingerprint is the same in every run that shows the same cause."""
    issues = [_issue(each) for each in findings(outcome, places)]
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"


def _issue(found: Finding) -> dict[str, object]:
    known = f"known until {found.known.expires}: " if found.known else ""
    said = f"{known}{found.promise.statement} {found.violation.message}"
    return {
        "description": f"{clean(said, _LONGEST)} ({plural(found.times, 'time')})",
        "check_name": found.promise.id,
        "fingerprint": digest(found.promise.id, found.cause),
        "severity": "info" if found.known else _SEVERITIES.get(found.source, "minor"),
        "location": {"path": found.file, "lines": {"begin": found.line}},
    }
