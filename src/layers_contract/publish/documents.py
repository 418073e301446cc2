"""The document in the forms that partners receive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from layers_contract.diff import node
from layers_contract.publish.presented import MARK, presented_as_fact
from layers_contract.spec import overlay, yaml_text
from layers_contract.spec.document import read_yaml
from layers_contract.spec.lint import extensions as lint_extensions
from layers_contract.spec.problems import MisfitError, RefusedError

Json = Any

NAME: Final = "openapi.yaml"
_MINIMAL: Final = Path(__file__).with_name("redocly.yaml")
VARIANTS: Final = ("staging", "speakeasy", "fern")
"""What else is laid over the partners' document, each in a file of its own."""


def write_partner(source: Path, partner: Path | None, into: Path, *, lax: bool = False) -> Path:
    """The partners' document of *source*, with *partner* on it, as `openapi.yaml` and `.json`.

    Raises:
        MisfitError: The overlay does not fit the document, be it *lax* or not.
        RefusedError: Redocly cannot bundle the document.
        MissingToolError: Redocly is not there.
    """
    bundled = into / "openapi.json"
    node.redocly("bundle", source, "--output", bundled)
    written = into / NAME
    whole = _read_json(bundled)
    _write(_laid(partner, whole, lax=lax) if partner else whole, written)
    return written


def check(document: Path, *, ours: bool) -> None:
    """Refuse what partners must not see; in *ours*, also what is assumed and not said to be.

    Raises:
        RefusedError: The document breaks a rule, or tells something assumed as a fact.
        MissingToolError: Redocly is not there.
    """
    raw = read_yaml(document)
    if problems := lint_extensions.check(raw):
        raise RefusedError("the partners' document breaks a rule of the extensions", problems)
    if leaks := presented_as_fact(raw) if ours else []:
        raise RefusedError(
            "overlays/partner.yaml leaves what is assumed presented as a fact; take it out there, "
            f"or say in its description that it is {MARK}",
            leaks,
        )
    node.redocly("lint", "--config", "redocly.yaml" if ours else _MINIMAL, document)


def write_dereferenced(document: Path, into: Path) -> None:
    """Without a reference, for tools that cannot follow them, as YAML and as JSON."""
    made = into / "openapi.dereferenced.json"
    node.redocly("bundle", document, "--dereferenced", "--output", made)
    _write(_read_json(made), made.with_suffix(".yaml"))


def write_variants(document: Path, overlays: Path, into: Path) -> None:
    """Each overlay that is for partners, and the document with it on.

    Raises:
        MisfitError: An overlay does not fit the document.
    """
    (into / "overlays").mkdir(exist_ok=True)
    for laid in (path for name in VARIANTS if (path := overlays / f"{name}.yaml").exists()):
        (into / "overlays" / laid.name).write_bytes(laid.read_bytes())
        text = yaml_text.dump(_laid(laid, read_yaml(document)))
        (into / f"openapi.{laid.name}").write_text(text, encoding="utf-8")


def _laid(path: Path, document: Json, *, lax: bool = False) -> Json:
    try:
        return overlay.apply(document, overlay.read(path), lax=lax)
    except overlay.OverlayError as error:
        raise MisfitError(str(error)) from error


def _write(value: Json, path: Path) -> None:
    """*value* as YAML in *path*, and as JSON beside it."""
    path.write_text(yaml_text.dump(value), encoding="utf-8")
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")


def _read_json(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8"))
