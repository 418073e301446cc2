"""The document of this repository, with edits, held against itself by the differ of extensions."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.gate.seeds.seed import Edit
from tests.helpers.places import ROOT

from layers_contract.diff import extensions
from layers_contract.diff.differ import ordered
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas
from layers_contract.spec.document import read_yaml

Json = Any


@cache
def _text() -> str:
    return json.dumps(read_yaml(ROOT / "openapi" / "layers.yaml"))


def document(*edits: Edit) -> dict[str, Json]:
    made: dict[str, Json] = json.loads(_text())
    for edit in edits:
        edit(made)
    return made


@cache
def _unchanged() -> Atlas:
    return Atlas(document())


def _atlas(raw: dict[str, Json]) -> Atlas:
    return _unchanged() if raw == _unchanged().raw else Atlas(raw)


def between(old: dict[str, Json], new: dict[str, Json]) -> tuple[Change, ...]:
    atlases = _atlas(old), _atlas(new)
    return ordered(list(extensions.between(*atlases)), *atlases)


def told(old: dict[str, Json], new: dict[str, Json]) -> set[str]:
    """The rating and the rule of each change, as `breaking state-added`."""
    return {f"{change.rating} {change.rule}" for change in between(old, new)}
