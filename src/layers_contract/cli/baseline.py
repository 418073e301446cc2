"""`layers-contract baseline`: the file of known violations."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from layers_contract.cli._baseline import today
from layers_contract.cli._options import VIOLATED, documented, in_file, load_contract, out_file
from layers_contract.cli._output import write

if TYPE_CHECKING:
    from collections.abc import Collection

    from layers_contract.baseline import Entry
    from layers_contract.results import Result
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.option(
    "--file", "path", type=out_file, required=True, metavar="FILE.toml", help="The baseline."
)
@click.option(
    "--update",
    "results",
    type=in_file,
    multiple=True,
    metavar="RESULT.json",
    help="Add an entry for each violation of a result that none covers yet; several results.",
)
@click.option(
    "--check", "checking", is_flag=True, help="Name entries that have expired or are not finished."
)
@click.option("--prune", is_flag=True, help="With --update: delete entries no longer seen.")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    help="How long a new entry is valid.",
)
@click.option("--owner", metavar="NAME", help="Who owns the new entries.")
@click.option("--reason", metavar="TEXT", help="Why the new entries are accepted.")
@documented
def baseline(  # noqa: PLR0917 - click hands them over by name
    path: Path,
    results: tuple[Path, ...],
    checking: bool,
    prune: bool,
    days: int,
    owner: str | None,
    reason: str | None,
    source: DocumentFiles,
) -> None:
    """Write or check the known violations of `check --baseline`.

    --update keeps what the file says to the letter and adds entries at its end. Exit code 1 where
    --check names an entry.
    """
    from layers_contract.baseline import BaselineError, read
    from layers_contract.results import ResultError
    from layers_contract.results import read as read_result

    if bool(results) == checking:
        raise click.UsageError("say either --update RESULT.json or --check")
    from layers_contract.judge.catalogue import catalogue

    promises = catalogue(load_contract(source))
    try:
        entries = read(path, promises) if checking or path.exists() else []
        if checking:
            sys.exit(VIOLATED if _complaints(path, entries) else 0)
        read_results = [read_result(each) for each in results]
        expires = today() + timedelta(days=days)
        _update(path, entries, read_results, promises, (expires, owner, reason), prune=prune)
    except (BaselineError, ResultError) as error:
        raise click.ClickException(str(error)) from error


def _complaints(path: Path, entries: list[Entry]) -> int:
    """Name each entry that somebody must look at; how many there are."""
    found = 0
    for entry in entries:
        problems = [
            *([f"expired on {entry.expires}"] if entry.expires < today() else []),
            *(["its reason or owner is to be filled in"] if entry.unfinished else []),
        ]
        if problems:
            found += 1
            click.echo(f"{path}:{entry.line}: {entry}: {', '.join(problems)}")
    valid = len(entries) - found
    click.echo(f"{len(entries)} known, {valid} in order", err=True)
    return found


def _update(
    path: Path,
    entries: list[Entry],
    results: list[Result],
    promises: Collection[str],
    new: tuple[date, str | None, str | None],
    *,
    prune: bool,
) -> None:
    from layers_contract.baseline import pruned, update

    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    found = [each for result in results for each in result.promises.values()]
    seen = [(each.id, cause.cause) for each in found for cause in each.causes]
    strangers = sorted({promise for promise, _ in seen if promise not in promises})
    if strangers:
        names = ", ".join(strangers)
        raise click.ClickException(f"the document has no promise {names}; give its --document")
    judged = {each.id for each in found if each.verdict != "not_judged"}
    changed = update(text, entries, seen, judged, *new)
    written = changed.text
    if prune and changed.gone:
        written = pruned(written, str(path), changed.gone, promises)
    write([(path, written)])
    for entry in changed.added:
        click.echo(f"added: {entry}, until {entry.expires}")
    for entry in changed.gone:
        done = "deleted" if prune else "not seen any more, delete it"
        click.echo(f"{done}: {entry}")
    counted = f"{len(changed.added)} added, {len(entries)} kept before, {len(changed.gone)} gone"
    click.echo(f"{path}: {counted}", err=True)
