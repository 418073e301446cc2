"""The page about a run."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.helpers.histories import contract
from tests.helpers.outcomes import HOSTILE, exchange, outcome, read, usual

from layers_contract.report import to_html
from layers_contract.report._svg import machine, timeline
from layers_contract.spec.contract import Lifecycle

VOID = {"meta", "br", "rect", "path"}


class Page(HTMLParser):
    """Reads a page, and checks that its elements are nested as they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins and ends."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert self.open.pop() == tag


def test_the_page_is_well_formed() -> None:
    """Every element is closed where it should be."""
    assert Page(to_html(usual())).open == []


def test_hostile_text_is_text() -> None:
    """Whatever a server says, the page has no script, no handler and the same elements."""
    page, calm = Page(to_html(usual(HOSTILE))), Page(to_html(usual("calm")))
    assert page.names == calm.names
    assert "script" not in page.names
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_page_needs_no_network() -> None:
    """Nothing is loaded from anywhere, and a policy forbids it."""
    html = to_html(usual())
    assert "default-src 'none'" in html
    page = Page(html)
    assert not [1 for name, _ in page.attributes if name in ("src", "srcset")]
    assert "url(http" not in html
    assert page.names.isdisjoint({"link", "img", "iframe"})


def test_the_page_fits_any_screen_and_light() -> None:
    """It scales to a phone and follows the reader's colour scheme."""
    html = to_html(usual())
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize("identity", ["idempotency.replay", "lifecycle.order", "asset.expires"])
def test_every_invariant_is_on_the_page(identity: str) -> None:
    """Held, violated and different ones are all there."""
    assert identity in to_html(usual())


def test_a_violation_has_its_exchanges_and_its_script() -> None:
    """The proof can be unfolded: both messages in full, and the script."""
    html = to_html(usual())
    assert "Send it again with curl" in html
    assert "#!/bin/sh" in html
    assert "idempotency-key: key-1" in html


def test_every_colour_has_a_dark_counterpart() -> None:
    """A colour that is used is defined, in both schemes."""
    html = to_html(outcome())
    used = set(re.findall(r"var\((--[a-z-]+)\)", html)) - {"--hue"}
    light, dark = html.split("prefers-color-scheme: dark", 1)
    assert used <= set(re.findall(r"(--[a-z-]+):", light))
    assert used <= set(re.findall(r"(--[a-z-]+):", dark))


def test_the_timeline_has_a_lane_for_each_of_few_actors() -> None:
    """Actors beyond the twenty-third share a lane."""
    few = timeline([exchange(actor=f"actor-{n}") for n in range(24)])
    many = timeline([exchange(actor=f"actor-{n}") for n in range(300)])
    assert (few.count("<svg"), many.count("<svg")) == (24, 24)
    assert "277 other actors" in many


def test_the_timeline_is_coloured_by_status() -> None:
    """Each class of statuses, and no answer, has a style of its own."""
    sent = [exchange(at=float(n), status=n * 100) for n in range(2, 6)]
    drawn = timeline([*sent, read(9, status=None, received=None)])
    assert set(re.findall(r'rect class="(\w+)"', drawn)) == {"s0", "s2", "s3", "s4", "s5"}


def test_the_timeline_stays_small() -> None:
    """Ten thousand exchanges are drawn as what can be told apart."""
    assert timeline([exchange(at=n / 10) for n in range(10_000)]).count("<rect") <= 2000


@pytest.mark.parametrize("lifecycle", contract().lifecycles.values(), ids=contract().lifecycles)
def test_every_lifecycle_can_be_drawn(lifecycle: Lifecycle) -> None:
    """Each state is a box inside the picture, each transition an arrow."""
    drawn = machine(lifecycle, frozenset(), frozenset())
    boxes = re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)"', drawn)
    assert len(boxes) == len(lifecycle.states) == len(set(boxes))
    assert all(float(x) >= 0 and float(y) >= 0 for x, y in boxes)


def test_what_was_seen_is_marked() -> None:
    """Seen states and transitions are solid, the others are not."""
    render = contract().render
    first, last = render.initial[0], render.ending("success")
    drawn = machine(render, frozenset({first}), frozenset({(last, first)}))
    assert drawn.count('class="seen"') == 2


def test_an_empty_run_has_a_page() -> None:
    """A run that sent nothing can be looked at."""
    assert "Nothing was sent." in to_html(outcome())


def test_what_may_follow_stands_under_its_cause() -> None:
    """Each violated promise has one card, those that may follow from another below it."""
    page = to_html(usual())
    assert page.index('id="idempotency.replay"') < page.index("May follow from it")
    assert page.index("May follow from it") < page.index('id="container.readable"')
    assert "may follow from idempotency.replay: 1 of 1 violation share its resources" in page
    assert page.count('<article class="card break"') == 2


def test_the_page_says_how_many_promises_were_judged() -> None:
    """The head counts what was judged of how many, beside date, versions and marker."""
    page = to_html(replace(usual(), marker="lc-1234567890"))
    assert "5 of 6 promises judged" in page
    assert "2026-09-21T14:13:20Z · layers-contract " in page
    assert "marker lc-1234567890" in page
