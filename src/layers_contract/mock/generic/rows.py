"""Rows: resources of any type, and the store that keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from layers_contract.mock.store import Store

__all__ = ["Row", "RowStore", "Track"]

Json = Any
Track = list[tuple[float, str]]
"""The states of a lifecycle, each with the moment from which it is shown, the earliest first."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS resources (
    seq INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL,
    UNIQUE (type, id));
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A resource. `parents` has the ids of what it belongs to, by their type.

    `data` are the members that requests have set. `tracks` has the course of each lifecycle, the
    part that lies ahead included. `run` is what the resources of one run have in common, `place`
    names what was there from the start. Moments are in seconds since the epoch.
    """

    type: str
    id: str
    org: str
    seq: int
    created: float
    touched: float
    parents: Mapping[str, list[str]] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)
    tracks: Mapping[str, Track] = field(default_factory=dict)
    run: str = ""
    place: str = ""
    deleted: bool = False

    def state(self, lifecycle: str, now: float) -> str | None:
        """The state of *lifecycle* at *now*; None where it has none."""
        track = self.tracks.get(lifecycle)
        if not track:
            return None
        return next((state for moment, state in reversed(track) if moment <= now), track[0][1])

    def changed(self, now: float) -> float:
        """When it last changed."""
        moments = [m for track in self.tracks.values() for m, _ in track if m <= now]
        return max([self.created, self.touched, *moments])


class RowStore(Store):
    """Keeps rows in memory, and in the file first."""

    def __init__(self, path: str = ":memory:") -> None:
        super().__init__(path)
        self._db.executescript(_SCHEMA)
        self._rows: dict[tuple[str, str], Row] = {}
        self._types: dict[str, dict[str, Row]] = {}
        self._of_run: dict[str, set[tuple[str, str]]] = {}
        self._load()

    def _load(self) -> None:
        self._rows.clear()
        self._types.clear()
        self._of_run.clear()
        for (text,) in self._db.execute("SELECT row FROM resources ORDER BY seq"):
            raw = json.loads(text)
            raw["tracks"] = {n: [(m, s) for m, s in t] for n, t in raw["tracks"].items()}
            self._note(Row(**raw))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing."""
        try:
            with super().transaction():
                yield
        except BaseException:
            self._load()
            raise

    def next_seq(self) -> int:
        """A number above those of all rows."""
        return len(self._rows) + 1

    def row(self, kind: str, row_id: str) -> Row | None:
        """The row of that type and id."""
        return self._rows.get((kind, row_id))

    def rows(self, kind: str) -> Iterator[Row]:
        """All rows of a type, the first one first."""
        return iter(list(self._types.get(kind, {}).values()))

    def of_run(self, run: str) -> Iterator[Row]:
        """The rows that take part in a run."""
        return (self._rows[each] for each in sorted(self._of_run.get(run, ())))

    def put(self, row: Row) -> Row:
        """Keep *row*, in place of what was there under its id."""
        self._db.execute(
            "INSERT INTO resources (seq, type, id, row) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (type, id) DO UPDATE SET row = excluded.row",
            (row.seq, row.type, row.id, json.dumps(asdict(row))),
        )
        self._note(row)
        return row

    def _note(self, row: Row) -> None:
        name = (row.type, row.id)
        before = self._rows.get(name)
        if before and before.run and before.run != row.run:
            self._of_run[before.run].discard(name)
        self._rows[name] = row
        self._types.setdefault(row.type, {})[row.id] = row
        if row.run:
            self._of_run.setdefault(row.run, set()).add(name)
