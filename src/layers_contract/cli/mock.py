"""`layers-contract mock`: serve the mock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import documented, load_contract, out_file

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--target-out", type=out_file, metavar="FILE.toml", help="Write a target that fits.")
@click.option(
    "--render",
    type=click.FloatRange(min=0),
    default=1.0,
    metavar="SECONDS",
    show_default=True,
    help="How long a render takes.",
)
@click.option(
    "--jitter",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SHARE",
    help="How far a render's time may be off, as a share of it.",
)
@click.option("--db", default=":memory:", metavar="FILE", help="Keep what happens in this file.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Break a promise.")
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME", help="Differ, within the contract."
)
@click.option(
    "--latency",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long before each response.",
)
@click.option(
    "--cancel-delay",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="A render that is canceled goes on for so long.",
)
@click.option(
    "--window", type=click.FloatRange(min=1), metavar="SECONDS", help="Keys last so long."
)
@click.option("--rate-limit", metavar="TIER", help="Count requests, and refuse too many.")
@click.option("--seed", type=int, help="Make the same ids every time.")
@documented
@click.option("--list", "list_", is_flag=True, help="Print the faults and variants, and end.")
def mock(target_out: Path | None, list_: bool, source: DocumentFiles, **options: Any) -> None:
    """Serve a mock that keeps the contract, or breaks a part."""
    from layers_contract.mock import (
        MockError,
        MockOptions,
        faults_of,
        serve,
        variants_of,
        words_of,
    )

    if source.document or source.overlays:
        load_contract(source)
    words = words_of(source)
    if list_:
        for fault in faults_of(words).values():
            click.echo(f"fault {fault.name:32} {fault.breaks:34} {fault.sentence}")
        for variant in variants_of(words).values():
            click.echo(f"variant {variant.name:32} {variant.sentence}")
        return
    try:
        serve(MockOptions(**options, files=source), target_out)
    except MockError as error:
        raise click.ClickException(str(error)) from error
