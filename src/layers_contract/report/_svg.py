"""The page's two pictures: who sent what when, and which states a render was seen in."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from html import escape
from typing import Final

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Lifecycle

from ._text import clean, plural

__all__ = ["machine", "status_class", "timeline"]

_LANES: Final = 24
_UNITS: Final = 1000
"""How many places along a lane there are; exchanges of one class at one place are drawn once."""
_WIDE, _HIGH, _ACROSS, _DOWN, _SIDE, _TOP = 116, 40, 134, 96, 62, 24


def status_class(status: int | None) -> str:
    """The style class of a status: `s2` to `s5`, and `s0` for no answer."""
    return f"s{status // 100}" if status is not None and 200 <= status < 600 else "s0"


# Who sent what when.


def timeline(exchanges: Iterable[Exchange]) -> str:
    """A lane for each of the busiest actors, the rest in one; coloured by status."""
    lanes: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        lanes[exchange.actor or "-"].append(exchange)
    if not lanes:
        return "<p class='soft'>Nothing was sent.</p>"
    start = min(e.sent for lane in lanes.values() for e in lane)
    end = max(e.received or e.sent for lane in lanes.values() for e in lane)
    span = max(end - start, 1e-6)
    drawn = "".join(_lane(name, each, start, span) for name, each in _merged(lanes))
    return drawn + _ticks(span)


def _merged(lanes: Mapping[str, list[Exchange]]) -> list[tuple[str, list[Exchange]]]:
    """The busiest lanes in the order in which they begin."""
    ranked = sorted(lanes.items(), key=lambda lane: -len(lane[1]))
    most = len(ranked) if len(ranked) <= _LANES else _LANES - 1
    shown = sorted(ranked[:most], key=lambda lane: min(each.sent for each in lane[1]))
    rest = [exchange for _, lane in ranked[most:] for exchange in lane]
    return [*shown, (plural(len(ranked) - most, "other actor"), rest)] if rest else shown


def _lane(name: str, exchanges: Sequence[Exchange], start: float, span: float) -> str:
    bars = {bar: None for each in exchanges for bar in [_bar(each, start, span)]}
    drawn = "".join(
        f'<rect class="{kind}" x="{at}" y="2" width="{width}" height="12"/>'
        for kind, at, width in bars
    )
    who = escape(clean(name, 60))
    return (
        f'<div class="lane"><span class="who" title="{who}">{who}</span>'
        f'<svg viewBox="0 0 {_UNITS} 16" preserveAspectRatio="none" role="img"'
        f' aria-label="{who}: {plural(len(exchanges), "request")}">{drawn}</svg>'
        f'<span class="many">{len(exchanges):,}</span></div>'
    )


def _bar(exchange: Exchange, start: float, span: float) -> tuple[str, int, int]:
    at = min(int((exchange.sent - start) / span * _UNITS), _UNITS - 2)
    took = (exchange.received or exchange.sent) - exchange.sent
    width = min(max(math.ceil(took / span * _UNITS), 2), _UNITS - at)
    return status_class(exchange.status), at, width


def _ticks(span: float) -> str:
    digits = 0 if span >= 20 else 1 if span >= 2 else 3
    marks = "".join(f"<span>{span * part / 4:.{digits}f} s</span>" for part in range(5))
    empty = '<span class="wide"></span>'
    return f'<div class="lane">{empty}<div class="ticks">{marks}</div>{empty}</div>'


# Which states a render was seen in.


@dataclass(frozen=True, slots=True)
class _Spot:
    """The middle of a state's box, and its row."""

    x: float
    y: float
    row: int


def machine(
    lifecycle: Lifecycle, states: AbstractSet[str], steps: AbstractSet[tuple[str, str]]
) -> str:
    """A lifecycle from top to bottom; what was seen is solid."""
    spots, width, height = _layout(lifecycle)
    edges = "".join(_edge(spots, a, b, (a, b) in steps, width) for a, b in _edges(lifecycle))
    boxes = "".join(_box(name, spot, name in states) for name, spot in spots.items())
    label = escape(f"the states of {lifecycle.name}")
    return (
        f'<svg class="machine" viewBox="0 0 {width:g} {height:g}" role="img"'
        f' aria-label="{label}">{_ARROWS}{edges}{boxes}</svg>'
    )


_ARROW: Final = (
    '<marker id="{0}" class="{0}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9"'
    ' markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
    '<path d="M0 0L10 5L0 10z"/></marker>'
)
_ARROWS: Final = f"<defs>{_ARROW.format('on')}{_ARROW.format('off')}</defs>"


def _edges(lifecycle: Lifecycle) -> list[tuple[str, str]]:
    """The transitions between states, each pair once."""
    pairs = (
        (origin, target)
        for step in lifecycle.transitions
        for origin in lifecycle.states
        if origin in step.origins
        for target in step.targets
    )
    return list(dict.fromkeys(pairs))


