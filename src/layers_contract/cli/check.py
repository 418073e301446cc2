"""`layers-contract check`: judge a server."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._baseline import read_baseline, with_baseline
from layers_contract.cli._options import (
    UNJUDGED,
    chosen_ids,
    documented,
    in_file,
    judging,
    load_contract,
    reports,
    required_ids,
)
from layers_contract.cli._output import check_writable, exit_code, make_folder, report
from layers_contract.cli._rehearsal import rehearsed
from layers_contract.cli._repro import reproduce
from layers_contract.cli._target import document_of, open_target

if TYPE_CHECKING:
    from layers_contract.report import Progress
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.option("--target", "target_file", type=in_file, metavar="FILE.toml", help="What to judge.")
@click.option("--url", metavar="URL", help="The server; replaces the target file's.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Send this with every request; a value of env:VARIABLE is read from the environment.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Give the server so long to start: greet it again until it answers as the API.",
)
@click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "thorough"]),
    default="standard",
    show_default=True,
    help="How much to look at.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only greet the server and check the target; say what a run would judge and cost.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Repeat the same workload.")
@click.option(
    "--repro",
    "repro_folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Cut each violation to the fewest requests; write a pytest file and a curl script.",
)
@click.option("--fail-fast", is_flag=True, help="End the run at the first violation.")
@click.option(
    "--repro-seconds",
    type=click.FloatRange(min=1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long --repro may take in all; Ctrl-C ends it alone.",
)
@documented
@judging
@reports
def check(  # noqa: PLR0917 - click hands them over by name
    target_file: Path | None,
    url: str | None,
    headers: tuple[str, ...],
    wait: float,
    profile: str,
    dry_run: bool,
    seed: int,
    strict: bool,
    only: str | None,
    require: str | None,
    fail_on: str,
    exclude: str | None,
    repro_folder: Path | None,
    repro_seconds: float,
    fail_fast: bool,
    source: DocumentFiles,
    **files: Any,
) -> None:
    """Judge a server: the embedded mock, if none is given."""
    from layers_contract.judge.catalogue import catalogue
    from layers_contract.report import summary
    from layers_contract.run import Unjudgeable, finishing, forecast, run
    from layers_contract.target import TargetError

    source = document_of(target_file, source)
    contract = load_contract(source)
    chosen = chosen_ids(contract, only, exclude)
    known = read_baseline(files["baseline_file"], contract)
    check_writable({**files, "repro_folder": repro_folder})
    if repro_folder is not None:
        make_folder(repro_folder)
    try:
        with open_target(target_file, url, source, headers) as target:
            required = required_ids(contract, require, fail_on, target.require.judged, chosen)
            if dry_run:
                found = forecast(contract, target, profile=profile, only=chosen, wait=wait)
                sys.exit(rehearsed(target, profile, found, required))
            with _progress() as progress:
                outcome = run(
                    contract,
                    target,
                    profile=profile,
                    seed=seed,
                    strict=strict,
                    only=chosen,
                    listener=progress,
                    fail_fast=fail_fast,
                    wait=wait,
                )
            outcome = replace(with_baseline(outcome, known), required=required)
            with finishing():
                report(outcome, files, source)
            if repro_folder and outcome.verdict == "violated" and not outcome.interrupted:
                reproduce(outcome, target, source, repro_folder, repro_seconds, _progress())
                click.echo(summary(outcome), err=True)
    except TargetError as error:
        raise click.ClickException(str(error)) from error
    except Unjudgeable as error:
        click.echo(f"0 of {len(chosen or catalogue(contract))} promises judged")
        click.echo(f"layers-contract: {error}", err=True)
        sys.exit(UNJUDGED)
    sys.exit(exit_code(outcome))


def _progress() -> Progress:
    from rich.console import Console

    from layers_contract.report import LiveProgress, PlainProgress

    console = Console(stderr=True)
    if console.is_terminal:
        return LiveProgress(console)
    return PlainProgress(sys.stderr)
