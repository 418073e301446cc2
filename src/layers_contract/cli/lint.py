"""`layers-contract lint`: what is wrong with a document."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from layers_contract.cli._options import VIOLATED, in_file, overlaid

if TYPE_CHECKING:
    from layers_contract.spec.document import Document


@click.command()
@click.argument("document", required=False, type=in_file, metavar="[FILE]")
@overlaid
@click.option(
    "--style",
    is_flag=True,
    help="Also the style of this repository's document: tags, links, sources, refusals, examples.",
)
def lint(document: Path | None, overlays: tuple[Path, ...], style: bool) -> None:
    """Check a document: extensions, references, lifecycles, links.

    Prints one line a finding: where, as a JSON Pointer, and what. Exit code 1 where there is one.
    """
    from layers_contract.spec.document import DocumentError
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.spec.lint import findings

    try:
        loaded = DocumentFiles(document, overlays).load()
        found = findings(loaded, style=style)
        found += [] if found else _misfits(loaded)
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    for each in found:
        click.echo(each)
    sys.exit(VIOLATED if found else 0)


def _misfits(document: Document) -> list[str]:
    """What the checks of ours read, and a sound document does not have."""
    from layers_contract.judge.catalogue import misfits
    from layers_contract.spec.contract import Contract

    return [f"{promise.at}: {said}" for promise, said in misfits(Contract(document))]
