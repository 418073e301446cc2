"""`layers-contract judge`: judge recorded traffic."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._baseline import read_baseline, with_baseline
from layers_contract.cli._options import (
    chosen_ids,
    documented,
    in_file,
    judging,
    load_contract,
    reports,
    required_ids,
)
from layers_contract.cli._output import check_writable, exit_code, printable, report

if TYPE_CHECKING:
    from layers_contract.judge.verdicts import Judged
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.argument("recordings", nargs=-1, required=True, type=in_file, metavar="FILE…")
@click.option(
    "--base",
    metavar="URL",
    help="Judge what went to this server, and below this path; by default, what most went to.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="NAME=ENV|HASH",
    help="Whose key is whose: own, other or limited (it lacks scopes); a variable, or a SHA-256.",
)
@click.option(
    "--webhooks",
    "webhook_files",
    multiple=True,
    type=in_file,
    metavar="FILE.jsonl",
    help="What webhooks have sent, one payload a line; judged by the document's webhooks.",
)
@click.option("--other", metavar="ENV|HASH", help="The same as --key other=….")
@documented
@judging
@reports
def judge(
    recordings: tuple[Path, ...],
    *,
    base: str | None,
    keys: tuple[str, ...],
    other: str | None,
    webhook_files: tuple[Path, ...],
    strict: bool,
    only: str | None,
    require: str | None,
    fail_on: str,
    exclude: str | None,
    source: DocumentFiles,
    **files: Any,
) -> None:
    """Judge recorded traffic, and send nothing.

    docs/recordings.md names the formats that are read, and how to export them.
    """
    from layers_contract.judge.answers import no_success
    from layers_contract.judge.facts import Expectations, undisturbed
    from layers_contract.judge.outcome import Outcome
    from layers_contract.judge.verdicts import judge as verdicts
    from layers_contract.recordings import RecordingError, names_of, read, read_webhooks

    contract = load_contract(source)
    chosen = chosen_ids(contract, only, exclude)
    required = required_ids(contract, require, fail_on, (), chosen)
    known = read_baseline(files["baseline_file"], contract)
    check_writable(files)
    started = perf_counter()
    try:
        with undisturbed():
            names = names_of([*keys, *([f"other={other}"] if other else [])])
            recording = read(recordings, contract, base=base, names=names, progress=_progress())
            last = max((each.sent for each in recording.history), default=0.0)
            for each in (e for file in webhook_files for e in read_webhooks(file, last)):
                recording.history.add(each)
            expect = Expectations(alone=recording.alone)
            _say(f"judging {len(recording.history):,} exchanges …")
            judged = verdicts(contract, recording.history, expect, strict=strict, only=chosen)
            gc.freeze()  # none of it is garbage before the process ends
    except RecordingError as error:
        raise click.ClickException(printable(str(error))) from error
    finally:
        _say("")
    nothing, left = no_success(contract, recording.history, judged)
    outcome = Outcome(
        contract=contract,
        target=", ".join(map(str, recordings)),
        profile="recorded",
        seed=0,
        strict=strict,
        judged=left,
        history=recording.history,
        seconds=round(perf_counter() - started, 1),
        notes=[
            *map(printable, [*recording.notes, *_doubts(judged)]),
            *([nothing] if nothing else []),
        ],
        ended_early=nothing,
        required=required,
    )
    outcome = with_baseline(outcome, known)
    report(outcome, files, source)
    sys.exit(exit_code(outcome))


def _doubts(judged: Iterable[Judged]) -> Iterator[str]:
    """What was not judged because others may have acted."""
    doubted = [each for each in judged if each.doubted]
    if doubted:
        names = ", ".join(each.promise.id for each in doubted)
        yield f"{doubted[0].reason}; {len(doubted)} promises were not judged for it: {names}"


def _progress() -> Callable[[int], None]:
    """Tells on a terminal how many exchanges were read."""
    return lambda count: _say(f"{count:,} exchanges read …")


def _say(line: str) -> None:
    """Show one line that the next one overwrites, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)
