"""Where Graphviz puts the nodes and edges of a graph; how they look is not its business."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layers_contract.diff import node

__all__ = ["Layout", "Point", "Route", "layouts"]

Point = tuple[float, float]

_SCRIPT: Final = Path(__file__).with_name("graph.mjs")


@dataclass(frozen=True, slots=True)
class Route:
    """A cubic spline (1 + 3n points), the arrow's tip after it, and the label's middle."""

    points: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Middles of nodes and routes of edges, in pixels from the upper left corner."""

    width: float
    height: float
    nodes: Mapping[str, Point]
    edges: Mapping[tuple[str, str], Route]


def layouts(sources: Sequence[str]) -> list[Layout]:
    """The layout of each DOT source; no node stands twice, and no edge.

    Raises:
        MissingToolError: Node or Graphviz for it is not there.
        RefusedError: Graphviz cannot lay a source out.
    """
    return [layout(each) for each in json.loads(node.script(_SCRIPT, json.dumps(sources)))]


def layout(drawn: Mapping[str, Any]) -> Layout:
    """Of Graphviz's JSON; its y grows upwards, ours downwards."""
    width, height = _numbers(drawn["bb"])[2:4]
    objects = drawn.get("objects", ())
    names = {each["_gvid"]: each["name"] for each in objects}
    return Layout(
        width=width,
        height=height,
        nodes={each["name"]: _points(each["pos"], height)[0] for each in objects},
        edges={
            (names[each["tail"]], names[each["head"]]): _route(each, height)
            for each in drawn.get("edges", ())
        },
    )


def _route(edge: Mapping[str, Any], height: float) -> Route:
    """Of `e,x,y x,y …`: the tip stands first, with an e."""
    tip, *points = _points(edge["pos"].removeprefix("e,"), height)
    label = _points(edge["lp"], height)[0] if "lp" in edge else None
    return Route(tuple(points), tip, label)


def _points(text: str, height: float) -> list[Point]:
    return [
        (round(x, 1), round(height - y, 1))
        for x, y in (_numbers(pair) for pair in text.split(" ") if pair)
    ]


def _numbers(text: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+(?:e-?\d+)?", text)]
