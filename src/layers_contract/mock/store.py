"""What the mock remembers, in SQLite: in memory, or in a file that outlives a `kill -9`.

WAL with `synchronous=NORMAL`: a commit is in the kernel's hands before it is answered, so the death
of the process loses nothing. (A power cut could lose the newest commits, never the file.) The lock
is exclusive: keys in flight live in memory, so two servers on one file would break promises.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from layers_contract.mock.errors import MockError
from layers_contract.mock.model import Container, Project, Record, Render

__all__ = ["Store"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS projects (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, policy TEXT NOT NULL,
    policy_updated REAL NOT NULL, archived REAL);
CREATE TABLE IF NOT EXISTS containers (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL, org TEXT NOT NULL,
    created REAL NOT NULL, touched REAL NOT NULL, format TEXT NOT NULL, brief TEXT NOT NULL,
    review TEXT NOT NULL, job TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS newest ON containers (project, created DESC, seq DESC);
CREATE TABLE IF NOT EXISTS renders (
    job TEXT PRIMARY KEY, container TEXT NOT NULL, project TEXT NOT NULL, org TEXT NOT NULL,
    kind TEXT NOT NULL, number INTEGER NOT NULL, started REAL NOT NULL, queue REAL NOT NULL,
    run REAL NOT NULL, outcome TEXT NOT NULL, canceled REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS of_container ON renders (container, number);
CREATE TABLE IF NOT EXISTS records (
    scope TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, created REAL NOT NULL);
"""
_MARK: Final = 0x6C_61_79_01
"""What tells our files from others, and this layout of them from later ones."""
_CONTAINER: Final = (
    "c.id, c.project, c.org, c.created, c.touched, c.format, c.brief, c.review, c.job"
)
_RENDER: Final = (
    "r.job, r.container, r.project, r.org, r.kind, r.number, r.started, r.queue, r.run, "
    "r.outcome, r.canceled"
)
_BOTH: Final = f"SELECT {_CONTAINER}, {_RENDER} FROM containers c JOIN renders r ON r.job = c.job "  # noqa: S608
_READ_BOTH: Final = _BOTH + "WHERE c.id = ?"
_READ_RENDER: Final = f"SELECT {_RENDER} FROM renders r WHERE r.job = ?"  # noqa: S608
_LIST: Final = (
    _BOTH.replace("SELECT ", "SELECT c.seq, ", 1)
    + "WHERE c.project = ? AND (c.created, c.seq) < (?, ?) ORDER BY c.created DESC, c.seq DESC"
)
_KEPT: Final = 9
"""How many columns `_CONTAINER` has."""

Row = tuple[Any, ...]
Position = tuple[float, int]
"""Where a container stands in a list: when it was made, and its number."""
FIRST: Final[Position] = (float("inf"), 0)


