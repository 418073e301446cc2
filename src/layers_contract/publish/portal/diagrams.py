"""A lifecycle as a picture: DOT for Graphviz to lay out, and SVG of where it puts things.

The DOT holds no word of the document: states are numbered, and labels are boxes of their size.
Colours and fonts are the style sheet's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

from markupsafe import Markup

from layers_contract.publish.portal.graph import Layout, Point, Route
from layers_contract.publish.portal.machines import SERVER, Machine, Step
from layers_contract.publish.portal.markup import LEAST

__all__ = ["NARROW", "WIDE", "Form", "dot", "draw"]

_START: Final = "start"
_INCH: Final = 72
_MARKS: Final = {"success": "✓", "failure": "✕", "cancel": "⊘"}
_MARGIN: Final = 6
_WEIGHT: Final = 4
"""What the server does by itself is the usual way, and drawn straight."""


@dataclass(frozen=True, slots=True)
class Form:
    """How large things are, in pixels; `numbered` has a number in place of what causes a step."""

    name: str
    numbered: bool
    letter: float
    padding: float
    height: float
    label_line: float
    nodes_apart: float
    ranks_apart: float


_LABEL_LETTER: Final = 7.4
WIDE: Final = Form(
    name="wide",
    numbered=False,
    letter=9.3,
    padding=34,
    height=42,
    label_line=17,
    nodes_apart=24,
    ranks_apart=22,
)
NARROW: Final = Form(
    name="narrow",
    numbered=True,
    letter=8.4,
    padding=22,
    height=38,
    label_line=22,
    nodes_apart=10,
    ranks_apart=16,
)


def dot(machine: Machine, form: Form) -> str:
    """The graph of *machine* in Graphviz's language."""
    lines = [
        f"nodesep={form.nodes_apart / _INCH:.3f}; ranksep={form.ranks_apart / _INCH:.3f};",
        'node [shape=box, fixedsize=true, label=""];',
        f"{_START} [shape=circle, width=0.2, height=0.2];",
        *(_node(machine, state, form) for state in machine.states),
        *(_edge(machine, step, form) for step in machine.steps),
        *_stacked(machine),
    ]
    return "digraph {\n" + "\n".join(lines) + "\n}\n"


def _id(machine: Machine, state: str | None) -> str:
    return _START if state is None else f"n{machine.states.index(state)}"


def _node(machine: Machine, state: str, form: Form) -> str:
    width = _width(machine, state, form) / _INCH
    return f"{_id(machine, state)} [width={width:.3f}, height={form.height / _INCH:.3f}];"


def _width(machine: Machine, state: str, form: Form) -> float:
    mark = 2 if state in machine.lifecycle.endings else 0
    return (len(state) + mark) * form.letter + form.padding


def _edge(machine: Machine, step: Step, form: Form) -> str:
    width, height = _label_size(step, form)
    box = f'<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{height:.0f}">'
    label = f"<{box}<TR><TD></TD></TR></TABLE>>"
    ends = f"{_id(machine, step.origin)} -> {_id(machine, step.target)}"
    return f"{ends} [weight={_WEIGHT if step.causes == (SERVER,) else 1}, label={label}];"


def _stacked(machine: Machine) -> Iterator[str]:
    """The endings below the first of them: that takes less width, and steps cross less."""
    first, *others = machine.lifecycle.endings or [""]
    led = {(step.origin, step.target) for step in machine.steps}
    for state in others:
        if (first, state) not in led:
            yield f"{_id(machine, first)} -> {_id(machine, state)} [style=invis];"


def _lines(step: Step) -> list[str]:
    return [*step.causes, *([step.when] if step.when else [])]


def _label_size(step: Step, form: Form) -> tuple[float, float]:
    if form.numbered:
        return form.label_line + 4, form.label_line
    lines = _lines(step)
    return max(map(len, lines)) * _LABEL_LETTER + 14, len(lines) * form.label_line + 8


