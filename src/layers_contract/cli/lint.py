"""`layers-contract lint`: what is wrong with a document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layers_contract.cli._options import VIOLATED, in_file, overlaid


@click.command()
@click.argument("document", required=False, type=in_file, metavar="[FILE]")
@overlaid
def lint(document: Path | None, overlays: tuple[Path, ...]) -> None:
    """Check a document: extensions, references, lifecycles, style.

    Prints one line a finding: where, as a JSON Pointer, and what. Exit code 1 where there is one.
    """
    from layers_contract.document import DocumentError
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.spec.lint import findings

    try:
        found = findings(DocumentFiles(document, overlays).load())
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    for each in found:
        click.echo(each)
    sys.exit(VIOLATED if found else 0)
