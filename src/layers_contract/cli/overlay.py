"""`layers-contract overlay`: lay OpenAPI Overlays over a document."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from layers_contract.cli._options import VIOLATED, in_file, out_file
from layers_contract.cli._output import write


@click.command()
@click.argument("document", type=in_file)
@click.argument("overlays", type=in_file, nargs=-1, required=True, metavar="OVERLAY…")
@click.option("--output", type=out_file, metavar="FILE", help="Write a .yaml or .json file.")
@click.option("--lax", is_flag=True, help="Let a target match nothing, as the specification does.")
def overlay(document: Path, overlays: tuple[Path, ...], output: Path | None, lax: bool) -> None:
    """Lay OpenAPI Overlays (1.0 and 1.1) over a document, in order.

    A target that matches nothing is an error unless --lax is given: the document has moved on, or
    the overlay is mistaken. Exit code 1 where an overlay does not fit.
    """
    from layers_contract.spec.document import DocumentError, load
    from layers_contract.spec.overlay import NoOverlayError, OverlayError, apply, read

    try:
        laid = [action for path in overlays for action in read(path)]
        value: Any = apply(load(document).raw, laid, lax=lax)
    except (DocumentError, NoOverlayError) as error:
        raise click.ClickException(str(error)) from error
    except OverlayError as error:
        for line in str(error).splitlines():
            click.echo(f"layers-contract overlay: {line}", err=True)
        sys.exit(VIOLATED)
    if output:
        write([(output, _text(value, output.name))])
    else:
        click.echo(_text(value, ""), nl=False)


def _text(value: Any, name: str) -> str:
    from layers_contract.spec import yaml_text

    if name.endswith(".json"):
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return yaml_text.dump(value)