class Store:
    """Projects, containers, renders and idempotency records."""

    def __init__(self, path: str = ":memory:") -> None:
        try:
            self._db = sqlite3.connect(
                path, timeout=0.5, isolation_level=None, check_same_thread=False
            )
            self._open()
        except sqlite3.Error as error:
            raise MockError(f"{path}: not usable as the mock's database ({error})") from error

    def _open(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("BEGIN EXCLUSIVE")
        self._db.execute("COMMIT")
        self._claim()
        self._db.executescript(_SCHEMA)

    def _claim(self) -> None:
        """Mark the file as ours, unless it holds something else."""
        tables = self._one("SELECT count(*) FROM sqlite_master")[0]
        mark = self._one("PRAGMA application_id")[0]
        if tables and mark != _MARK:
            raise sqlite3.DatabaseError("it belongs to another program")
        self._db.execute(f"PRAGMA application_id = {_MARK}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def remember(self, name: str, value: str) -> str:
        """The value kept under *name*; *value* where there was none."""
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, value))
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0])

    def project(self, project_id: str) -> Project | None:
        """The project of that id."""
        row = self._one("SELECT * FROM projects WHERE id = ?", project_id)
        return row and Project(row[0], row[1], json.loads(row[2]), row[3], row[4])

    def add_project(self, project: Project) -> None:
        """Keep *project*, unless there is one of its id."""
        self._db.execute(
            "INSERT OR IGNORE INTO projects VALUES (?, ?, ?, ?, ?)", _project_row(project)
        )

    def put_project(self, project: Project) -> None:
        """Keep *project* in place of what was there."""
        self._db.execute(
            "INSERT OR REPLACE INTO projects VALUES (?, ?, ?, ?, ?)", _project_row(project)
        )

    def container(self, container_id: str) -> tuple[Container, Render] | None:
        """A container with its newest render."""
        row = self._one(_READ_BOTH, container_id)
        return row and (_container(row[:_KEPT]), Render(*row[_KEPT:]))

    def containers(
        self, project_id: str, after: Position
    ) -> Iterator[tuple[Position, Container, Render]]:
        """The project's containers that come after a position, newest first."""
        for row in self._db.execute(_LIST, (project_id, *after)):
            container = _container(row[1 : _KEPT + 1])
            yield (container.created, row[0]), container, Render(*row[_KEPT + 1 :])

    def put_container(self, container: Container) -> None:
        """Keep *container*, in place of what was there under its id."""
        self._db.execute(
            "INSERT INTO containers (id, project, org, created, touched, format, brief, review,"
            " job) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " project = excluded.project, created = excluded.created,"
            " touched = excluded.touched, format = excluded.format, brief = excluded.brief,"
            " review = excluded.review, job = excluded.job",
            _container_row(container),
        )

    def render(self, job_id: str) -> Render | None:
        """The render of that job."""
        row = self._one(_READ_RENDER, job_id)
        return row and Render(*row)

    def renders(self, container_id: str) -> list[Render]:
        """All renders of a container, the first one first."""
        query = f"SELECT {_RENDER} FROM renders r WHERE r.container = ? ORDER BY r.number"  # noqa: S608
        return [Render(*row) for row in self._db.execute(query, (container_id,))]

    def put_render(self, render: Render) -> None:
        """Keep *render*, in place of what was there under its job."""
        self._db.execute(
            "INSERT OR REPLACE INTO renders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (render.job, render.container, render.project, render.org, render.kind, render.number,
             render.started, render.queue, render.run, render.outcome, render.canceled),
        )  # fmt: skip

    def unfinished(self, project_id: str, now: float) -> list[Render]:
        """The newest renders of the project's containers that are due after *now*."""
        rows = self._db.execute(
            f"SELECT {_RENDER} FROM containers c JOIN renders r ON r.job = c.job"  # noqa: S608
            " WHERE c.project = ? AND r.started + r.queue + r.run > ?"
            " AND (r.canceled IS NULL OR r.canceled > ?)",
            (project_id, now, now),
        )
        return [Render(*row) for row in rows]

    def record(self, scope: str) -> Record | None:
        """What an idempotency key stands for."""
        row = self._one(
            "SELECT fingerprint, status, body, created FROM records WHERE scope = ?", scope
        )
        return row and Record(row[0], row[1], json.loads(row[2]), row[3])

    def put_record(self, scope: str, record: Record) -> None:
        """Keep *record*, in place of what the key stood for."""
        self._db.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)",
            (scope, record.fingerprint, record.status, json.dumps(record.body), record.created),
        )

    def _one(self, query: str, *values: Any) -> Any:
        return self._db.execute(query, values).fetchone()


def _project_row(project: Project) -> Row:
    policy = json.dumps(dict(project.policy))
    return (project.id, project.org, policy, project.policy_updated, project.archived)


def _container(row: Row) -> Container:
    container_id, project, org, created, touched, chosen, brief, review, job = row
    return Container(
        container_id, project, org, created, touched, chosen, json.loads(brief), review, job
    )


def _container_row(container: Container) -> Row:
    c = container
    brief = json.dumps(c.brief)
    return (c.id, c.project, c.org, c.created, c.touched, c.format, brief, c.review, c.job)
