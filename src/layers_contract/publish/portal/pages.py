"""The two pages, put together."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from layers_contract.codegen.client.facts import Facts
from layers_contract.diff.model import Release
from layers_contract.publish.portal import facts, graph, overview, reference, words
from layers_contract.publish.portal.catalogue import Shelf, shelves, tally
from layers_contract.publish.portal.diagrams import NARROW, WIDE, dot, draw
from layers_contract.publish.portal.downloads import Download
from layers_contract.publish.portal.errors import errors
from layers_contract.publish.portal.idempotency import rule
from layers_contract.publish.portal.machines import Machine, machines
from layers_contract.publish.portal.markup import anchor, code, inline, markdown, safe_url
from layers_contract.publish.portal.quickstart import python
from layers_contract.publish.portal.releases import tell
from layers_contract.publish.portal.shell import curl
from layers_contract.publish.portal.timeline import narrow, sentence, wide
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

__all__ = ["write"]

_TEMPLATES: Final = Path(__file__).with_name("templates")
_DOCUMENT: Final = "openapi.yaml"


def write(
    document: Document,
    releases: Sequence[Release],
    downloads: Sequence[Download],
    client_readme: str,
    into: Path,
) -> None:
    """`index.html` and `changelog.html` in the folder *into*.

    *document* is the partners' one, *releases* stand newest first, *downloads* are what lies
    beside the pages, and *client_readme* gives the quick start's Python.

    Raises:
        PublishError: Graphviz is not there, or cannot lay a lifecycle out.
    """
    environment = _environment()
    shared = _shared(document, releases, downloads)
    index = {**shared, **_index(document, downloads, client_readme)}
    for name, values in (("index.html", index), ("changelog.html", shared)):
        page = environment.get_template(f"{name}.jinja").render(values)
        (into / name).write_text(page, encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": anchor,
        "code": code,
        "inline": inline,
        "markdown": markdown,
        "safe_url": safe_url,
    }
    return environment


def _shared(
    document: Document, releases: Sequence[Release], downloads: Sequence[Download]
) -> dict[str, Any]:
    script = (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    return {
        "info": document.raw["info"],
        "operations": document.operations,
        "links": {name: reference.link(each) for name, each in document.operations.items()},
        "tellings": tell(releases),
        "downloads": downloads,
        "sha256": _sha256(document, downloads),
        "policy": _policy(script),
        "style": Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 -- ours
        "script": Markup(script),  # noqa: S704 -- ours
    }


def _index(document: Document, downloads: Sequence[Download], client_readme: str) -> dict[str, Any]:
    drawn = _drawn(machines(Contract(document)))
    repeated = rule(document)
    catalogue = shelves(document)
    wheel = next((each.name for each in downloads if each.name.endswith(".whl")), "")
    return {
        "stages": overview.stages(document),
        "tiles": overview.tiles(document),
        "curl": curl(document),
        "python": python(Facts(document), client_readme, wheel),
        "machines": drawn,
        "rule": repeated,
        "timelines": [draws(repeated) for draws in (wide, narrow)] if repeated else [],
        "timeline_sentence": sentence(repeated) if repeated else "",
        "polls": facts.polls(document),
        "lists": facts.lists(document),
        "limits": facts.limits(document),
        "groups": facts.groups(document),
        "errors": errors(document),
        "shelves": catalogue,
        "sources": _counted(catalogue),
        "meanings": words.SOURCES,
        "ends": words.ENDS,
    }


def _drawn(found: Sequence[Machine]) -> list[tuple[Machine, Markup, Markup]]:
    """Each lifecycle with its two pictures; Graphviz is asked once for all."""
    asked = [(machine, form) for machine in found for form in (WIDE, NARROW)]
    laid = graph.layouts([dot(machine, form) for machine, form in asked]) if asked else []
    pictures = [
        draw(machine, form, each) for (machine, form), each in zip(asked, laid, strict=True)
    ]
    return list(zip(found, pictures[::2], pictures[1::2], strict=True))


def _counted(catalogue: Sequence[Shelf]) -> list[tuple[str, int]]:
    return tally(tuple(entry for shelf in catalogue for entry in shelf.entries))


def _sha256(document: Document, downloads: Sequence[Download]) -> str:
    """Of the document as it is handed out, else of its JSON."""
    given = next((each.sha256 for each in downloads if each.name == _DOCUMENT), None)
    return given or hashlib.sha256(json.dumps(document.raw, sort_keys=True).encode()).hexdigest()


def _policy(script: str) -> str:
    """Nothing from anywhere, and no script but the page's own."""
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{known}'; style-src 'unsafe-inline';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