def draw(machine: Machine, form: Form, layout: Layout) -> Markup:
    """The picture, as large as its text needs."""
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN
    parts = [*_paths(machine, layout), *_states(machine, form, layout)]
    parts += _labels(machine, form, layout)
    return Markup(
        '<svg class="machine {}" role="img" aria-label="{}" width="{:.0f}" height="{:.0f}"'
        ' style="min-width:{:.0f}px" viewBox="{} {} {:.0f} {:.0f}">{}</svg>'
    ).format(
        *(form.name, machine.sentence(), width, height, width * LEAST),
        *(-_MARGIN, -_MARGIN, width, height, Markup("").join(parts)),
    )


def _route(machine: Machine, step: Step, layout: Layout) -> Route:
    return layout.edges[_id(machine, step.origin), _id(machine, step.target)]


def _paths(machine: Machine, layout: Layout) -> Iterator[Markup]:
    for step in machine.steps:
        route = _route(machine, step, layout)
        kind = "auto" if step.causes == (SERVER,) else "call"
        yield Markup('<g class="step {}"><path d="{}"/><path class="tip" d="{}"/></g>').format(
            kind, _spline(route.points), _tip(route)
        )


def _spline(points: Sequence[Point]) -> str:
    first, *rest = (f"{x:g} {y:g}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


def _tip(route: Route) -> str:
    """A triangle from the end of the spline to the tip."""
    (x, y), (base_x, base_y) = route.tip, route.points[-1]
    length = hypot(x - base_x, y - base_y) or 1
    side_x, side_y = (y - base_y) / length * 4.2, (base_x - x) / length * 4.2
    left, right = (base_x + side_x, base_y + side_y), (base_x - side_x, base_y - side_y)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in (left, (x, y), right)) + "z"


def _states(machine: Machine, form: Form, layout: Layout) -> Iterator[Markup]:
    x, y = layout.nodes[_START]
    yield Markup('<circle class="start" cx="{:g}" cy="{:g}" r="7"/>').format(x, y)
    for state in machine.states:
        yield _state(machine, state, form, layout.nodes[_id(machine, state)])


def _state(machine: Machine, state: str, form: Form, at: Point) -> Markup:
    x, y = at
    ends = machine.lifecycle.endings.get(state)
    width = _width(machine, state, form)
    mark = Markup('<tspan class="mark">{}</tspan> ').format(_MARKS[ends]) if ends else ""
    return Markup(
        '<g class="state {}"><rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="{:g}"/>'
        '<text x="{:g}" y="{:g}">{}{}</text></g>'
    ).format(
        *(ends or "runs", round(x - width / 2, 1), y - form.height / 2, round(width, 1)),
        *(form.height, form.height / 2 if ends else 11, x, y + 5, mark, state),
    )


def _labels(machine: Machine, form: Form, layout: Layout) -> Iterator[Markup]:
    for step in machine.steps:
        at = _route(machine, step, layout).label
        if at and form.numbered:
            yield Markup(
                '<g class="number"><circle cx="{0:g}" cy="{1:g}" r="10"/>'
                '<text x="{0:g}" y="{2:g}">{3}</text></g>'
            ).format(*at, at[1] + 4.5, machine.number(step))
        elif at:
            yield _label(step, form, at)


def _label(step: Step, form: Form, at: Point) -> Markup:
    width, height = _label_size(step, form)
    x, top = at[0], at[1] - height / 2
    lines = Markup("").join(
        Markup('<text class="{}" x="{:g}" y="{:.1f}">{}</text>').format(
            _kind(step, line), x, top + 4 + form.label_line * number - 4.5, line
        )
        for number, line in enumerate(_lines(step), 1)
    )
    return Markup(
        '<g class="label"><rect x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.0f}" rx="6"/>{}</g>'
    ).format(x - width / 2 + 2, top + 1, width - 4, height - 2, lines)


def _kind(step: Step, line: str) -> str:
    return "word" if line in (SERVER, step.when) else "call"
