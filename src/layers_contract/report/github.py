"""A run for GitHub Actions: annotations among the log's lines, and the step's summary.

Whatever a line of the log holds at its beginning may be a command to the runner. So the values of
annotations are escaped as the runner undoes it, and other output stands between `stop-commands` and
a token that no server can know.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Final

from layers_contract.judge.outcome import Outcome

from ._findings import Places, findings
from ._text import clean, headline, known_words, plural, source_words, summary

__all__ = ["annotation", "fenced", "markdown", "to_github", "to_step_summary"]

_LONGEST: Final = 600
_MOST: Final = 100
_VALUE: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_VALUE, ":": "%3A", ",": "%2C"}
_MARKDOWN: Final = frozenset("\\`*_{}[]()#+!|<>~@&")


def to_github(outcome: Outcome, places: Places) -> str:
    """The annotations of a run: an error for each cause, a notice for each known one."""
    return "".join(f"{line}\n" for line in _annotations(outcome, places))


def _annotations(outcome: Outcome, places: Places) -> Iterator[str]:
    """One workflow command a line, the worst first."""
    for found in findings(outcome, places)[:_MOST]:
        often = f"{plural(found.times, 'time')}, {source_words(found.source)}"
        said = [found.promise.statement, f"{found.violation.message} ({often})"]
        if found.known:
            known = found.known
            said.append(f"known until {known.expires}: {known.reason} ({known.owner})")
        kind = "notice" if found.known else "error"
        where = {"file": found.file, "line": str(found.line)}
        yield annotation(kind, found.promise.id, said, where)
    left = [each.promise.id for each in outcome.judged if each.verdict == "not_judged"]
    if left:
        yield annotation("notice", f"{len(left)} not judged", [", ".join(left)])
    if outcome.ended_early:
        yield annotation("error", "The run ended early", [outcome.ended_early])


def annotation(
    kind: str, title: str, lines: list[str], where: Mapping[str, str] | None = None
) -> str:
    """A workflow command `error`, `warning` or `notice`; no text can end it or begin another."""
    values = {**(where or {}), "title": f"layers-contract: {title}"}
    shown = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in values.items())
    text = "\n".join(clean(line, _LONGEST) for line in lines)
    return f"::{kind} {shown}::{_escaped(text, _VALUE)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(c, c) for c in text)


def fenced(text: str) -> str:
    """*text* for the log, with no line of it a command."""
    token = secrets.token_hex(16)
    end = "" if text.endswith("\n") or not text else "\n"
    return f"::stop-commands::{token}\n{text}{end}::{token}::\n"


def to_step_summary(outcome: Outcome) -> str:
    """A run as Markdown, for the page of the workflow's run."""
    judged = [each for each in outcome.judged if each.verdict != "not_judged"]
    rows = [
        f"| {'✗' if not found.known else 'known'} | {markdown(found.promise.id)} "
        f"| {markdown(found.promise.statement)}<br>{markdown(found.violation.message)} "
        f"| {found.times:,} |"
        for found in findings(outcome, {})[:_MOST]
    ]
    table = ["| | promise | | times |", "|---|---|---|---:|", *rows] if rows else []
    known = [
        f"- {markdown(each.promise.id)}: {markdown(known_words(each))}"
        for each in outcome.judged
        if each.known
    ]
    left = [
        f"- {markdown(each.promise.id)}: {markdown(each.reason or 'no occasion')}"
        for each in outcome.judged
        if each.verdict == "not_judged"
    ]
    parts = [
        f"### Contract: {outcome.verdict}",
        markdown(summary(outcome)),
        f"{len(judged)} of {plural(len(outcome.judged), 'promise')} judged.",
        "\n".join(table),
        *([f"**Ended early**: {markdown(outcome.ended_early)}"] if outcome.ended_early else []),
        _folded("Known", known),
        _folded("Not judged", left),
        "\n".join(f"- {markdown(note)}" for note in outcome.notes),
        f"<sub>{markdown(headline(outcome))}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _folded(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    body = "\n".join(lines)
    return f"<details><summary>{title}: {len(lines)}</summary>\n\n{body}\n\n</details>"


def markdown(text: str) -> str:
    """*text* as plain words in Markdown: no link, image, mention or markup of a server's."""
    safe = clean(text, _LONGEST)
    shown = "".join(f"&#{ord(c)};" if c in _MARKDOWN else c for c in safe)
    return shown.replace("://", ":&#47;/").replace("www.", "www&#46;")
