"""The gate, shown to stop what it must and to pass what it may.

Each seed is made in the document and held against it, with the minor version one higher: a breaking
change is refused all the same, a harmless one passes, and is refused where the version stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.gate.seeds import Seed

from layers_contract.diff import gate, published
from layers_contract.diff.gate import Comparison
from layers_contract.diff.model import RATINGS, Change
from layers_contract.spec.problems import RefusedError

Json = Any


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a seed: the changes found, and whether the gate refused it."""

    seed: Seed
    changes: tuple[Change, ...]
    refused: bool
    refused_unversioned: bool

    @property
    def rating(self) -> str:
        """The worst rating found."""
        found = [change.rating for change in self.changes]
        return min(found, key=RATINGS.index, default="none")

    @property
    def reason(self) -> Change | None:
        """The change that the seed was to make, if it was found."""
        wanted = (self.seed.rating, self.seed.rule, self.seed.operations)
        return next((c for c in self.changes if (c.rating, c.rule, c.operations) == wanted), None)

    @property
    def wrong(self) -> str:
        """What is not as it must be; empty where all is."""
        if self.rating != self.seed.rating:
            return f"rated {self.rating}"
        if self.reason is None:
            found = ", ".join(f"{c.rule} [{' '.join(c.operations)}]" for c in self.changes)
            return f"no {self.seed.rule} of [{' '.join(self.seed.operations)}], but {found}"
        if self.refused != self.seed.breaking:
            return "passed" if self.seed.breaking else "refused"
        return "" if self.refused_unversioned else "passed without a new version"


def prove(document: dict[str, Json], seeds: tuple[Seed, ...], folder: Path) -> Iterator[Proof]:
    """What becomes of each of *seeds* in *document*, in their order.

    *folder* is filled with documents.

    Raises:
        MissingToolError: Redocly is not installed.
    """
    document = {**document, "info": {**document["info"], "version": "1.0.0"}}
    base = _write(folder / "base.yaml", document)
    published.record(folder / "published", base, base, "2026-01-01")

    for number, seed in enumerate(seeds):
        changed = seed.made_in(document)
        changed["info"]["version"] = "1.1.0"
        yield _proof(seed, folder / "published", _write(folder / f"{number}.yaml", changed))


def _proof(seed: Seed, folder: Path, current: Path) -> Proof:
    found = gate.compare(folder, current, current)
    assert found, "a version was published before"
    unversioned = replace(found, says=found.last)
    return Proof(seed, found.changes, _is_refused(found), _is_refused(unversioned))


def _is_refused(found: Comparison) -> bool:
    try:
        gate.judge(found)
    except RefusedError:
        return True
    return False


def _write(path: Path, document: dict[str, Json]) -> Path:
    """*document* as JSON, which is YAML too."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
