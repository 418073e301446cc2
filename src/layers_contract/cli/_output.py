"""Writing of reports and files, and what is shown on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import UNJUDGED, VIOLATED

if TYPE_CHECKING:
    from rich.console import Console

    from layers_contract.outcome import Outcome

PIPE_WIDTH = 160
"""What is written to a pipe or a file is as wide as this."""


def console() -> Console:
    """The terminal, or a pipe as wide as its reader likes."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def check_writable(files: dict[str, Any]) -> None:
    """Say before the run, not after it, that a report cannot be written."""
    for path in filter(
        None, (files.get(f"{kind}_file") for kind in ("json", "junit", "html", "har", "md"))
    ):
        if not path.parent.is_dir():
            raise click.ClickException(f"{path}: there is no folder {path.parent}; make it first")
    for folder in filter(None, (files.get("curl_folder"), files.get("repro_folder"))):
        if any(each.exists() and not each.is_dir() for each in (folder, *folder.parents)):
            raise click.ClickException(f"{folder}: a part of it is no folder; name another")


def report(outcome: Outcome, files: dict[str, Any]) -> None:
    """Write the files that were asked for, and print the table."""
    from rich.console import Console

    from layers_contract import report

    writers: dict[str, Callable[[Outcome], str]] = {
        "json_file": lambda found: json.dumps(report.to_json(found), indent=1) + "\n",
        "junit_file": report.to_junit,
        "html_file": report.to_html,
        "har_file": report.to_har,
    }
    write((files[name], writer(outcome)) for name, writer in writers.items() if files[name])
    folder = files["curl_folder"]
    if folder is not None:
        make_folder(folder)
        write((folder / name, text) for name, text in report.scripts(outcome).items())
    report.render(
        outcome, Console(), verbose=files["verbose"], quiet=files["quiet"], scripts=folder
    )


def exit_code(outcome: Outcome) -> int:
    """What the process ends with."""
    return {"violated": VIOLATED, "held": 0}.get(outcome.verdict, UNJUDGED)


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


def printable(text: str) -> str:
    """*text* without what a terminal would take for a command: a server may be quoted in it."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
