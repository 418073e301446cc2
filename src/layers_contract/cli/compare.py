"""`layers-contract compare` and `trend`: results of earlier runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from layers_contract.cli._options import VIOLATED, folder, in_file, out_file
from layers_contract.cli._output import append, check_writable, write

FAILING = {
    "violated": "newly_violated",
    "other-cause": "other_cause",
    "not-judged": "no_longer_judged",
}


@click.command()
@click.argument("before", type=in_file, metavar="A.json")
@click.argument("after", type=in_file, metavar="B.json")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
    help="markdown: for a pull request; github: annotations, and the step's summary.",
)
@click.option(
    "--fail-on",
    type=click.Choice(sorted(FAILING)),
    multiple=True,
    help="What else than a newly violated promise is exit code 1; several.",
)
def compare(before: Path, after: Path, form: str, fail_on: tuple[str, ...]) -> None:
    """Compare two results of `check --json` or `judge --json`.

    Names what is newly violated in the second one, violated in another way, mended, no longer
    judged, and newly judged. Exit code 1 where something is newly violated.
    """
    from layers_contract import results

    try:
        found = results.compare(results.read(before), results.read(after))
    except results.ResultError as error:
        raise click.ClickException(str(error)) from error
    click.echo(results.written(found, form), nl=False)
    step = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and step:
        append(Path(step), results.written(found, "markdown"))
    kinds = {FAILING[each] for each in ("violated", *fail_on)}
    sys.exit(VIOLATED if any(found.of(kind) for kind in kinds) else 0)


@click.command()
@click.argument("results_folder", type=folder, metavar="FOLDER")
@click.option("--html", "html_file", type=out_file, metavar="FILE", help="Write a page.")
@click.option("--svg", "svg_file", type=out_file, metavar="FILE", help="Write a picture.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="How many runs to show.",
)
def trend(results_folder: Path, html_file: Path | None, svg_file: Path | None, last: int) -> None:
    """Draw a folder of results over time.

    A file of the folder that is no result is left out, and named.
    """
    from layers_contract import results

    if html_file is None and svg_file is None:
        raise click.UsageError("say where to write it: --html FILE or --svg FILE")
    check_writable({"html_file": html_file, "svg_file": svg_file})
    try:
        found = results.trend(results_folder, last)
    except results.ResultError as error:
        raise click.ClickException(str(error)) from error
    for each in found.left_out:
        click.echo(f"left out: {each}", err=True)
    pages = ((html_file, results.to_html), (svg_file, results.to_svg))
    write((path, writer(found)) for path, writer in pages if path is not None)
