"""A folder of results as one story: each promise's verdict in each run, oldest run first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from layers_contract.results._read import Promise, Result, ResultError, read

__all__ = ["Trend", "trend"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Runs in order of time, and what was left out: files that are no results, with the reason."""

    runs: tuple[Result, ...]
    left_out: tuple[str, ...] = ()

    def promises(self) -> list[str]:
        """Every promise: those violated most recently and most often first, then by id."""
        names = dict.fromkeys(name for run in self.runs for name in run.promises)
        return sorted(names, key=lambda name: (*self._badness(name), name))

    def _badness(self, name: str) -> tuple[int, int, int]:
        verdicts = self.verdicts(name)
        broken = [each in ("violated", "known") for each in verdicts]
        last = max((number for number, each in enumerate(broken) if each), default=-1)
        return -last, -sum(broken), verdicts.count("held")

    def verdicts(self, name: str) -> list[str]:
        """A promise's verdict in each run; `absent` where a result does not have it."""
        found = [run.promises.get(name) for run in self.runs]
        return [each.verdict if each else "absent" for each in found]

    def newest(self, name: str) -> Promise:
        """The promise as the newest run that has it says it."""
        return next(run.promises[name] for run in reversed(self.runs) if name in run.promises)

    def steady(self, name: str) -> bool:
        """Whether a promise was held in each run that has it."""
        return set(self.verdicts(name)) <= {"held", "absent"}


def trend(folder: Path, last: int) -> Trend:
    """The *last* results in a folder.

    Raises:
        ResultError: There is no such folder, or no result in it.
    """
    if not folder.is_dir():
        raise ResultError(f"{folder}: there is no such folder")
    dated, left_out = list[tuple[str, str, Result]](), list[str]()
    for path in sorted(folder.glob("*.json")):
        try:
            result = read(path)
        except ResultError as error:
            left_out.append(str(error))
        else:
            dated.append((result.date or _changed(path), path.name, result))
    if not dated:
        raise ResultError(
            f"{folder}: there is no result in it; a result is what check --json writes"
        )
    ordered: Sequence[Result] = [result for _, _, result in sorted(dated, key=lambda e: e[:2])]
    return Trend(tuple(ordered[-last:]), tuple(left_out))


def _changed(path: Path) -> str:
    """When a file was written: the best date that a result without one has."""
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
