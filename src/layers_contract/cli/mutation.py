"""`layers-contract faults` and `variants`: proof that the checks can fail, and raise no alarm."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers_contract.cli._options import (
    VIOLATED,
    check_known,
    documented,
    in_file,
    load_contract,
    out_file,
    workers_option,
)
from layers_contract.cli._output import check_writable, console, write

if TYPE_CHECKING:
    from layers_contract.mutation import Matrix, Order
    from layers_contract.spec.files import DocumentFiles


@click.command()
@click.argument("names", nargs=-1, metavar="[FAULT…]")
@click.option("--json", "json_file", type=out_file, metavar="FILE", help="Write the matrix.")
@click.option("--html", "html_file", type=out_file, metavar="FILE", help="Write it as a page.")
@click.option("--markdown", "md_file", type=out_file, metavar="FILE", help="Write it in words.")
@click.option("--read", "saved", type=in_file, metavar="FILE", help="Judge nothing: show a --json.")
@workers_option
@documented
def faults(
    names: tuple[str, ...],
    saved: Path | None,
    workers: int | None,
    source: DocumentFiles,
    **written: Any,
) -> None:
    """Judge the mock with each of its faults: the checks' own proof."""
    import layers_contract.mutation as proving
    from layers_contract.mock import faults_of, words_of

    check_writable(written)
    load_contract(source)
    check_known(names, faults_of(words_of(source)), "fault", source)
    matrix = _saved(saved) if saved else _proved(names, workers, source)
    writers: dict[str, Callable[[proving.Matrix], str]] = {
        "json_file": lambda found: json.dumps(found.to_json(), indent=1) + "\n",
        "html_file": proving.to_html,
        "md_file": proving.proof_page,
    }
    write((written[name], writer(matrix)) for name, writer in writers.items() if written[name])
    proving.show(console(), matrix)
    sys.exit(0 if matrix.holds else VIOLATED)


@click.command()
@click.argument("names", nargs=-1, metavar="[VARIANT…]")
@click.option("--pairs", metavar="all|N", help="All pairs, or so many; 60 by default.")
@click.option(
    "--seeds", type=click.IntRange(min=1), help="The plain mock instead, with so many seeds."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which pairs are chosen.")
@click.option("--json", "json_file", type=out_file, metavar="FILE", help="Write what was found.")
@workers_option
@documented
def variants(
    names: tuple[str, ...],
    json_file: Path | None,
    workers: int | None,
    seeds: int | None,
    source: DocumentFiles,
    **wanted: Any,
) -> None:
    """Judge mocks that differ within the contract: expect silence."""
    import layers_contract.mutation as proving
    from layers_contract.mock import variants_of, words_of

    check_writable({"json_file": json_file})
    load_contract(source)
    known = variants_of(words_of(source))
    check_known(names, known, "variant", source)
    if not known and seeds is None:
        raise click.ClickException(f"{source}: its mock has no variants; judge it with --seeds N")
    orders = _orders(names, seeds=seeds, **wanted)
    terminal, found = console(), []
    coming = proving.variant_runs(orders, workers, source)
    with proving.meter(terminal, len(orders)) as advance:
        for each in coming:
            found.append(each)
            advance()
    if json_file:
        write([(json_file, json.dumps(proving.to_json(found), indent=1) + "\n")])
    proving.show_variants(terminal, found)
    sys.exit(VIOLATED if any(each.alarms for each in found) else 0)


def _proved(names: tuple[str, ...], workers: int | None, source: DocumentFiles) -> Matrix:
    """Judge the faults, telling how far that is."""
    import layers_contract.mutation as proving

    terminal, found = console(), []
    names = tuple(dict.fromkeys(names))
    coming = proving.proofs(names, workers, source)
    groups = proving.Groups(terminal, proving.group_sizes(names, source))
    with proving.meter(terminal, sum(groups.expected.values())) as advance:
        for each in coming:
            found.append(each)
            groups.add(each)
            advance()
    return proving.Matrix.of(found, source)


def _saved(file: Path) -> Matrix:
    from layers_contract.mutation import Matrix

    try:
        return Matrix.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise click.ClickException(f"{file}: {error}") from error


def _orders(names: tuple[str, ...], pairs: str | None, seeds: int | None, seed: int) -> list[Order]:
    """What `variants` is asked to judge; some pairs by default, unless variants are named."""
    import layers_contract.mutation as proving

    if seeds is not None:
        return proving.seeds(seeds)
    if pairs is None:
        pairs = "0" if names else str(proving.SAMPLE)
    if pairs != "all" and not pairs.isdecimal():
        raise click.ClickException(f"--pairs: {pairs!r} is neither a number nor all")
    every = proving.pairs(names)
    some = every if pairs == "all" else proving.sample(every, int(pairs), seed)
    return [*proving.singles(names), *some]
