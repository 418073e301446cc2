"""`layers-contract proxy`: record traffic on its way, and judge it if wanted."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._baseline import read_baseline, with_baseline
from layers_contract.cli._options import (
    WRONG_USE,
    chosen_ids,
    documented,
    judging,
    load_contract,
    reports,
)
from layers_contract.cli._output import check_writable, exit_code, printable, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers_contract.judge.outcome import Outcome
    from layers_contract.proxy import Options, Summary
    from layers_contract.proxy.recorder import Recorder
    from layers_contract.spec.contract import Contract
    from layers_contract.spec.files import DocumentFiles

MIB = 1024 * 1024


@click.command()
@click.option("--to", required=True, metavar="URL", help="The server that the requests go on to.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help="Where to write the exchanges; only you may read it.",
)
@click.option("--append", is_flag=True, help="Add to the file if it is there already.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="NAME=ENV|HASH",
    help="What a key is called in the file, own or other: the variable that holds it, or its hash.",
)
@click.option(
    "--body-limit",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0.001),
    metavar="MIB",
    help="Longer bodies pass, and are marked as not recorded.",
)
@click.option(
    "--judge", "judges", is_flag=True, help="Show violations live, and a table at the end."
)
@documented
@judging
@reports
def proxy(
    keys: tuple[str, ...], judges: bool, strict: bool, source: DocumentFiles, **given: Any
) -> None:
    """Hand requests on to a server, and record what goes through.

    Streams both ways; writes no credential and no cookie. Ctrl-C ends it with a summary.
    """
    from layers_contract.proxy import LiveJudge, Options, ProxyError, serve
    from layers_contract.recordings import RecordingError, names_of

    contract = load_contract(source)
    chosen = chosen_ids(contract, given["only"], given["exclude"])
    known = read_baseline(given["baseline_file"], contract)
    check_writable(given)
    try:
        names = names_of(keys)
    except RecordingError as error:
        raise click.ClickException(printable(str(error))) from error
    options = Options(
        to=given["to"],
        out=given["out"],
        host=given["host"],
        port=given["port"],
        cap=int(given["body_limit"] * MIB),
        append=given["append"],
        names=names,
    )

    def beside(recorder: Recorder) -> Callable[[], None]:
        return LiveJudge(recorder, _show, strict=strict).stop

    try:
        summary = serve(contract, options, _announcer(options), beside if judges else None)
    except ProxyError as error:
        raise click.ClickException(str(error)) from error
    _summarize(summary, options.out)
    if judges and (outcome := _judged(contract, options.out, chosen, strict=strict)):
        outcome = with_baseline(outcome, known)
        report(outcome, given, source)
        if outcome.verdict == "violated":
            sys.exit(exit_code(outcome))
    sys.exit(WRONG_USE if summary.lost else 0)


def _announcer(options: Options) -> Callable[[str], None]:
    def announce(url: str) -> None:
        where = f"for {options.to}, and records to {options.out}"
        click.echo(f"the proxy serves at {url} {where}", err=True)

    return announce


def _show(promise: str, message: str) -> None:
    moment = time.strftime("%H:%M:%S")
    click.echo(f"{moment} ✗ {promise}: {printable(message)}", err=True)


def _summarize(summary: Summary, out: Path) -> None:
    calls = sum(summary.operations.values())
    lines = [
        f"{summary.written:,} exchanges recorded in {out}",
        f"{summary.bytes / MIB:,.1f} MiB of bodies",
        f"{calls:,} calls of {len(summary.operations)} documented operations",
    ]
    lines += [f"  {name} {number:,}" for name, number in summary.operations.items()]
    if summary.unrecorded:
        lines.append(f"{summary.unrecorded:,} recorded without their answer, each with the reason")
    if summary.lost:
        lines.append(f"{summary.lost:,} exchanges COULD NOT BE WRITTEN")
    for line in lines:
        click.echo(line, err=True)


def _judged(
    contract: Contract, out: Path, chosen: frozenset[str], *, strict: bool
) -> Outcome | None:
    """What the whole recording says, if it holds anything."""
    from layers_contract.judge.outcome import Outcome
    from layers_contract.judge.verdicts import judge as verdicts
    from layers_contract.recordings import RecordingError, read

    try:
        recording = read([out], contract)
    except RecordingError as error:
        click.echo(f"layers-contract proxy: {printable(str(error))}", err=True)
        return None
    history = recording.history
    if not len(history):
        return None
    return Outcome(
        contract=contract,
        target=str(out),
        profile="recorded",
        seed=0,
        strict=strict,
        judged=verdicts(contract, history, strict=strict, only=chosen),
        history=history,
        notes=[printable(note) for note in recording.notes],
        seconds=history[len(history) - 1].sent - history[0].sent,
    )
