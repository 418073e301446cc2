"""The table at the end of a run, for people.

Colour and marks come from rich, but no text of a server is ever read as markup, and nothing is
drawn that would not survive a pipe.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

from ._text import (
    answer_of,
    at_one_moment,
    because,
    clean,
    headline,
    in_letters_of,
    judged_of,
    known_words,
    offset,
    plural,
    smallest,
    source_words,
    spans,
    start_of,
    summary,
    url_of,
)
from .curl import file_name, script

__all__ = ["render"]

STYLES: Final = {
    "held": "green",
    "violated": "bold red",
    "known": "magenta",
    "not_judged": "yellow",
}
MARKS: Final = {"held": "✓", "violated": "✗", "known": "~", "not_judged": "–"}
PLAIN_MARKS: Final = {"held": "+", "violated": "X", "known": "~", "not_judged": "-"}
"""For a terminal that has no Unicode."""

INDENT: Final = 2
BARS: Final = 40
"""Characters that a picture of what overlapped is wide."""
_MESSAGE: Final = 600
_MOST_EXCHANGES: Final = 8
_MOST_DIFFERENCES: Final = 12


def render(
    outcome: Outcome,
    console: Console,
    *,
    verbose: bool = False,
    quiet: bool = False,
    scripts: Path | None = None,
) -> None:
    """Print a run to *console*: the violated promises by their causes last, above the summary.

    *verbose* shows every invariant that held on a line of its own, and the requests of every
    violation; *quiet* only the names of what is violated, and the summary. *scripts* is the
    directory that the curl scripts were written to; without it the first one is printed.
    """
    page = _Page(console)
    if not quiet:
        page.say((headline(outcome), "dim"))
        _groups(page, outcome, verbose)
        _differences(page, outcome)
        _notes(page, [*outcome.infrastructure.lines()])
        _notes(page, outcome.notes)
        _not_judged(page, outcome.judged)
        _known(page, outcome.judged)
        _violations(page, outcome, verbose, scripts)
        page.say()
    _names(page, outcome)
    style = f"{STYLES.get(_as_verdict(outcome.verdict), '')} bold"
    page.say((summary(outcome), style))
    page.say((judged_of(outcome), style))


def _names(page: _Page, outcome: Outcome) -> None:
    """Every violated promise, the worst cause first: a screen's last lines."""
    for cause in outcome.causes:
        root = cause.root
        often = f"{len(root.violations):,} of {plural(root.occasions, 'occasion')}"
        page.say(
            page.mark("violated"), " ", (root.promise.id, "bold red"), f" {root.source}, {often}"
        )
        if cause.followers:
            names = ", ".join(each.judged.promise.id for each in cause.followers)
            page.say(("may follow from it: ", "dim"), (names, "red"), indent=4)
    for each in outcome.missing:
        page.say(page.mark("not_judged"), f" {each.promise.id} ", ("required, not judged", "red"))


def _as_verdict(verdict: str) -> str:
    return "not_judged" if verdict == "unjudged" else verdict


class _Page:
    """A console that wraps under an indent and can print what it has letters for."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.encoding = console.encoding
        unicode = self.encoding.lower().replace("-", "").startswith("utf")
        self.marks = MARKS if unicode else PLAIN_MARKS

    def say(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print a paragraph, wrapped to the console's width; without parts, an empty line."""
        if not parts:
            self.console.print()
            return
        padded = Padding(self._text(parts), (0, 0, 0, indent), expand=False)
        self.console.print(padded, highlight=False)

    def line(self, *parts: str | tuple[str, str], indent: int = 0) -> None:
        """Print one line, cut to the console's width."""
        text = self._text(parts)
        room = max(self.console.width - indent, 1)
        text.truncate(room, overflow="ellipsis" if self.marks is MARKS else "crop")
        padded = Padding(text, (0, 0, 0, indent), expand=False)
        self.console.print(padded, highlight=False, no_wrap=True)

    def verbatim(self, text: str) -> None:
        """Print *text* for copying: as it is, however long its lines are."""
        self.console.print(self._text([text]), soft_wrap=True, highlight=False)

    def mark(self, verdict: str) -> tuple[str, str]:
        """The sign of a verdict, in its colour."""
        return self.marks[verdict], STYLES[verdict]

    def _text(self, parts: Iterable[str | tuple[str, str]]) -> Text:
        text = Text()
        for part in parts:
            content, style = (part, "") if isinstance(part, str) else part
            text.append(in_letters_of(self.encoding, content), style)
        return text


