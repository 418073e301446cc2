"""`layers-contract lint`: what is wrong with a document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layers_contract.cli._options import VIOLATED, in_file, overlaid


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
    from layers_contract.document import DocumentError
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.spec.lint import findings

    try:
        found = findings(DocumentFiles(document, overlays).load(), style=style)
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    for each in found:
        click.echo(each)
    sys.exit(VIOLATED if found else 0)
