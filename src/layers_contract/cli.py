"""The command line: `layers-contract check | judge | mock | faults | tastes | invariants`.

Exit codes: 0 nothing violated, 1 a promise is violated, 2 wrong use or configuration, 3 the server
could not be judged at all.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from layers_contract.contract import Contract
    from layers_contract.outcome import Outcome
    from layers_contract.proof import Matrix, Order
    from layers_contract.report import Progress
    from layers_contract.target import Target

VIOLATED, WRONG_USE, UNJUDGED = 1, 2, 3
DESCRIPTION = "/.well-known/layers-contract.toml"
"""Where a server may say by itself how it wants to be judged. The mock does."""
LONGEST_DESCRIPTION, DESCRIPTION_TAKES = 65_536, 5.0
"""Bytes and seconds."""
EMBEDDED_RENDER = 0.8
PIPE_WIDTH = 160
"""What is written to a pipe or a file is as wide as this."""

out_file = click.Path(dir_okay=False, writable=True, path_type=Path)
in_file = click.Path(dir_okay=False, path_type=Path)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; one a core by default."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="layers-contract", prog_name="layers-contract")
def cli() -> None:
    """Judge an asynchronous, generation-style HTTP API against its contract."""


def _reports(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where to write what was found."""
    for option, what in (
        ("--har", "the exchanges, as HAR"),
        ("--html", "a page with the verdicts, the lifecycle and the timeline"),
        ("--junit", "one test case for each invariant"),
        ("--json", "the verdicts with their evidence"),
    ):
        name = f"{option[2:]}_file"
        command = click.option(option, name, type=out_file, metavar="FILE", help=f"Write {what}.")(
            command
        )
    return command


