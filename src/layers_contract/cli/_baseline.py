"""`--baseline`: what is known of a run's violations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from layers_contract.baseline import Entry
    from layers_contract.judge.outcome import Outcome
    from layers_contract.spec.contract import Contract


@dataclass(frozen=True)
class Baseline:
    """A file and its entries."""

    path: Path
    entries: list[Entry]


def today() -> date:
    """The day, in UTC: the same on every machine."""
    return datetime.now(UTC).date()


def read_baseline(path: Path | None, contract: Contract) -> Baseline | None:
    """The baseline that an option names."""
    from layers_contract.baseline import BaselineError, read
    from layers_contract.judge.catalogue import catalogue

    if path is None:
        return None
    try:
        return Baseline(path, read(path, catalogue(contract)))
    except BaselineError as error:
        raise click.ClickException(str(error)) from error


def with_baseline(outcome: Outcome, known: Baseline | None) -> Outcome:
    """*outcome* with what is known marked so, and notes of what is wrong with the entries."""
    from layers_contract.baseline import apply

    if known is None:
        return outcome
    judged, notes = apply(outcome.judged, known.entries, today(), str(known.path))
    return replace(outcome, judged=judged, notes=[*outcome.notes, *notes])
