"""A trend as one picture, and as a page around it; no script, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from layers_contract.report import page, safe
from layers_contract.results._read import Result
from layers_contract.results._trend import Trend

__all__ = ["to_html", "to_svg"]

WORDS: Final = {
    "violated": "violated",
    "known": "known",
    "not_judged": "not judged",
    "held": "held",
    "absent": "not in the result",
}
LEFT: Final = 270
WIDE: Final = 660
ROW: Final = 20
STACK: Final = 84
BARS: Final = 44
GAP: Final = 30
MOST_ROWS: Final = 60

STYLE: Final = """
.trend { --t-ink: #1d1f24; --t-soft: #646a76; --t-line: #e2e0da; --t-paper: #fff;
  --t-held: #8cc9a5; --t-violated: #c2332d; --t-known: #8a63b8; --t-open: #e0ac4f;
  --t-calm: #7ba6d9; }
@media (prefers-color-scheme: dark) { .trend { --t-ink: #e8e9ec; --t-soft: #9aa1ae;
  --t-line: #30343c; --t-paper: #1c1f25; --t-held: #2f7a53; --t-violated: #f2766c;
  --t-known: #b896e0; --t-open: #c28f35; --t-calm: #4f7fb5; } }
.trend text { fill: var(--t-ink); font: 12px ui-sans-serif, system-ui, sans-serif; }
.trend .t-soft { fill: var(--t-soft); } .trend .t-right { text-anchor: end; }
.trend .t-head { font-weight: 600; } .trend .t-paper { fill: var(--t-paper); }
.trend line { stroke: var(--t-line); }
.trend .t-held { fill: var(--t-held); } .trend .t-violated { fill: var(--t-violated); }
.trend .t-known { fill: var(--t-known); } .trend .t-not_judged { fill: var(--t-open); }
.trend .t-absent { fill: var(--t-line); } .trend .t-bar { fill: var(--t-calm); }
.trend svg, svg.trend { display: block; width: 100%; height: auto; }
"""
RUNS: Final = """
.runs th { text-align: right; font-weight: 600; } .runs th:nth-child(-n+2) { text-align: left; }
"""


def to_svg(found: Trend) -> str:
    """A picture that stands alone."""
    return _drawn(found, f"<style>{STYLE}</style>", MOST_ROWS)


def to_html(found: Trend) -> str:
    """A page with the picture, and the runs in numbers."""
    first, last = found.runs[0], found.runs[-1]
    kind = {"violated": "violated", "held": "held"}.get(last.verdict, "not_judged")
    span = f"{len(found.runs)} runs, {_day(first)} to {_day(last)}"
    left = "".join(f"<p class='soft'>left out: {safe(each, 300)}</p>" for each in found.left_out)
    targets = " · ".join(dict.fromkeys(run.target for run in found.runs))
    head = (
        f'<header><div class="top"><h1>{safe(targets, 200)}</h1>'
        f'<span class="badge {kind}">newest: {safe(WORDS.get(kind, kind))}</span></div>'
        f'<p class="soft">{safe(span)}</p>{left}</header>'
    )
    picture = (
        f'<section><h2>Verdicts over time</h2><div class="card">{_drawn(found)}</div></section>'
    )
    style = STYLE + RUNS
    return page(f"Trend – {safe(targets, 80)}", (head, picture, _table(found)), style)


def _table(found: Trend) -> str:
    rows = "".join(_table_row(run) for run in reversed(found.runs))
    columns = ("run", "document", *(WORDS[e] for e in _COUNTED), "requests", "renders", "seconds")
    names = "".join(f"<th>{each}</th>" for each in columns)
    table = f'<table class="runs"><tr>{names}</tr>{rows}</table>'
    return f'<section><h2>The runs</h2><div class="card">{table}</div></section>'


_COUNTED: Final = ("violated", "known", "not_judged", "held")


def _count(run: Result, verdict: str) -> int:
    return sum(1 for each in run.promises.values() if each.verdict == verdict)


def _day(run: Result) -> str:
    return run.date[:10] or run.name


def _table_row(run: Result) -> str:
    counts = "".join(f'<td class="number">{_count(run, each):,}</td>' for each in _COUNTED)
    return (
        f"<tr><td>{safe(run.date or run.name, 60)}<br><small>{safe(run.target, 80)}</small></td>"
        f"<td>{safe(run.document, 20)}</td>{counts}"
        f'<td class="number">{run.requests:,}</td><td class="number">{run.renders:,}</td>'
        f'<td class="number">{run.seconds:,.1f}</td></tr>'
    )


def _drawn(found: Trend, style: str = "", most: int = 10_000) -> str:
    names = [name for name in found.promises() if not found.steady(name)]
    steady = len(found.promises()) - len(names)
    top = GAP
    parts = [_axis(found, top - 12)]
    parts.append(_stack(found, top))
    top += STACK + GAP
    numbers: Sequence[tuple[str, Callable[[Result], float]]] = (
        ("requests", lambda run: run.requests),
        ("seconds", lambda run: run.seconds),
    )
    for title, value in numbers:
        parts.append(_bars(found, top, title, value))
        top += BARS + GAP
    for name in names[:most]:
        parts.append(_row(found, name, top))
        top += ROW
    if len(names) > most:
        parts.append(_text(0, top + 14, f"and {len(names) - most} more that changed", "t-soft"))
        top += ROW
    parts.append(_text(0, top + 14, f"{steady} promises were held in every run", "t-soft"))
    parts.append(_legend(top + 14))
    height = top + 26
    label = f"Verdicts of {len(found.runs)} runs"
    return (
        f'<svg class="trend" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
        f'viewBox="-12 0 {LEFT + WIDE + 24} {height}">{style}'
        f'<rect class="t-paper" x="-12" width="{LEFT + WIDE + 24}" height="{height}"/>'
        f"{''.join(parts)}</svg>"
    )


def _columns(found: Trend) -> Iterator[tuple[float, float, Result]]:
    """Each run's place: where it begins, how wide it is."""
    step = min(WIDE / len(found.runs), 48)
    for number, run in enumerate(found.runs):
        yield LEFT + number * step, max(step - 2, 1), run


def _axis(found: Trend, y: float) -> str:
    places = list(_columns(found))
    (x, _, first), (end, width, last) = places[0], places[-1]
    drawn = _text(x, y, _day(first), "t-soft")
    # Two dates need this much room beside each other.
    return drawn + (_text(end + width, y, _day(last), "t-soft t-right") if end - x > 130 else "")


def _stack(found: Trend, top: float) -> str:
    most = max(max((len(run.promises) for run in found.runs), default=1), 1)
    drawn = [_text(0, top + 12, "promises", "t-head"), _text(0, top + 30, f"of {most}", "t-soft")]
    for x, width, run in _columns(found):
        below = top + STACK
        for verdict in ("held", "not_judged", "known", "violated"):
            number = _count(run, verdict)
            height = STACK * number / most
            height = max(height, 3.0) if number else 0.0
            below -= height
            drawn.append(
                _rect((x, below, width, height), verdict, f"{_day(run)}: {number} {WORDS[verdict]}")
            )
    return "".join(drawn)


def _bars(found: Trend, top: float, title: str, value: Callable[[Result], float]) -> str:
    most = max((value(run) for run in found.runs), default=0.0) or 1.0
    drawn = [
        _text(0, top + 12, title, "t-head"),
        _text(0, top + 30, f"up to {most:,.0f}", "t-soft"),
    ]
    for x, width, run in _columns(found):
        height = BARS * value(run) / most
        said = f"{_day(run)}: {value(run):,.0f} {title}"
        drawn.append(_rect((x, top + BARS - height, width, height), "bar", said))
    return "".join(drawn)


def _row(found: Trend, name: str, top: float) -> str:
    drawn = [_text(0, top + 14, name, "")]
    for (x, width, run), verdict in zip(_columns(found), found.verdicts(name), strict=True):
        said = f"{name}, {_day(run)}: {WORDS[verdict]}"
        promise = run.promises.get(name)
        why = promise and (promise.message or promise.reason)
        box = (x, top + 2, width, ROW - 4)
        drawn.append(_rect(box, verdict, f"{said}: {why}" if why else said))
    return "".join(drawn)


def _legend(y: float) -> str:
    drawn, x = "", float(LEFT)
    for verdict, words in WORDS.items():
        drawn += _rect((x, y - 10, 11, 11), verdict, words) + _text(x + 16, y, words, "t-soft")
        x += 30 + 7 * len(words)
    return drawn


def _rect(box: tuple[float, float, float, float], kind: str, said: str) -> str:
    """A box at x, y of some width and height, with words for who points at it."""
    x, y, width, height = box
    return (
        f'<rect class="t-{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="2"><title>{safe(said, 300)}</title></rect>'
    )


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{safe(words, 44)}</text>'
