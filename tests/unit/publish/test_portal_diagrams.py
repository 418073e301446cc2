"""Lifecycles as state machines, as DOT, and as pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.portals import layouts, raw

from layers_contract.diff import node
from layers_contract.publish.portal import graph
from layers_contract.publish.portal.diagrams import NARROW, WIDE, Form, dot, draw
from layers_contract.publish.portal.machines import SERVER, Machine, machines
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

FORMS: Final = (WIDE, NARROW)


def machine(document: dict[str, Any] | None = None, name: str = "render") -> Machine:
    found = machines(Contract(Document(document or raw())))
    return next(each for each in found if each.name == name)


def picture(form: Form, document: dict[str, Any] | None = None, name: str = "render") -> str:
    drawn = machine(document, name)
    return str(draw(drawn, form, layouts([dot(drawn, form)])[0]))


def parcel() -> dict[str, Any]:
    """Another document's lifecycle, with a state that leads to itself."""
    document = raw()
    states = {each: {"source": "seed"} for each in ("waiting", "moving")}
    states["delivered"] = {"ends": "success", "source": "seed"}
    steps: tuple[tuple[list[str], list[str], Any], ...] = (
        ([], ["waiting"], ["generateContent"]),
        (["waiting"], ["moving"], "server"),
        (["waiting"], ["moving"], ["getJob"]),
        (["moving"], ["moving"], ["getJob"]),
        (["moving"], ["delivered"], "server"),
    )
    transitions = [{"from": a, "to": b, "by": by, "source": "seed"} for a, b, by in steps]
    lifecycle = {"field": "/status", "states": states, "transitions": transitions}
    document["components"]["schemas"]["Parcel"] = {"x-lifecycles": {"delivery": lifecycle}}
    return document


def test_steps_are_merged() -> None:
    """Transitions between the same two states are one step, with the causes of both."""
    steps = {(each.origin, each.target): each for each in machine(parcel(), "delivery").steps}
    assert steps["waiting", "moving"].causes == ("getJob", SERVER)
    assert len(steps) == 4


def test_source_is_the_weakest() -> None:
    """A merged step is as sure as the least sure of its transitions."""
    document = parcel()
    lifecycle = document["components"]["schemas"]["Parcel"]["x-lifecycles"]["delivery"]
    lifecycle["transitions"][1]["source"] = "derived"
    steps = {(each.origin, each.target): each for each in machine(document, "delivery").steps}
    assert steps["waiting", "moving"].source == "derived"


def test_gate_decides_creations() -> None:
    """A creation that a gate decides says which value of the gate's field leads to it."""
    created = {each.target: each.when for each in machine(name="approval").steps if not each.origin}
    assert created == {
        "not_required": "requiresApproval is false",
        "pending": "requiresApproval is true",
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_dot_holds_no_words(form: Form) -> None:
    """The DOT holds numbers and sizes, no word of the document that could break it."""
    source = dot(machine(), form)
    for word in ("queued", "completed", "cancelJob", "server"):
        assert word not in source
    assert source.count(" -> ") - source.count("style=invis") == len(machine().steps)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_states_are_drawn(form: Form) -> None:
    """Each state is written in the picture, and how it ends is a class and a mark."""
    drawn = picture(form)
    for state in ("queued", "generating", "completed", "failed", "canceled"):
        assert f"{state}</text>" in drawn
    assert 'class="state success"' in drawn
    assert 'class="state failure"' in drawn
    assert 'class="state cancel"' in drawn
    assert "✓" in drawn
    assert drawn.count('class="start"') == 1


def test_causes_are_written() -> None:
    """The wide picture names the operations on its steps, and the server where it is that."""
    drawn = picture(WIDE)
    assert ">cancelJob</text>" in drawn
    assert ">the server</text>" in drawn
    assert 'class="step auto"' in drawn


def test_narrow_is_numbered() -> None:
    """The narrow picture has numbers instead, one for each set of causes."""
    drawn = picture(NARROW)
    assert "cancelJob</text>" not in drawn
    assert set(re.findall(r">(\d)</text>", drawn)) == {"1", "2", "3", "4"}


def test_no_style_of_its_own() -> None:
    """A picture has classes, no colours, no ids and no comments: the sheet gives light and dark."""
    for form in FORMS:
        drawn = picture(form)
        assert not re.search(
            r'\bid=|fill="|stroke="|style="(?!min-width)|<!--|#[0-9a-f]{3,6}\b', drawn
        )


def test_told_in_words() -> None:
    """A picture has a name that tells each step."""
    label = re.search(r'aria-label="([^"]*)"', picture(WIDE, parcel(), "delivery"))
    assert label
    assert label[1] == (
        "States of Parcel (delivery): created to waiting by generateContent; waiting to moving by"
        " getJob or the server; moving to moving by getJob; moving to delivered by the server."
    )


def test_graphviz_json() -> None:
    """Of Graphviz's JSON come middles, splines, tips and labels, with y downwards."""
    drawn = {
        "bb": "0,0,200,100",
        "objects": [
            {"_gvid": 0, "name": "a", "pos": "50,90"},
            {"_gvid": 1, "name": "b", "pos": "50,10"},
        ],
        "edges": [{"tail": 0, "head": 1, "pos": "e,50,20 50,80 50,60 50,50 50,30", "lp": "70,50"}],
    }
    found = graph.layout(drawn)
    assert found.nodes == {"a": (50, 10), "b": (50, 90)}
    points = ((50, 20), (50, 40), (50, 50), (50, 70))
    assert found.edges["a", "b"] == graph.Route(points, tip=(50, 80), label=(70, 50))


def test_asks_node_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All graphs are laid out by one start of Node, which reads them from stdin."""
    asked: list[Any] = []

    def script(_: Path, given: str) -> str:
        asked.append(json.loads(given))
        return json.dumps([{"bb": "0,0,1,1"}, {"bb": "0,0,2,2"}])

    monkeypatch.setattr(node, "script", script)
    assert [each.width for each in graph.layouts(["digraph {}", "digraph {}"])] == [1, 2]
    assert asked == [["digraph {}", "digraph {}"]]
