"""Repeated calls as a picture: time runs to the right where there is room, else downwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from layers_contract.publish.portal.idempotency import Moment, Rule
from layers_contract.publish.portal.markup import LEAST

__all__ = ["narrow", "sentence", "wide", "wrapped"]

_COLUMN: Final = 140
_AXIS: Final = 122
_BAR: Final = 30
_ROW: Final = 104
_ACROSS: Final = 316
_LINE: Final = 17
_LETTER: Final = 7.4


def wide(rule: Rule) -> Markup:
    """A column for each moment; what is asked stands above the line, what is answered below."""
    width = _COLUMN * len(rule.moments)
    parts = [_bar(rule)]
    for number, moment in enumerate(rule.moments):
        parts.append(_column(moment, _COLUMN * number + _COLUMN / 2))
    return _picture(rule, "wide", width, 282, parts)


def narrow(rule: Rule) -> Markup:
    """A row for each moment, along a line that runs down."""
    kept = [each for each in rule.moments if not each.after]
    height = _ROW * len(rule.moments) + 34
    parts = [_band(rule, _ROW * len(kept))]
    for number, moment in enumerate(rule.moments):
        parts.append(_row(moment, _ROW * number + (34 if moment.after else 0)))
    return _picture(rule, "narrow", _ACROSS, height, parts)


def sentence(rule: Rule) -> str:
    """The picture for those who cannot see it."""
    moments = "; ".join(f"{each.title}: {each.answer}, {each.note}" for each in rule.moments)
    kept = f", remembered for {rule.window}" if rule.window else ""
    return f"Calls with one {rule.header}{kept}. {moments}."


def wrapped(text: str, width: int) -> list[str]:
    """Lines of no more than *width* characters; a name may break after an underscore."""
    lines = [""]
    for word in re.findall(r"[^\s_]+_?|_|\s+", text):
        if len((lines[-1] + word).rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += word if lines[-1] or not word.isspace() else ""
    return [line.strip() for line in lines if line.strip()]


def _picture(rule: Rule, form: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="timeline {}" role="img" aria-label="{}" width="{:g}" height="{:g}"'
        ' style="min-width:{:.0f}px" viewBox="0 0 {:g} {:g}">{}</svg>'
    ).format(
        *(form, sentence(rule), width, height, width * LEAST),
        *(width, height, Markup("").join(parts)),
    )


def _text(kind: str, x: float, y: float, lines: Sequence[str]) -> Markup:
    return Markup("").join(
        Markup('<text class="{}" x="{:g}" y="{:g}">{}</text>').format(
            kind, x, y + _LINE * number, line
        )
        for number, line in enumerate(lines)
    )


# Time to the right.


def _bar(rule: Rule) -> Markup:
    """The window as a bar, and a line that goes on once it has ended."""
    kept = sum(not each.after for each in rule.moments) * _COLUMN
    whole = len(rule.moments) * _COLUMN
    return Markup(
        '<rect class="window" x="8" y="{0}" width="{1}" height="{2}" rx="15"/>'
        '<path class="axis" d="M{3} {4}H{5}"/>'
        '<path class="edge" d="M{6} {7}V{8}"/>'
        '<text class="span" x="{9:g}" y="{10}">{11}</text>'
    ).format(
        *(_AXIS, kept - 12, _BAR, kept, _AXIS + _BAR // 2, whole - 8),
        *(kept + 2, _AXIS - 14, _AXIS + _BAR + 14),
        *(kept / 2, _AXIS + 20, _span(rule)),
    )


def _span(rule: Rule) -> str:
    return f"the key is remembered for {rule.window or 'a time that is not promised'}"


def _column(moment: Moment, x: float) -> Markup:
    titles = wrapped(moment.title, 14)
    top = 18 + _LINE * (2 - len(titles))
    below = _AXIS + _BAR
    return Markup('<g class="{}">{}</g>').format(
        moment.kind,
        Markup("").join(
            (
                _text("title", x, top, titles),
                _chip(moment.body, x, 48),
                _arrow(x, 80, _AXIS - 4),
                _lost(x - 44, below + 6) if moment.lost else Markup(""),
                _arrow(x, below + 4, below + 34),
                _pill(moment.answer, x, below + 38),
                _text("note", x, below + 84, wrapped(moment.note, 16)),
            )
        ),
    )


def _chip(body: str, x: float, y: float) -> Markup:
    """The key, and the body that comes with it."""
    return Markup(
        '<g class="chip body-{0}"><rect x="{1:g}" y="{2:g}" width="92" height="26" rx="13"/>'
        '<text x="{3:g}" y="{4:g}">key K</text>'
        '<rect class="letter" x="{5:g}" y="{6:g}" width="34" height="20" rx="10"/>'
        '<text class="letter" x="{7:g}" y="{4:g}">{8}</text></g>'
    ).format(body.lower(), x - 46, y, x - 18, y + 17.5, x + 9, y + 3, x + 26, body)


def _arrow(x: float, start: float, end: float) -> Markup:
    return Markup(
        '<path class="line" d="M{0:g} {1:g}V{2:g}"/>'
        '<path class="tip" d="M{3:g} {2:g}L{0:g} {4:g}L{5:g} {2:g}z"/>'
    ).format(x, start, end - 7, x - 5, end, x + 5)


def _lost(x: float, y: float) -> Markup:
    """An answer that does not arrive."""
    return Markup(
        '<g class="lost"><path class="line" d="M{0:g} {1:g}v14"/>'
        '<path class="cross" d="M{2:g} {3:g}l8 8m0 -8l-8 8"/></g>'
    ).format(x, y, x - 4, y + 17)


def _pill(answer: str, x: float, y: float) -> Markup:
    width = len(answer) * _LETTER + 20
    return Markup(
        '<g class="pill"><rect x="{:.1f}" y="{:g}" width="{:.0f}" height="26" rx="13"/>'
        '<text x="{:g}" y="{:g}">{}</text></g>'
    ).format(x - width / 2, y, width, x, y + 17.5, answer)


# Time downwards.


def _band(rule: Rule, height: float) -> Markup:
    return Markup(
        '<rect class="window" x="4" y="4" width="26" height="{0:g}" rx="13"/>'
        '<path class="axis" d="M17 {1:g}V{2:g}"/><path class="edge" d="M4 {3:g}H{4}"/>'
        '<text class="span start" x="44" y="{5:g}">{6}</text>'
    ).format(
        *(height - 8, height, height + _ROW + 24, height + 6, _ACROSS, height + 24),
        f"after {rule.window}" if rule.window else "",
    )


def _row(moment: Moment, y: float) -> Markup:
    return Markup('<g class="{}">{}</g>').format(
        moment.kind, Markup("").join(_row_parts(moment, y))
    )


def _row_parts(moment: Moment, y: float) -> Iterator[Markup]:
    width = len(moment.answer) * _LETTER + 20
    yield Markup('<circle class="dot" cx="17" cy="{:g}" r="6"/>').format(y + 22)
    yield _text("title start", 44, y + 27, [moment.title])
    yield _chip(moment.body, 90, y + 38)
    yield Markup(
        '<path class="line" d="M142 {0:g}h14"/><path class="tip" d="M156 {1:g}l7 5l-7 5z"/>'
    ).format(y + 51, y + 46)
    yield _pill(moment.answer, 170 + width / 2, y + 38)
    yield _text("note start", 44, y + 82, [moment.note])
