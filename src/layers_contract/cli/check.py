"""`layers-contract check`: judge a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import (
    UNJUDGED,
    documented,
    in_file,
    judging,
    load_contract,
    only_ids,
    reports,
)
from layers_contract.cli._output import check_writable, make_folder, report, write
from layers_contract.cli._target import open_target

if TYPE_CHECKING:
    from layers_contract.outcome import Outcome
    from layers_contract.report import Progress
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.target import Target


@click.command()
@click.option("--target", "target_file", type=in_file, metavar="FILE.toml", help="What to judge.")
@click.option("--url", metavar="URL", help="The server; replaces the target file's.")
@click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "thorough"]),
    default="standard",
    show_default=True,
    help="How much to look at.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Repeat the same workload.")
@click.option(
    "--repro",
    "repro_folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Cut each violation to the fewest requests; write a pytest file and a curl script.",
)
@documented
@judging
@reports
def check(  # noqa: PLR0917 - click hands them over by name
    target_file: Path | None,
    url: str | None,
    profile: str,
    seed: int,
    strict: bool,
    only: str | None,
    repro_folder: Path | None,
    files: DocumentFiles,
    **reports_wanted: Any,
) -> None:
    """Judge a server: the mock that comes with this, if none is given."""
    from layers_contract.run import Unjudgeable, run
    from layers_contract.target import TargetError

    contract = load_contract(files)
    chosen = only_ids(only)
    check_writable({**reports_wanted, "repro_folder": repro_folder})
    if repro_folder is not None:
        make_folder(repro_folder)
    try:
        with open_target(target_file, url, files) as target:
            with _progress(target) as progress:
                outcome = run(
                    contract,
                    target,
                    profile=profile,
                    seed=seed,
                    strict=strict,
                    only=chosen,
                    listener=progress,
                )
            if repro_folder is not None and not outcome.interrupted:
                _reproduce(outcome, target, repro_folder)
    except TargetError as error:
        raise click.ClickException(str(error)) from error
    except Unjudgeable as error:
        click.echo(f"layers-contract: {error}", err=True)
        sys.exit(UNJUDGED)
    report(outcome, reports_wanted)


def _progress(target: Target) -> Progress:
    from rich.console import Console

    from layers_contract.report import LiveProgress, PlainProgress

    console = Console(stderr=True)
    if console.is_terminal:
        return LiveProgress(console, target.budget.requests)
    return PlainProgress(sys.stderr)


def _reproduce(outcome: Outcome, target: Target, folder: Path) -> None:
    """Cut each violation down, and write what is left."""
    from layers_contract.replay import files, reproduce_all

    for judged, found in reproduce_all(outcome, target):
        if found is None:
            click.echo(f"{judged.promise.id}: did not show again", err=True)
            continue
        write((folder / name, text) for name, text in files(outcome, found).items())
        count = f"{len(found.steps)} of {len(outcome.history)} requests show it"
        click.echo(f"{judged.promise.id}: {count}, {found.shown} of {found.tried} times", err=True)
