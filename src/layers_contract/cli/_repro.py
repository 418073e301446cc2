"""`check --repro`: when the verdict stands and is written, its violations are cut down."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from layers_contract.cli._output import write

DOCUMENT = "document.yaml"
"""The document beside written tests, where it is not the shipped one."""

if TYPE_CHECKING:
    from layers_contract.judge.outcome import Outcome
    from layers_contract.replay import Attempt
    from layers_contract.report import Progress
    from layers_contract.spec.files import DocumentFiles
    from layers_contract.target import Target


def reproduce(  # noqa: PLR0917 - a run, and how to go on
    outcome: Outcome,
    target: Target,
    source: DocumentFiles,
    folder: Path,
    seconds: float,
    progress: Progress,
) -> None:
    """Cut each violation down within *seconds*, and write what is left.

    Where another document than the shipped one has judged, it is written beside the tests. Ctrl-C
    ends this alone. Nothing that goes wrong here changes the verdict.
    """
    from layers_contract.replay import Patience, files, reproduce_all

    patience, lines = Patience.of(seconds), []
    try:
        document = _document(source)
        with patience.heeding_signals(), progress:
            tell = partial(progress.activity, "repro")
            for attempt in reproduce_all(outcome, target, patience, tell, progress.sent):
                if attempt.found is not None:
                    written = files(outcome, target, attempt.found, next(iter(document), None))
                    _write({**written, **document}, folder)
                lines.append(_line(outcome, attempt))
    except click.ClickException as error:
        lines.append(f"{error.format_message()}; the verdict stands")
    except Exception as error:  # noqa: BLE001 - the verdict must not be lost to a fault of ours
        lines.append(f"reproducing broke off: {type(error).__name__} in our own code")
    for line in lines:
        click.echo(line, err=True)


def _document(source: DocumentFiles) -> dict[str, str]:
    """The document, overlays and all, as a file; none where it is the shipped one."""
    from layers_contract.spec import yaml_text

    own = source.document or source.overlays
    return {DOCUMENT: yaml_text.dump(source.load().raw)} if own else {}


def _write(written: dict[str, str], folder: Path) -> None:
    """Write a reproduction's files, and what gives pytest its option; no conftest is replaced."""
    from layers_contract.replay import CONFTEST

    if not (folder / "conftest.py").exists():
        written = {**written, "conftest.py": CONFTEST}
    write((folder / name, text) for name, text in written.items())


def _line(outcome: Outcome, attempt: Attempt) -> str:
    name, found = attempt.judged.promise.id, attempt.found
    if found is None:
        return f"{name}: not cut down: {attempt.why_not}"
    count = f"{len(found.steps)} of {len(outcome.history)} requests show it"
    more = "" if found.whole else "; there was no time to cut further"
    return f"{name}: {count}, {found.shown} of {found.tried} times{more}"
