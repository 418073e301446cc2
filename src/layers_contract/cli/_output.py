"""Writing of reports and files, and what is shown on the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import UNJUDGED, VIOLATED

if TYPE_CHECKING:
    from rich.console import Console

    from layers_contract.judge.outcome import Outcome
    from layers_contract.spec.files import DocumentFiles

_WRITTEN = ("json", "junit", "html", "har", "md", "sarif", "gitlab", "svg")
PIPE_WIDTH = 160
"""What is written to a pipe or a file is as wide as this."""


def console() -> Console:
    """The terminal, or a pipe as wide as its reader likes."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def check_writable(files: dict[str, Any]) -> None:
    """Say before the run, not after it, that a report cannot be written."""
    for path in filter(None, (files.get(f"{kind}_file") for kind in _WRITTEN)):
        if not path.parent.is_dir():
            raise click.ClickException(f"{path}: there is no folder {path.parent}; make it first")
    for folder in filter(None, (files.get("curl_folder"), files.get("repro_folder"))):
        if any(each.exists() and not each.is_dir() for each in (folder, *folder.parents)):
            raise click.ClickException(f"{folder}: a part of it is no folder; name another")


def report(outcome: Outcome, files: dict[str, Any], source: DocumentFiles) -> None:
    """Write the files that were asked for, and print the table; *source* is the document's."""
    from rich.console import Console

    from layers_contract import report
    from layers_contract.spec.lines import promise_places

    places = cache(partial(promise_places, source))
    writers: dict[str, Callable[[Outcome], str]] = {
        "json_file": lambda found: json.dumps(report.to_json(found), indent=1) + "\n",
        "junit_file": report.to_junit,
        "html_file": report.to_html,
        "har_file": report.to_har,
        "sarif_file": lambda found: report.to_sarif(found, places()),
        "gitlab_file": lambda found: report.to_gitlab(found, places()),
    }
    write((files[name], writer(outcome)) for name, writer in writers.items() if files[name])
    folder = files["curl_folder"]
    if folder is not None:
        make_folder(folder)
        write((folder / name, text) for name, text in report.scripts(outcome).items())
    show = partial(
        report.render, outcome, verbose=files["verbose"], quiet=files["quiet"], scripts=folder
    )
    if files["output"] == "github":
        _github(outcome, show, places())
    else:
        show(Console())


def _github(
    outcome: Outcome, show: Callable[[Console], None], places: Mapping[str, tuple[str, int]]
) -> None:
    """The table with no line of it a command to the runner, the annotations, the step's summary."""
    from rich.console import Console

    from layers_contract import report

    table = StringIO()
    show(Console(file=table, width=PIPE_WIDTH))
    click.echo(report.fenced(table.getvalue()), nl=False)
    click.echo(report.to_github(outcome, places), nl=False)
    step = os.environ.get("GITHUB_STEP_SUMMARY")
    if step:
        append(Path(step), report.to_step_summary(outcome))


def exit_code(outcome: Outcome) -> int:
    """What the process ends with."""
    failed = VIOLATED if outcome.missing else 0
    return {"violated": VIOLATED, "held": failed}.get(outcome.verdict, UNJUDGED)


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be made ({error.strerror})") from error


def write(files: Iterable[tuple[Path, str]]) -> None:
    for path, text in files:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"{path}: cannot be written ({error.strerror})"
            raise click.ClickException(message) from error


def append(path: Path, text: str) -> None:
    """Add *text* to a file that others write to, too."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror})"
        raise click.ClickException(message) from error


def printable(text: str) -> str:
    """*text* without what a terminal would take for a command: a server may be quoted in it."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
