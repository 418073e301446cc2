"""What `check --dry-run` prints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from layers_contract.cli._options import VIOLATED

if TYPE_CHECKING:
    from layers_contract.run import Forecast
    from layers_contract.target import Target


def rehearsed(target: Target, profile: str, found: Forecast, required: frozenset[str]) -> int:
    """Print what a run would judge and cost; the exit code, by what is *required*."""
    missing = sorted(required & set(found.left))
    for line in (*_lines(target, profile, found), *(f"required, not judged: {n}" for n in missing)):
        click.echo(line)
    whole = len(found.judged) + len(found.left)
    click.echo(f"{len(found.judged)} of {whole} promises can be judged")
    return VIOLATED if missing else 0


def _lines(target: Target, profile: str, found: Forecast) -> Iterator[str]:
    yield f"{target.url}: the API answers{', and takes the key' if target.api_key else ''}"
    yield from found.notes
    for reason, names in _by_reason(found.left).items():
        yield f"not judged: {reason}"
        yield f"  {', '.join(names)}"
    minutes = math.ceil(found.minutes)
    yield (
        f"a {profile} run costs about {found.renders} renders and {found.requests:,} requests, "
        f"and takes {minutes} min at most"
    )


def _by_reason(left: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in left.items():
        found.setdefault(reason, []).append(name)
    return found
