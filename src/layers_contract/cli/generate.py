"""`layers-contract generate`: write what is generated from the document."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from layers_contract.cli._options import VIOLATED, demand_whole, documented, folder, publishing

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles


@click.command()
@documented
@click.option(
    "--into",
    type=folder,
    default=Path("generated"),
    show_default=True,
    help="The folder of the client package.",
)
@click.option(
    "--overlays-into",
    type=folder,
    default=Path("overlays"),
    show_default=True,
    help="The folder of the overlays for Speakeasy and Fern.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where files are out of date.")
@publishing
def generate(source: DocumentFiles, into: Path, overlays_into: Path, check: bool) -> None:
    """Write the client, and the overlays for other generators.

    The same document gives the same bytes.
    """
    from layers_contract.codegen.client.operations import UnfitError
    from layers_contract.spec.document import DocumentError

    try:
        demand_whole(source)
        with source.as_file() as document:
            written = _generate(document, into, overlays_into, check=check)
    except (DocumentError, UnfitError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for path in written:
        click.echo(f"{path} is generated from {source}")


def _generate(document: Path, into: Path, overlays: Path, *, check: bool) -> list[Path]:
    """Generate, or compare; the paths that were written."""
    from layers_contract.codegen import dialects, package

    if check:
        found = [package.outdated(document, into), dialects.outdated(document, overlays)]
        for problem in filter(None, found):
            click.echo(problem, err=True)
        sys.exit(VIOLATED if any(found) else 0)
    package.generate(document, into)
    return [into, *dialects.write(document, overlays)]
