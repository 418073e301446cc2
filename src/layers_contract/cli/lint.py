"""`layers-contract lint`: what is wrong with a document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layers_contract.cli._options import VIOLATED, in_file


@click.command()
@click.argument("document", required=False, type=in_file, metavar="[FILE]")
def lint(document: Path | None) -> None:
    """Check a document: extensions, references, lifecycles, house style.

    Prints one line a finding: where, as a JSON Pointer, and what. Exit code 1 where there is one.
    """
    from layers_contract.document import DocumentError, default_path
    from layers_contract.spec.lint import findings

    try:
        found = findings(document or default_path())
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    for each in found:
        click.echo(each)
    sys.exit(VIOLATED if found else 0)
