"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from layers_contract.spec.contract import Contract
    from layers_contract.spec.files import DocumentFiles

VIOLATED, WRONG_USE, UNJUDGED = 1, 2, 3
"""Exit codes."""
ALL = "all"
"""In place of an invariant's name: each of them."""

out_file = click.Path(dir_okay=False, writable=True, path_type=Path)
in_file = click.Path(dir_okay=False, path_type=Path)
folder = click.Path(file_okay=False, path_type=Path)
workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; one a core by default."
)


def reports(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where to write what was found."""
    for option, what in (
        ("--gitlab", "what is violated, as GitLab's code quality report"),
        ("--sarif", "what is violated, as SARIF 2.1.0"),
        ("--har", "the exchanges, as HAR"),
        ("--html", "a page with the verdicts, the lifecycle and the timeline"),
        ("--junit", "one test case for each invariant"),
        ("--json", "the verdicts with their evidence"),
    ):
        name = f"{option[2:]}_file"
        command = click.option(option, name, type=out_file, metavar="FILE", help=f"Write {what}.")(
            command
        )
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", "github"]),
        default="text",
        show_default=True,
        help="github: also annotations, and the step's summary, for GitHub Actions.",
    )(command)


def judging(command: Callable[..., None]) -> Callable[..., None]:
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
        "-q", "--quiet", is_flag=True, help="Print what is violated and the summary only."
    )(command)
    command = click.option(
        "--exclude",
        metavar="ID,…",
        help="Do not judge these invariants; a group's name takes them all.",
    )(command)
    command = click.option(
        "--fail-on",
        type=click.Choice(["violated", "not-judged"]),
        default="violated",
        show_default=True,
        help="What ends with exit code 1; not-judged is violated and --require all.",
    )(command)
    command = click.option(
        "--require",
        metavar="ID,…",
        help="Fail unless these are judged: invariants, groups, or all.",
    )(command)
    command = click.option(
        "--only", metavar="ID,…", help="Judge these invariants only; a group's name takes them all."
    )(command)
    command = click.option(
        "--baseline",
        "baseline_file",
        type=in_file,
        metavar="FILE.toml",
        help="Known violations, each with a reason, an owner and a last day: only new ones fail.",
    )(command)
    return click.option(
        "--strict", is_flag=True, help="Let what is only assumed fail the run, too."
    )(command)


def publishing(command: Callable[..., None]) -> Callable[..., None]:
    """A command that needs what only the extra `publish` installs."""

    @wraps(command)
    def checked(*args: object, **options: object) -> None:
        try:
            command(*args, **options)
        except ModuleNotFoundError as error:
            if str(error.name).startswith("layers_contract"):
                raise
            hint = "install layers-contract[publish]"
            raise click.ClickException(f"{error.name} is not installed; {hint}") from error

    return checked


overlaid = click.option(
    "--overlay",
    "overlays",
    type=in_file,
    multiple=True,
    metavar="FILE",
    help="An OpenAPI Overlay to lay on the document; several in order.",
)


def documented(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say by which document; the command is given `source`."""

    @click.option("--document", type=in_file, metavar="FILE", help="The OpenAPI document.")
    @overlaid
    @click.option(
        "--document-version",
        "version",
        metavar="X.Y.Z",
        help="The version of the document, in place of its info.version.",
    )
    @wraps(command)
    def with_files(
        *args: object,
        document: Path | None,
        overlays: tuple[Path, ...],
        version: str | None,
        **options: object,
    ) -> None:
        from layers_contract.spec.files import DocumentFiles

        try:
            command(*args, source=DocumentFiles(document, overlays, version), **options)
        except Exception as error:
            if _is_about_the_document(error):
                raise click.ClickException(str(error)) from error
            raise

    return with_files


def _is_about_the_document(error: Exception) -> bool:
    """Whether a document, or what the mock needs of it, is what went wrong."""
    from layers_contract.mock.errors import MockError
    from layers_contract.spec.document import DocumentError

    return isinstance(error, DocumentError | MockError)


def demand_whole(files: DocumentFiles) -> None:
    """Refuse a document, other than the one that is shipped, that lacks what is made of it.

    Raises:
        DocumentError: The first problem, with its place.
    """
    from layers_contract.spec.document import DocumentError
    from layers_contract.spec.lint import extensions, whole

    if files.document or files.overlays:
        document = files.load()
        for problem in extensions.check(document.raw) or whole(document):
            raise DocumentError(f"{files}: {problem}")


def load_contract(files: DocumentFiles) -> Contract:
    """The contract of a document that has every part that judging and mocking need."""
    from layers_contract.spec.contract import Contract
    from layers_contract.spec.document import DocumentError
    from layers_contract.spec.lint import extensions
    from layers_contract.spec.parts import missing_part

    try:
        contract = Contract(files.load())
        given = files.document or files.overlays
        problems = extensions.check(contract.document.raw) if given else []
        problem = next(iter(problems), None) or missing_part(contract)
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    if problem:
        raise click.ClickException(f"{files}: {problem}")
    return contract


def chosen_ids(contract: Contract, only: str | None, exclude: str | None) -> frozenset[str]:
    """The invariants that --only names, without those that --exclude names; none means all."""
    from layers_contract.judge.catalogue import catalogue

    if not only and not exclude:
        return frozenset()
    known = frozenset(catalogue(contract))
    chosen = _named(known, only, "--only") if only else known
    left = chosen - _named(known, exclude, "--exclude")
    if not left:
        raise click.ClickException("--exclude: nothing is left to be judged; leave one in")
    return left


def required_ids(
    contract: Contract,
    require: str | None,
    fail_on: str,
    listed: Iterable[str],
    chosen: frozenset[str],
) -> frozenset[str]:
    """The invariants that must be judged, by the options and by what a target file has *listed*.

    What is not *chosen* to be judged at all is required only where --require names it itself,
    which cannot be.
    """
    from layers_contract.judge.catalogue import catalogue

    known = frozenset(catalogue(contract))
    everything = chosen or known
    named = _named(known, require, "--require")
    if require != ALL and (lost := sorted(named - everything)):
        raise click.ClickException(
            f"--require names {lost[0]}, which --only and --exclude leave out; say one of both"
        )
    wanted = named | _named(known, ",".join(listed), "[require] judged")
    return everything if fail_on == "not-judged" else everything & wanted


def _named(known: frozenset[str], names: str | None, option: str) -> frozenset[str]:
    """Those of the *known* invariants that an option's value names, by id or by group."""
    chosen: set[str] = set()
    for name in filter(None, (each.strip() for each in (names or "").split(","))):
        found = {each for each in known if name in (each, each.split(".")[0])}
        found |= known if name == ALL else set()
        if not found:
            raise click.ClickException(
                f"{option}: there is no invariant {name}; "
                "`layers-contract invariants` names them all"
            )
        chosen |= found
    return frozenset(chosen)


def check_known(
    names: Iterable[str], catalogue: Iterable[str], what: str, source: DocumentFiles
) -> None:
    known = set(catalogue)
    for name in names:
        if name not in known:
            hint = "`mock --list` names them all"
            raise click.ClickException(f"{source}: the mock has no {what} {name}; {hint}")