def _judging(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how to judge."""
    command = click.option(
        "--curl",
        "curl_folder",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Write a shell script for each violation.",
    )(command)
    command = click.option("-v", "--verbose", is_flag=True, help="Name every invariant.")(command)
    command = click.option(
        "--only", metavar="ID,…", help="Judge these invariants only; a group's name takes them all."
    )(command)
    return click.option(
        "--strict", is_flag=True, help="Let what is only assumed fail the run, too."
    )(command)


@cli.command()
@click.option("--target", "target_file", type=in_file, metavar="FILE.toml", help="What to judge.")
@click.option("--url", metavar="URL", help="The server; replaces the target file's.")
@click.option(
    "--profile",
    type=click.Choice(["quick", "standard", "thorough"]),
    default="standard",
    show_default=True,
    help="How much to look at.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Repeat the same workload.")
@click.option(
    "--repro",
    "repro_folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Cut each violation to the fewest requests; write a pytest file and a curl script.",
)
@_judging
@_reports
def check(  # noqa: PLR0917 - click hands them over by name
    target_file: Path | None,
    url: str | None,
    profile: str,
    seed: int,
    strict: bool,
    only: str | None,
    repro_folder: Path | None,
    **files: Any,
) -> None:
    """Judge a server: the mock that comes with this, if none is given."""
    from layers_contract.run import Unjudgeable, run
    from layers_contract.target import TargetError

    contract = _contract()
    chosen = _only(only)
    _writable({**files, "repro_folder": repro_folder})
    if repro_folder is not None:
        _make(repro_folder)
    try:
        with _target(target_file, url) as target:
            with _progress(target) as progress:
                outcome = run(
                    contract,
                    target,
                    profile=profile,
                    seed=seed,
                    strict=strict,
                    only=chosen,
                    listener=progress,
                )
            if repro_folder is not None and not outcome.interrupted:
                _reproduce(outcome, target, repro_folder)
    except TargetError as error:
        raise click.ClickException(str(error)) from error
    except Unjudgeable as error:
        click.echo(f"layers-contract: {error}", err=True)
        sys.exit(UNJUDGED)
    _report(outcome, files)


@cli.command()
@click.argument("recordings", nargs=-1, required=True, type=in_file, metavar="FILE.har|FILE.jsonl…")
@_judging
@_reports
def judge(recordings: tuple[Path, ...], strict: bool, only: str | None, **files: Any) -> None:
    """Judge recorded traffic; sends nothing."""
    from layers_contract.history import History
    from layers_contract.judge import judge as verdicts
    from layers_contract.outcome import Outcome
    from layers_contract.report import from_har

    contract = _contract()
    chosen = _only(only)
    _writable(files)
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
    history = History(exchange for part in parts for exchange in part)
    _report(
        Outcome(
            contract=contract,
            target=", ".join(map(str, recordings)),
            profile="recorded",
            seed=0,
            strict=strict,
            judged=verdicts(contract, history, strict=strict, only=chosen),
            history=history,
            seconds=0.0,
        ),
        files,
    )


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--target-out", type=out_file, metavar="FILE.toml", help="Write a target that fits.")
@click.option("--render", type=click.FloatRange(min=0), default=1.0, metavar="SECONDS")
@click.option("--jitter", type=click.FloatRange(min=0), default=0.0, metavar="SHARE")
@click.option("--db", default=":memory:", metavar="FILE", help="Keep what happens in this file.")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Break a promise.")
@click.option(
    "--taste", "tastes", multiple=True, metavar="NAME", help="Differ, within the contract."
)
@click.option("--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS")
@click.option("--cancel-delay", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS")
@click.option(
    "--window", type=click.FloatRange(min=1), metavar="SECONDS", help="Keys last so long."
)
@click.option("--rate-limit", metavar="TIER", help="Count requests, and refuse too many.")
@click.option("--seed", type=int, help="Make the same ids every time.")
@click.option("--list", "list_", is_flag=True, help="Print the faults and tastes, and end.")
def mock(target_out: Path | None, list_: bool, **options: Any) -> None:
    """Serve a mock that keeps the contract, or breaks a part."""
    from layers_contract.mock import FAULTS, TASTES, MockError, MockOptions, serve

    if list_:
        for fault in FAULTS.values():
            click.echo(f"fault {fault.name:32} {fault.breaks:34} {fault.sentence}")
        for taste in TASTES.values():
            click.echo(f"taste {taste.name:32} {taste.sentence}")
        return
    try:
        serve(MockOptions(**options), target_out)
    except MockError as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@click.argument("names", nargs=-1, metavar="[FAULT…]")
@click.option("--json", "json_file", type=out_file, metavar="FILE", help="Write the matrix.")
@click.option("--html", "html_file", type=out_file, metavar="FILE", help="Write it as a page.")
@click.option("--markdown", "md_file", type=out_file, metavar="FILE", help="Write it in words.")
@click.option("--read", "saved", type=in_file, metavar="FILE", help="Judge nothing: show a --json.")
@workers_option
def faults(names: tuple[str, ...], saved: Path | None, workers: int | None, **files: Any) -> None:
    """Judge the mock with each of its faults: the checks' own proof."""
    import layers_contract.proof as proving
    from layers_contract.mock import FAULTS

    _known(names, FAULTS, "fault")
    _writable(files)
    matrix = _saved(saved) if saved else _proved(names, workers)
    writers: dict[str, Callable[[proving.Matrix], str]] = {
        "json_file": lambda found: json.dumps(found.to_json(), indent=1) + "\n",
        "html_file": proving.to_html,
        "md_file": proving.proof_page,
    }
    _write((files[name], writer(matrix)) for name, writer in writers.items() if files[name])
    proving.show(_console(), matrix)
    sys.exit(0 if matrix.holds else VIOLATED)


@cli.command()
@click.argument("names", nargs=-1, metavar="[TASTE…]")
@click.option("--pairs", metavar="all|N", help="All pairs, or so many; 60 by default.")
@click.option(
    "--seeds", type=click.IntRange(min=1), help="The plain mock instead, with so many seeds."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which pairs are chosen.")
@click.option("--json", "json_file", type=out_file, metavar="FILE", help="Write what was found.")
@workers_option
def tastes(
    names: tuple[str, ...], json_file: Path | None, workers: int | None, **wanted: Any
) -> None:
    """Judge mocks that differ within the contract: none may be accused."""
    import layers_contract.proof as proving
    from layers_contract.mock import TASTES

    _known(names, TASTES, "taste")
    _writable({"json_file": json_file})
    orders = _orders(names, **wanted)
    console, found = _console(), []
    coming = proving.tastings(orders, workers)
    with proving.meter(console, len(orders)) as advance:
        for each in coming:
            found.append(each)
            advance()
    if json_file:
        _write([(json_file, json.dumps(proving.to_json(found), indent=1) + "\n")])
    proving.show_tastings(console, found)
    sys.exit(VIOLATED if any(each.alarms for each in found) else 0)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print docs/invariants.md.")
def invariants(as_json: bool, markdown: bool) -> None:
    """Print the catalogue, with the source of each promise."""
    from layers_contract.invariants import CATALOGUE

    contract = _contract()
    promises = [contract.document.promises[name] for name in CATALOGUE]
    if as_json:
        keys = ("id", "group", "statement", "source", "at")
        click.echo(json.dumps([{k: getattr(p, k) for k in keys} for p in promises], indent=1))
        return
    if markdown:
        from layers_contract.proof import catalogue_page

        click.echo(catalogue_page(), nl=False)
        return
    for group in dict.fromkeys(each.group for each in promises):
        click.secho(group, bold=True)
        for each in (p for p in promises if p.group == group):
            click.echo(f"  {each.id:34} {each.source:8} {each.statement}")
    click.secho("not observable over HTTP", bold=True)
    for each in contract.document.promises.values():
        if each.unobservable:
            click.echo(f"  {each.id:34} {each.source:8} {each.unobservable}")


def _known(names: Iterable[str], catalogue: Iterable[str], what: str) -> None:
    known = set(catalogue)
    for name in names:
        if name not in known:
            raise click.ClickException(f"unknown {what} {name}; `mock --list` names them all")


def _proved(names: tuple[str, ...], workers: int | None) -> Matrix:
    """Judge the faults, telling how far that is."""
    import layers_contract.proof as proving

    console, found = _console(), []
    names = tuple(dict.fromkeys(names))
    coming = proving.proofs(names, workers)
    groups = proving.Groups(console, proving.group_sizes(names))
    with proving.meter(console, sum(groups.expected.values())) as advance:
        for each in coming:
            found.append(each)
            groups.add(each)
            advance()
    return proving.Matrix.of(found)


def _saved(file: Path) -> Matrix:
    from layers_contract.proof import Matrix

    try:
        return Matrix.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise click.ClickException(f"{file}: {error}") from error


def _orders(names: tuple[str, ...], pairs: str | None, seeds: int | None, seed: int) -> list[Order]:
    """What `tastes` is asked to judge; some pairs by default, unless tastes are named."""
    import layers_contract.proof as proving

    if seeds is not None:
        return proving.seeds(seeds)
    if pairs is None:
        pairs = "0" if names else str(proving.SAMPLE)
    if pairs != "all" and not pairs.isdecimal():
        raise click.ClickException(f"--pairs: {pairs!r} is neither a number nor all")
    every = proving.pairs(names)
    some = every if pairs == "all" else proving.sample(every, int(pairs), seed)
    return [*proving.singles(names), *some]


def _console() -> Console:
    """The terminal, or a pipe as wide as its reader likes."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _contract() -> Contract:
    from layers_contract.contract import Contract
    from layers_contract.document import DocumentError, load

    try:
        return Contract(load())
    except DocumentError as error:
        raise click.ClickException(str(error)) from error


def _only(only: str | None) -> frozenset[str]:
    """The invariants that --only names, by id or by group."""
    from layers_contract.invariants import CATALOGUE

    chosen: set[str] = set()
    for name in filter(None, (each.strip() for each in (only or "").split(","))):
        found = {each for each in CATALOGUE if name in (each, each.split(".")[0])}
        if not found:
            raise click.ClickException(
                f"--only: there is no invariant {name}; `layers-contract invariants` names them all"
            )
        chosen |= found
    return frozenset(chosen)


def _writable(files: dict[str, Any]) -> None:
    """Say before the run, not after it, that a report cannot be written."""
    for path in filter(
        None, (files.get(f"{kind}_file") for kind in ("json", "junit", "html", "har", "md"))
    ):
        if not path.parent.is_dir():
            raise click.ClickException(f"{path}: there is no folder {path.parent}; make it first")
    for folder in filter(None, (files.get("curl_folder"), files.get("repro_folder"))):
        if any(each.exists() and not each.is_dir() for each in (folder, *folder.parents)):
            raise click.ClickException(f"{folder}: a part of it is no folder; name another")


class _Embedded:
    """The mock that comes with this, as long as it is judged."""

    def __enter__(self) -> Target:
        from layers_contract.mock import MockOptions, background
        from layers_contract.target import parse

        self._mock = background(MockOptions(render=EMBEDDED_RENDER))
        _, values = self._mock.__enter__()
        return parse(values, "the embedded mock")

    def __exit__(self, *error: object) -> None:
        self._mock.__exit__(None, None, None)


class _Given:
    """A target that somebody else serves."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def __enter__(self) -> Target:
        return self._target

    def __exit__(self, *error: object) -> None:
        pass


def _target(target_file: Path | None, url: str | None) -> _Embedded | _Given:
    from layers_contract.target import (
        KEY_VARIABLE,
        OTHER_KEY_VARIABLE,
        Target,
        check_url,
        parse,
        read,
    )

    if target_file is not None:
        return _Given(read(target_file, url))
    if url is None:
        return _Embedded()
    url = check_url(url, "--url")
    described = None if KEY_VARIABLE in os.environ else _described(url)
    if described is not None:
        return _Given(parse(described, url + DESCRIPTION, url))
    own, other = (os.environ.get(name) for name in (KEY_VARIABLE, OTHER_KEY_VARIABLE))
    return _Given(Target(url=url, api_key=own or None, other_api_key=other or None))


def _described(url: str) -> dict[str, Any] | None:
    """What the server itself says of how to judge it, where it says anything."""
    import tomllib

    import httpx
    import trio

    try:
        told = tomllib.loads(trio.run(_fetched, url + DESCRIPTION).decode())
    except (httpx.HTTPError, trio.TooSlowError, OSError, ValueError, RecursionError):
        return None
    # A server must not learn our environment: it may give keys of its own, and name no variables.
    return {k: v for k, v in told.items() if not k.endswith("_env")} or None


async def _fetched(address: str) -> bytes:
    """What stands at *address*; nothing where it is long or comes slowly."""
    import httpx
    import trio

    raw = b""
    client = httpx.AsyncClient(trust_env=False, timeout=None)  # noqa: S113 - see below
    with trio.fail_after(DESCRIPTION_TAKES):
        async with (
            client,
            client.stream("GET", address, headers={"accept-encoding": "identity"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                return b""
            async for chunk in answer.aiter_raw():
                raw += chunk
                if len(raw) > LONGEST_DESCRIPTION:
                    return b""
    return raw


def _progress(target: Target) -> Progress:
    from rich.console import Console

    from layers_contract.report import LiveProgress, PlainProgress

    console = Console(stderr=True)
    if console.is_terminal:
        return LiveProgress(console, target.budget.requests)
    return PlainProgress(sys.stderr)


def _report(outcome: Outcome, files: dict[str, Any]) -> None:
    """Write the files that were asked for, print the table, and exit as the verdict says."""
    from rich.console import Console

    from layers_contract import report

    writers: dict[str, Callable[[Outcome], str]] = {
        "json_file": lambda found: json.dumps(report.to_json(found), indent=1) + "\n",
        "junit_file": report.to_junit,
        "html_file": report.to_html,
        "har_file": report.to_har,
    }
    _write((files[name], writer(outcome)) for name, writer in writers.items() if files[name])
    folder = files["curl_folder"]
    if folder is not None:
        _make(folder)
        _write((folder / name, text) for name, text in report.scripts(outcome).items())
    report.render(outcome, Console(), verbose=files["verbose"], scripts=folder)
    sys.exit({"violated": VIOLATED, "held": 0}.get(outcome.verdict, UNJUDGED))


def _reproduce(outcome: Outcome, target: Target, folder: Path) -> None:
    """Cut each violation down, and write what is left."""
    from layers_contract.replay import files, reproduce_all

    for judged, found in reproduce_all(outcome, target):
        if found is None:
            click.echo(f"{judged.promise.id}: did not show again", err=True)
            continue
        _write((folder / name, text) for name, text in files(outcome, found).items())
        count = f"{len(found.steps)} of {len(outcome.history)} requests show it"
        click.echo(f"{judged.promise.id}: {count}, {found.shown} of {found.tried} times", err=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be made ({error.strerror})") from error


def _write(files: Iterable[tuple[Path, str]]) -> None:
    for path, text in files:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            message = f"{path}: cannot be written ({error.strerror})"
            raise click.ClickException(message) from error


def _printable(text: str) -> str:
    """*text* without what a terminal would take for a command: a server may be quoted in it."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def main() -> None:
    """Run the command line; what is wrong is said in one line."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(WRONG_USE)
    except click.UsageError as error:
        where = f" {error.ctx.info_name}" if error.ctx and error.ctx.parent else ""
        message = error.format_message().rstrip(".")
        click.echo(f"layers-contract{where}: {message} (see --help)", err=True)
        sys.exit(WRONG_USE)
    except click.ClickException as error:
        click.echo(f"layers-contract: {_printable(error.format_message())}", err=True)
        sys.exit(WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
