"""Overlay files: read, and judged by their shape."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import yaml

from layers_contract.spec.document import DocumentError, read_yaml, to_pointer

Json = Any

NOTHING: Final = object()
"""Stands for a value that is not there; null is one that is."""

_INFO: Final = {
    "type": "object",
    "required": ["title", "version"],
    "properties": {name: {"type": "string"} for name in ("title", "version", "description")},
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
}
_ACTION: Final = {
    "type": "object",
    "required": ["target"],
    "properties": {
        "target": {"type": "string", "pattern": r"^\$"},
        "description": {"type": "string"},
        "update": True,
        "copy": {"type": "string", "pattern": r"^\$"},
        "remove": {"type": "boolean"},
    },
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
    "not": {"required": ["update", "copy"]},
}
_OVERLAY: Final = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": ["overlay", "info", "actions"],
        "properties": {
            "overlay": {"type": "string", "pattern": r"^1\.[01]\.\d+$"},
            "info": _INFO,
            "extends": {"type": "string"},
            "actions": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _ACTION},
        },
        "patternProperties": {"^x-": True},
        "additionalProperties": False,
    }
)


class OverlayError(Exception):
    """An overlay does not fit the document; a line for each action says which, and why."""


class NoOverlayError(OverlayError):
    """A file is not there, or is no overlay; the line says where and why."""


@dataclass(frozen=True, slots=True)
class Action:
    """One step of an overlay; `place` is `file:line`, an `update` it does not have is `NOTHING`."""

    place: str
    target: str
    update: Json
    copy: str | None
    remove: bool


def read(path: Path) -> list[Action]:
    """The actions of the overlay in the file *path*.

    Raises:
        NoOverlayError: There is no such file, or it is no overlay of version 1.0 or 1.1.
    """
    try:
        raw = read_yaml(path)
    except DocumentError as error:
        raise NoOverlayError(str(error)) from error
    for problem in _OVERLAY.iter_errors(raw):
        at = to_pointer([str(part) for part in problem.instance_path])
        raise NoOverlayError(f"{path}: #{at}: {problem.message}")
    lines = _lines(path)
    return [
        Action(
            place=f"{path}:{line}",
            target=each["target"],
            update=each.get("update", NOTHING),
            copy=each.get("copy"),
            remove=each.get("remove", False),
        )
        for each, line in zip(raw["actions"], lines, strict=True)
    ]


def _lines(path: Path) -> list[int]:
    """The line that each action starts in."""
    root: Any = yaml.compose(path.read_bytes(), yaml.CSafeLoader)
    members = {key.value: value for key, value in root.value}
    return [each.start_mark.line + 1 for each in members["actions"].value]
