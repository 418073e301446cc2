"""`layers-contract judge`: judge recorded traffic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import (
    chosen_ids,
    documented,
    in_file,
    judging,
    load_contract,
    reports,
)
from layers_contract.cli._output import check_writable, exit_code, report

if TYPE_CHECKING:
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.argument("recordings", nargs=-1, required=True, type=in_file, metavar="FILE.har|FILE.jsonl…")
@documented
@judging
@reports
def judge(
    recordings: tuple[Path, ...],
    strict: bool,
    only: str | None,
    exclude: str | None,
    source: DocumentFiles,
    **files: Any,
) -> None:
    """Judge recorded traffic; sends nothing."""
    from layers_contract.history import History
    from layers_contract.judge import judge as verdicts
    from layers_contract.outcome import Outcome
    from layers_contract.proxy import claimed
    from layers_contract.report import from_har

    contract = load_contract(source)
    chosen = chosen_ids(only, exclude)
    check_writable(files)
    try:
        parts = [
            History.read(each) if each.suffix == ".jsonl" else from_har(each, contract)
            for each in recordings
        ]
    except OSError as error:
        raise click.ClickException(
            f"{error.filename}: cannot be read ({error.strerror})"
        ) from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for note in (note for part in parts for note in part.notes):
        click.echo(f"layers-contract judge: {note}", err=True)
    history = claimed(History(exchange for part in parts for exchange in part))
    outcome = Outcome(
        contract=contract,
        target=", ".join(map(str, recordings)),
        profile="recorded",
        seed=0,
        strict=strict,
        judged=verdicts(contract, history, strict=strict, only=chosen),
        history=history,
        seconds=0.0,
    )
    report(outcome, files)
    sys.exit(exit_code(outcome))
