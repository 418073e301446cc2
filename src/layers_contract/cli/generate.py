"""`layers-contract generate`: write what is generated from the document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from layers_contract.cli._options import VIOLATED, folder, in_file, publishing


@click.command()
@click.option(
    "--document",
    type=in_file,
    default=Path("openapi/layers.yaml"),
    show_default=True,
    help="What to generate from.",
)
@click.option(
    "--into",
    type=folder,
    default=Path("generated"),
    show_default=True,
    help="The folder of the client package.",
)
@click.option(
    "--overlays",
    type=folder,
    default=Path("overlays"),
    show_default=True,
    help="The folder of the overlays for Speakeasy and Fern.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where files are out of date.")
@publishing
def generate(document: Path, into: Path, overlays: Path, check: bool) -> None:
    """Write the client package, and the overlays for other generators.

    The same document gives the same bytes.
    """
    from layers_contract.codegen import dialects, package
    from layers_contract.codegen.client.operations import UnfitError
    from layers_contract.document import DocumentError

    try:
        if check:
            found = [package.outdated(document, into), dialects.outdated(document, overlays)]
            for problem in filter(None, found):
                click.echo(problem, err=True)
            sys.exit(VIOLATED if any(found) else 0)
        package.generate(document, into)
        written = [into, *dialects.write(document, overlays)]
    except (DocumentError, UnfitError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for path in written:
        click.echo(f"{path} is generated from {document}")
