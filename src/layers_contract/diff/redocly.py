"""`redocly diff`, and all that is known here of what it says.

It is experimental, and its report may change with any version: nothing else reads it. It is given
both documents in a form that keeps its answers few and right: without our extensions, which have
differs of their own; without examples and links, which it does not look into; with one version; and
with `anyOf` of something and null written as `nullable`, for it takes the two branches apart.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from layers_contract.diff import node
from layers_contract.spec.nodes import Path as Place
from layers_contract.spec.nodes import tokens, walk
from layers_contract.spec.problems import RefusedError

Json = Any

CONFIG: Final = Path(__file__).with_name("redocly.yaml")
EXAMPLES: Final = ("example", "examples")
_NULL: Final = {"type": "null"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: what kind of OpenAPI object, which property of it, and how.

    `way` leads through references to the object, in the newer document, or in the older one for
    what is removed. `rule` is Redocly's where it calls the difference breaking, else empty.
    """

    kind: Literal["added", "removed", "modified"]
    type: str
    property: str
    way: Place
    old: Json
    new: Json
    rule: str
    message: str


def differences(old: dict[str, Json], new: dict[str, Json]) -> list[Difference]:
    """What differs between two documents that `plain` has prepared.

    Raises:
        MissingToolError: Redocly is not installed.
        RefusedError: It cannot read a document, or reports in a form that is not known here.
    """
    report = _report(json.dumps(old), json.dumps(new))
    try:
        return [_read(each) for each in json.loads(report)["changes"]]
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(
            "redocly diff reports in another form than 2.77.0 does; see diff/redocly.py"
        ) from error


@lru_cache(maxsize=16)
def _report(old: str, new: str) -> str:
    """What Redocly prints; the gate asks for the same documents as the changelog."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("older.json", "newer.json")]
        for path, text in zip(files, (old, new), strict=True):
            path.write_text(text, encoding="utf-8")
        options = ("--config", CONFIG, "--format", "json", "--fail-on", "none")
        try:
            return node.redocly("diff", *files, *options)
        except RefusedError as error:
            raise _plainly(error) from error


def _plainly(error: RefusedError) -> RefusedError:
    """What Redocly says, without the places in its own code."""
    _, *lines = str(error).splitlines()
    said = [line.strip() for line in lines if not line.lstrip().startswith("at ")]
    return RefusedError("redocly diff cannot compare the documents; look at them", said)


def _read(raw: Mapping[str, Json]) -> Difference:
    verdict: Mapping[str, Json] = next((v for v in raw["verdicts"] if v["impact"] == "major"), {})
    return Difference(
        kind=raw["kind"],
        type=raw["typeName"],
        property=raw.get("property", ""),
        way=tuple(tokens(raw["path"].removeprefix("#").rstrip("/"))),
        old=raw.get("base", {}).get("value"),
        new=raw.get("revision", {}).get("value"),
        rule=verdict.get("ruleId", ""),
        message=verdict.get("message", ""),
    )


def plain(raw: dict[str, Json]) -> dict[str, Json]:
    """A copy of a document as Redocly is to see it."""
    document: dict[str, Json] = json.loads(json.dumps(raw))
    document.setdefault("info", {})["version"] = "0.0.0"
    for each in list(walk(document)):
        if isinstance(each.value, dict):
            _strip(each.value, shared=each.kind == "components")
            if each.kind == "schema":
                _write_nullable(each.value)
    return document


def _strip(value: dict[str, Json], *, shared: bool) -> None:
    """Take out what is not compared; what is *shared* has names of its own, like any of these."""
    gone = () if shared else (*EXAMPLES, "links")
    for key in [k for k in value if k.startswith("x-") or k in gone]:
        del value[key]


def _write_nullable(schema: dict[str, Json]) -> None:
    branches = schema.get("anyOf")
    if isinstance(branches, list) and len(branches) == 2 and _NULL in branches:
        (other,) = (
            (each for each in branches if each != _NULL) if branches[0] != branches[1] else ({},)
        )
        if isinstance(other, dict):
            del schema["anyOf"]
            schema.update({**other, **schema, "nullable": True})