def _groups(page: _Page, outcome: Outcome, verbose: bool) -> None:
    groups: dict[str, list[Judged]] = {}
    for each in outcome.judged:
        groups.setdefault(each.promise.group, []).append(each)
    width = max(map(len, groups), default=0)
    for group, judged in groups.items():
        page.line((group.ljust(width), "bold"), *_tally(page, judged))
        if verbose:
            for each in (each for each in judged if each.verdict == "held"):
                _held(page, each)


def _tally(page: _Page, judged: Sequence[Judged]) -> Iterator[str | tuple[str, str]]:
    held = [each for each in judged if each.verdict == "held"]
    if held:
        yield from ("  ", page.mark("held"), f" {len(held)} held ")
        yield (f"({plural(sum(each.occasions for each in held), 'occasion')})", "dim")
    for verdict, words in (
        ("violated", "violated"),
        ("known", "known"),
        ("not_judged", "not judged"),
    ):
        number = sum(1 for each in judged if each.verdict == verdict)
        if number:
            yield from ("  ", page.mark(verdict), (f" {number} {words}", STYLES[verdict]))


def _held(page: _Page, judged: Judged) -> None:
    occasions = (f"({plural(judged.occasions, 'occasion')})", "dim")
    page.say(page.mark("held"), f" {judged.promise.id} ", occasions, indent=4)
    page.say((judged.promise.statement, "dim"), indent=6)


def _violations(page: _Page, outcome: Outcome, verbose: bool, scripts: Path | None) -> None:
    several = False
    for number, cause in enumerate(outcome.causes):
        page.say()
        _violation(page, outcome, cause.root, verbose=True)
        _script(page, outcome, cause.root, scripts, first=number == 0)
        for each in cause.followers:
            page.say()
            _violation(page, outcome, each.judged, verbose=verbose, because=because(cause, each))
            _script(page, outcome, each.judged, scripts)
        several = several or number > 0 or bool(cause.followers)
    if several and not scripts:
        page.say(("The scripts of the others are in --json and --html.", "dim"), indent=2)


def _script(
    page: _Page, outcome: Outcome, judged: Judged, scripts: Path | None, *, first: bool = False
) -> None:
    """Name the script that sends the requests again, or print the first one."""
    if scripts:
        page.verbatim(f"  sh {shlex.quote(str(scripts / file_name(judged)))}")
    elif first:
        page.say("The same requests, to send again:", indent=2)
        page.verbatim("\n" + script(outcome, smallest(judged.violations, 1)[0]))


def _violation(
    page: _Page, outcome: Outcome, judged: Judged, *, verbose: bool, because: str = ""
) -> None:
    violation = smallest(judged.violations, 1)[0]
    page.say(page.mark("violated"), " ", (judged.promise.id, "bold"))
    page.say(judged.promise.statement, indent=2)
    how_often = f"{len(judged.violations)} of {plural(judged.occasions, 'occasion')}"
    source = source_words(violation.source or judged.promise.source)
    page.say((f"{source} · violated on {how_often}", "dim"), indent=2)
    if because:
        page.say((because, "dim"), indent=2)
    page.say((clean(violation.message, _MESSAGE), "red"), indent=2)
    if verbose:
        _exchanges(page, outcome, violation)


def _exchanges(page: _Page, outcome: Outcome, violation: Violation) -> None:
    """The requests that prove a violation."""
    start = start_of(outcome)
    shown, rest = _cut(violation.exchanges, _MOST_EXCHANGES)
    width = max((len(_who(each)) for each in shown), default=0)
    for exchange in shown:
        _exchange(page, exchange, start, width)
    if at_one_moment(shown):
        _interleaving(page, shown, width)
    if rest:
        page.say((f"and {plural(rest, 'exchange')} more", "dim"), indent=4)


