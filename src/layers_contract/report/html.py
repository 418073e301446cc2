"""A run as one page that needs no network: numbers, pictures, and the proof of each violation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layers_contract.judge.causes import Cause
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged
from layers_contract.spec.contract import Lifecycle

from ._proof import card, safe
from ._style import CSS
from ._svg import machine, status_class, timeline
from ._text import because, counts, heading, plural, smallest, source_words

__all__ = ["page", "to_html"]

MARKS: Final = {"held": "✓", "violated": "✗", "known": "~", "not_judged": "–"}
VERDICTS: Final = {
    "held": ("held", "Nothing violated"),
    "violated": ("violated", "Violated"),
    "unjudged": ("not_judged", "Not judged"),
}
LEGEND: Final = {"s2": "2xx", "s3": "3xx", "s4": "4xx", "s5": "5xx", "s0": "no answer"}
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_MESSAGE: Final = 400
LONG: Final = 2000

Coverage = Mapping[str, Any]


def to_html(outcome: Outcome) -> str:
    """A run as a self-contained page without scripts; all that a server said is escaped."""
    seen = outcome.coverage
    sections = (
        _head(outcome),
        _violated(outcome),
        _known(outcome.judged),
        _not_judged(outcome.judged),
        _different(outcome.judged),
        _infrastructure(outcome),
        _timeline(outcome),
        *(
            _lifecycle(each, seen)
            for each in outcome.contract.lifecycles.values()
            if each.name in seen["transitions"]
        ),
        _catalogue(outcome.judged),
        _operations(outcome, seen),
    )
    _, verdict = VERDICTS[outcome.verdict]
    return page(f"{verdict} – {safe(outcome.target, 80)}", sections)


def page(title: str, sections: Iterable[str], style: str = "") -> str:
    """A self-contained page of ours; *title* and *sections* are markup, *style* is more CSS."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{CSS}{style}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>\n"
    )


