"""`layers-contract publish` and `diff`: what partners receive, and what a new version changes."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from layers_contract.cli._options import (
    VIOLATED,
    demand_whole,
    documented,
    folder,
    in_file,
    overlaid,
    publishing,
)

if TYPE_CHECKING:
    from layers_contract.diff.model import Change
    from layers_contract.spec.files import DocumentFiles


@click.command()
@documented
@click.option(
    "--published",
    type=folder,
    metavar="FOLDER",
    help="The versions that partners have; openapi/published for our own document.",
)
@click.option(
    "--partner",
    type=in_file,
    metavar="FILE",
    help="The overlay that partners' document has on it; overlays/partner.yaml for our own.",
)
@click.option(
    "--into",
    type=folder,
    default=Path("dist/partner"),
    show_default=True,
    help="The folder of the bundle; replaced as a whole.",
)
@click.option(
    "--record",
    is_flag=False,
    flag_value="today",
    metavar="[DATE]",
    help="Keep this version as published on that day; today if left out.",
)
@publishing
def publish(
    source: DocumentFiles,
    published: Path | None,
    partner: Path | None,
    into: Path,
    record: str | None,
) -> None:
    """Write the partner bundle: document, pages, changelog, client.

    Needs Node.js and no network. Where something is wrong nothing is written. Exit code 1 where
    the document, or a change of it, must not be published as it is.
    """
    from layers_contract.publish.bundle import Order
    from layers_contract.publish.bundle import publish as make
    from layers_contract.spec.document import DocumentError
    from layers_contract.spec.problems import PublishError

    if record and source.document and published is None:
        hint = "say with --published FOLDER where the versions of this document are kept"
        raise click.ClickException(f"--record: {hint}")
    try:
        demand_whole(source)
        make(Order(source, published, partner, into), record=record and _day(record))
    except PublishError as error:
        click.echo(f"publish: {error}", err=True)
        sys.exit(error.exit_code)
    except DocumentError as error:
        raise click.ClickException(str(error)) from error


def _day(said: str) -> str:
    """A day in ISO 8601."""
    try:
        today = dt.datetime.now(tz=dt.UTC).date()
        return (today if said == "today" else dt.date.fromisoformat(said)).isoformat()
    except ValueError as error:
        message = f"--record: {said!r} is no day; write it as 2026-01-31"
        raise click.ClickException(message) from error


@click.command()
@click.argument("old", type=in_file)
@click.argument("new", type=in_file)
@overlaid
@click.option("--fail-on", type=click.Choice(["breaking"]), help="Exit 1 where there is one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print the changes.",
)
@publishing
def diff(old: Path, new: Path, overlays: tuple[Path, ...], fail_on: str | None, form: str) -> None:
    """Print what changed between two documents, each change rated.

    An overlay is laid on NEW.
    """
    from layers_contract.diff import differ
    from layers_contract.spec.document import DocumentError
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.spec.problems import PublishError

    try:
        with DocumentFiles(new, overlays).as_file() as newer:
            changes = differ.between(old, newer)
            text = _FORMATS[form](changes, old, newer)
    except (DocumentError, PublishError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(text, nl=bool(text))
    sys.exit(VIOLATED if fail_on and any(each.rating == fail_on for each in changes) else 0)


def _text(changes: Sequence[Change], _old: Path, _new: Path) -> str:
    from layers_contract.diff.gate import line

    return "\n".join(map(line, changes)) or "no changes"


def _markdown(changes: Sequence[Change], _old: Path, new: Path) -> str:
    from layers_contract.diff import changelog, differ
    from layers_contract.diff.model import Release

    version = str(differ.read(new)["info"].get("version"))
    return changelog.section(Release(version, "", tuple(changes)))


def _json(changes: Sequence[Change], old: Path, _new: Path) -> str:
    from layers_contract.diff import changelog, gate, published

    needs = str(gate.next_version(published.current_version(old), changes))
    listed = [changelog.change_json(each) for each in changes]
    return json.dumps({"changes": listed, "needs": needs}, indent=1)


def _github(changes: Sequence[Change], _old: Path, new: Path) -> str:
    from layers_contract.diff.gate import line

    levels = {"breaking": "error", "addition": "notice", "wording": "notice"}
    return "\n".join(f"::{levels[each.rating]} file={new}::{line(each)}" for each in changes)


_FORMATS: dict[str, Callable[[Sequence[Change], Path, Path], str]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
    "github": _github,
}