def _cut(exchanges: Sequence[Exchange], most: int) -> tuple[Sequence[Exchange], int]:
    if len(exchanges) <= most:
        return exchanges, 0
    return (*exchanges[: most - 1], exchanges[-1]), len(exchanges) - most


def _who(exchange: Exchange) -> str:
    actor = clean(exchange.actor or "-", 18)
    return actor if exchange.credential == "own" else f"{actor} ({clean(exchange.credential, 10)})"


def _exchange(page: _Page, exchange: Exchange, start: float, width: int) -> None:
    when = f"{offset(exchange, start):>11}  "
    who = f"{_who(exchange).ljust(width)}  "
    arrow = f" → {answer_of(exchange)}"
    room = max(page.console.width - len(when) - len(who) - len(arrow) - INDENT, 24)
    request = _middle(f"{clean(exchange.method, 10)} {url_of(exchange)}", room)
    style = "red" if exchange.status is None or exchange.status >= 500 else ""
    page.line((when, "dim"), who, request, (arrow, style), indent=INDENT)


def _interleaving(page: _Page, exchanges: Sequence[Exchange], width: int) -> None:
    """A line for each exchange, from its sending to its answer: who was under way with whom."""
    page.say(("at one moment, each from its sending to its answer:", "dim"), indent=4)
    for exchange, (begin, end) in zip(exchanges, spans(exchanges, BARS), strict=True):
        bar = " " * begin + "├" + "─" * max(end - begin - 2, 0) + "┤"
        took = "" if exchange.received is None else f"{exchange.received - exchange.sent:.3f} s"
        label = f"{_who(exchange).ljust(width)}  "
        page.line(label, (bar.ljust(BARS + 1), "cyan"), f" {took or 'no answer'}", indent=INDENT)


def _middle(text: str, room: int) -> str:
    """*text* without its middle where it is too long: both ends tell something."""
    text = clean(text, 2000)
    if len(text) <= room:
        return text
    tail = (room - 1) // 2
    return f"{text[: room - 1 - tail]}…{text[-tail:]}"


def _known(page: _Page, judged: Sequence[Judged]) -> None:
    """What is violated and accepted: never green, and never left out."""
    left = [each for each in judged if each.known]
    if left:
        page.say()
        page.say(page.mark("known"), (" violated, and known", "bold"))
    for each in left:
        often = f" on {plural(len(each.known), 'occasion')}"
        page.say((each.promise.id, ""), (often, "dim"), indent=2)
        page.say((clean(known_words(each), _MESSAGE), "dim"), indent=4)


def _not_judged(page: _Page, judged: Sequence[Judged]) -> None:
    left = [each for each in judged if each.verdict == "not_judged"]
    if left:
        page.say()
        page.say(page.mark("not_judged"), (" not judged", "bold"))
    reasons: dict[str, list[str]] = {}
    for each in left:
        reason = "only assumed, and different here: see above" if each.differences else each.reason
        reasons.setdefault(reason or "no occasion", []).append(each.promise.id)
    for reason, names in reasons.items():
        page.say(", ".join(names), indent=2)
        page.say((clean(reason, _MESSAGE), "dim"), indent=4)


def _differences(page: _Page, outcome: Outcome) -> None:
    different = [each for each in outcome.judged if each.differences]
    if not different:
        return
    page.say()
    page.say(("Differs from what we assume; --strict fails it:", "dim"))
    for each in different[:_MOST_DIFFERENCES]:
        message = clean(smallest(each.differences, 1)[0].message, 200)
        often = f" ({len(each.differences)} times)" if len(each.differences) > 1 else ""
        page.say((f"{each.promise.id}: {message}{often}", "dim"), indent=2)
    if len(different) > _MOST_DIFFERENCES:
        page.say((f"and {len(different) - _MOST_DIFFERENCES} more", "dim"), indent=2)


def _notes(page: _Page, notes: Sequence[str]) -> None:
    if notes:
        page.say()
    for note in notes:
        page.say(clean(note, _MESSAGE))