def _section(title: str, content: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{title}</h2>{content}</section>' if content else ""


def _head(outcome: Outcome) -> str:
    kind, verdict = VERDICTS[outcome.verdict]
    said = heading(outcome)
    run = [
        said["date"],
        said["tool"],
        *(f"{name} {said[name]}" for name in ("document", "marker", "profile", "seed")),
        *(["strict"] if outcome.strict else []),
        *(["interrupted"] if outcome.interrupted else []),
    ]
    notes = "".join(f"<p class='soft'>{safe(note, _MESSAGE)}</p>" for note in outcome.notes)
    return (
        f'<header><div class="top"><h1>{safe(outcome.target, 200)}</h1>'
        f'<span class="badge {kind}">{verdict}</span></div>'
        f'<p class="soft">{safe(" · ".join(run))}</p>{_judged_of(outcome)}'
        f"{_tiles(outcome)}{notes}</header>"
    )


def _judged_of(outcome: Outcome) -> str:
    """How many promises were judged, in words and as a bar."""
    found, total = counts(outcome), len(outcome.judged)
    judged = total - found.not_judged
    parts = (("violated", found.violated), ("held", found.held))
    bar = "".join(
        f'<i class="{name}" style="width:{100 * number / max(total, 1):.1f}%"></i>'
        for name, number in parts
    )
    return (
        f'<p class="soft">{judged} of {plural(total, "promise")} judged</p><p class="of">{bar}</p>'
    )


def _tiles(outcome: Outcome) -> str:
    found = counts(outcome)
    tiles = (
        ("violated", f"{found.violated:,}"),
        *([("known", f"{found.known:,}")] if found.known else []),
        ("held", f"{found.held:,}"),
        ("not judged", f"{found.not_judged:,}"),
        ("requests", f"{len(outcome.history):,}"),
        ("renders", f"{outcome.generations:,}"),
        ("seconds", f"{outcome.seconds:,.1f}"),
    )
    return '<div class="tiles">' + "".join(_tile(*each) for each in tiles) + "</div>"


def _tile(name: str, value: str) -> str:
    zero = " zero" if value == "0" else ""
    return f'<div class="tile{zero}"><b class="{name}">{value}</b><small>{name}</small></div>'


def _with(judged: Iterable[Judged], verdict: str) -> list[Judged]:
    return [each for each in judged if each.verdict == verdict]


def _violated(outcome: Outcome) -> str:
    several = len(outcome.causes) > 1
    causes = [_cause(outcome, each, number, several) for number, each in enumerate(outcome.causes)]
    return _section("Violated, the worst first", "".join(causes))


def _cause(outcome: Outcome, cause: Cause, number: int, several: bool) -> str:
    """A violated promise and those that may follow from it, as one block."""
    title = f'<h3 class="cause">Cause {number + 1}</h3>' if several else ""
    root = card(outcome, cause.root)
    if not cause.followers:
        return f"{title}{root}"
    followers = "".join(
        card(outcome, each.judged, because(cause, each)) for each in cause.followers
    )
    names = ", ".join(
        f'<a class="mono" href="#{safe(each.judged.promise.id)}">{safe(each.judged.promise.id)}</a>'
        for each in cause.followers
    )
    return (
        f'{title}{root}<div class="follows"><p class="soft">May follow from it: {names}</p>'
        f"{followers}</div>"
    )


def _known(judged: Sequence[Judged]) -> str:
    rows = []
    for each in (each for each in judged if each.known):
        causes = {known.cause: known for known in each.known}.values()
        told = "<br>".join(
            f"<small>{safe(known.cause, _MESSAGE)} – {safe(known.reason, _MESSAGE)} "
            f"(until {known.expires}, {safe(known.owner, 80)})</small>"
            for known in causes
        )
        name = f'<span class="mono">{safe(each.promise.id)}</span>'
        rows.append(
            f"<tr><td>{name}<br>{safe(each.promise.statement)}<br>{told}</td>"
            f'<td class="number">{len(each.known):,}×</td></tr>'
        )
    return _section("Violated, and known", _card_table(rows))


def _not_judged(judged: Sequence[Judged]) -> str:
    rows = [
        f'<tr><td><span class="mono">{safe(each.promise.id)}</span><br>'
        f"{safe(each.promise.statement)}<br>"
        f"<small>{safe(each.reason or 'no occasion', _MESSAGE)}</small></td></tr>"
        for each in _with(judged, "not_judged")
    ]
    return _section("Not judged, and why", _card_table(rows))


def _card_table(rows: Sequence[str]) -> str:
    return f'<div class="card"><table>{"".join(rows)}</table></div>' if rows else ""


def _different(judged: Sequence[Judged]) -> str:
    rows = [
        f'<tr><td><span class="mono">{safe(each.promise.id)}</span><br>'
        f"<small>{safe(smallest(each.differences, 1)[0].message, _MESSAGE)}</small></td>"
        f'<td class="number">{len(each.differences):,}×</td></tr>'
        for each in judged
        if each.differences
    ]
    title = "Differs from what we assume <small>– <code>--strict</code> fails it</small>"
    return _section(title, _card_table(rows), "quiet")


def _infrastructure(outcome: Outcome) -> str:
    lines = "".join(f"<p>{safe(line, LONG)}</p>" for line in outcome.infrastructure.lines())
    return _section("Infrastructure", lines, "quiet")


def _timeline(outcome: Outcome) -> str:
    legend = "".join(f'<span class="key {k}">{words}</span>' for k, words in LEGEND.items())
    drawn = timeline(outcome.history)
    return _section(
        "Who sent what, when", f'<div class="card"><p class="keys">{legend}</p>{drawn}</div>'
    )


def _lifecycle(lifecycle: Lifecycle, seen: Coverage) -> str:
    states = frozenset(seen.get("states", {}).get(lifecycle.name, ()))
    written = seen.get("transitions", {}).get(lifecycle.name, ())
    steps = frozenset((a, b) for a, arrow, b in (each.partition(" -> ") for each in written) if b)
    rows = [
        f"<tr><td>{safe(', '.join(sorted(step.origins)) or 'new')} → "
        f"{safe(', '.join(step.targets))}"
        f"<br><small>{safe(', '.join(sorted(step.by)) or 'by the server itself')}</small></td></tr>"
        for step in lifecycle.transitions
    ]
    diagram = machine(lifecycle, states, steps)
    told = "Solid is what this run saw; a poll can miss a state that passes quickly."
    return _section(
        "The states of a render",
        f'<div class="two"><div class="card">{diagram}<p><small>{told}</small></p></div>'
        f"{_card_table(rows)}</div>",
    )


def _catalogue(judged: Sequence[Judged]) -> str:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(each.promise.group, []).append(each)
    drawn = "".join(_group(*each) for each in groups.items())
    return _section("Every invariant", f'<div class="card">{drawn}</div>')


def _group(name: str, judged: Sequence[Judged]) -> str:
    verdicts = ((verdict, len(_with(judged, verdict))) for verdict in MARKS)
    tally = " ".join(
        f'<span class="{verdict}">{MARKS[verdict]} {number}</span>'
        for verdict, number in verdicts
        if number
    )
    rows = "".join(_row(each) for each in judged)
    return (
        f'<details class="fold"><summary><h3>{safe(name)}</h3>{tally}'
        f"</summary><table>{rows}</table></details>"
    )


def _row(judged: Judged) -> str:
    occasions = plural(judged.occasions, "occasion") if judged.verdict == "held" else ""
    return (
        f'<tr><td class="sign {judged.verdict}">{MARKS[judged.verdict]}</td>'
        f"<td>{safe(judged.promise.statement)}<br>"
        f'<small><span class="mono">{safe(judged.promise.id)}</span> · '
        f"{safe(source_words(judged.source))}</small></td>"
        f'<td class="number soft">{occasions}</td></tr>'
    )


def _operations(outcome: Outcome, seen: Coverage) -> str:
    called = seen.get("operations", {})
    statuses = seen.get("statuses", {})
    rows = [
        f'<tr><td><span class="mono">{safe(name)}</span><br>'
        f"<small>{safe(operation.method)} {safe(operation.path)}</small></td>"
        f"<td>{_statuses(statuses.get(name, ()))}</td>"
        f'<td class="number soft">{called.get(name, 0):,}×</td></tr>'
        for name, operation in outcome.contract.operations.items()
    ]
    return _section("What was called, and how it answered", _card_table(rows))


def _statuses(statuses: Iterable[int]) -> str:
    return " ".join(
        f'<span class="status {status_class(status)}">{status}</span>' for status in statuses
    )