def _rows(lifecycle: Lifecycle) -> list[list[str]]:
    """The states by how many steps lead to them, the ends last."""
    steps = [
        (origin, target)
        for origin, target in _edges(lifecycle)
        if origin not in lifecycle.endings and target not in lifecycle.initial
    ]
    depth = dict.fromkeys(lifecycle.states, 0)
    for _ in lifecycle.states:  # enough rounds for the longest way; a circle cannot go on
        for origin, target in steps:
            depth[target] = max(depth[target], min(depth[origin] + 1, len(depth) - 1))
    last = max(depth.values(), default=0)
    depth.update(dict.fromkeys(lifecycle.endings, last))
    rows = ([s for s in depth if depth[s] == row] for row in range(last + 1))
    return [_outward(row, lifecycle) for row in rows if row]


def _outward(row: list[str], lifecycle: Lifecycle) -> list[str]:
    """States from which a way leads back stand outside, where there is room for it."""
    back = [s for s in row if any(o == s and t in lifecycle.initial for o, t in _edges(lifecycle))]
    inner = [s for s in row if s not in back]
    half = (len(back) + 1) // 2
    return [*back[:half], *inner, *back[half:]]


def _layout(lifecycle: Lifecycle) -> tuple[dict[str, _Spot], float, float]:
    rows = _rows(lifecycle)
    inside = max(map(len, rows), default=1) * _ACROSS
    spots = {
        name: _Spot(
            _SIDE + inside * (column + 0.5) / len(row), _TOP + _HIGH / 2 + _DOWN * number, number
        )
        for number, row in enumerate(rows)
        for column, name in enumerate(row)
    }
    height = 2 * _TOP + _HIGH + _DOWN * max(len(rows) - 1, 0)
    return spots, inside + 2 * _SIDE, height


def _box(name: str, spot: _Spot, seen: bool) -> str:
    shown = escape(clean(name, 15))
    return (
        f'<g class="{"seen" if seen else ""}"><title>{escape(clean(name))}</title>'
        f'<rect x="{spot.x - _WIDE / 2:g}" y="{spot.y - _HIGH / 2:g}" width="{_WIDE}"'
        f' height="{_HIGH}" rx="10"/><text x="{spot.x:g}" y="{spot.y + 5:g}">{shown}</text></g>'
    )


def _edge(spots: Mapping[str, _Spot], origin: str, target: str, seen: bool, width: float) -> str:
    path = " ".join(_route(spots[origin], spots[target], width))
    kind, arrow = ("seen", "on") if seen else ("", "off")
    title = escape(clean(f"{origin} → {target}"))
    return (
        f'<g class="{kind}"><title>{title}</title><path d="{path}" marker-end="url(#{arrow})"/></g>'
    )


def _route(a: _Spot, b: _Spot, width: float) -> Iterator[str]:
    down = _HIGH / 2
    if b.row == a.row + 1:
        lean = max(min((b.x - a.x) / 4, 30), -30)
        yield f"M{a.x + lean:g} {a.y + down:g}"
        yield f"C{a.x + lean:g} {a.y + down + 28:g} {b.x:g} {b.y - down - 30:g}"
        yield f"{b.x:g} {b.y - down - 2:g}"
    elif b.row > a.row:
        yield from _past(a, b, width)
    else:
        yield from _back(a, b, width)


def _past(a: _Spot, b: _Spot, width: float) -> Iterator[str]:
    """Round the rows between."""
    side = -1 if b.x < width / 2 - 1 else 1
    start, end = a.x + side * _WIDE / 2, b.x + side * 22
    bulge = max(abs(end - width / 2), _WIDE / 2 + 34) * side + width / 2
    low = b.y - _HIGH / 2 - 2
    yield f"M{start:g} {a.y + 6:g}C{bulge:g} {a.y + 10:g} {bulge:g} {a.y + 60:g}"
    yield f"{bulge:g} {a.y * 0.4 + low * 0.6:g}S{end:g} {low - 34:g} {end:g} {low:g}"


def _back(a: _Spot, b: _Spot, width: float) -> Iterator[str]:
    """Outside, along the nearer edge."""
    side = -1 if a.x < width / 2 else 1
    edge = (14 if side < 0 else width - 14) * 1.0
    start, end = a.x + side * _WIDE / 2, b.x + side * (_WIDE / 2 + 2)
    turn = 18 * -side
    yield f"M{start:g} {a.y:g}C{edge - turn / 3:g} {a.y:g} {edge:g} {a.y - 20:g}"
    yield f"{edge:g} {a.y - 46:g}V{b.y + 40:g}C{edge:g} {b.y + 6:g} {edge + turn:g} {b.y - 6:g}"
    yield f"{end:g} {b.y - 6:g}"
