"""The table of the client's features is measured: a row fails where its feature is missing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from tests.helpers.places import ROOT

from layers_client import JobError
from layers_client._runtime.transport import Plan

RUNTIME: Final = "layers_client._runtime"
SLOW: Final = ("Typed, for", "README", "Backoff", "Retry-After", "Total time")
"""Rows that take seconds; each is a test of its own elsewhere."""

_request: Final = Plan.request


def renewed(plan: Plan, http: Any) -> httpx.Request:
    """A request whose key is new each time."""
    request = _request(plan, http)
    request.headers["idempotency-key"] = str(uuid4())
    return request


SABOTAGE: Final[dict[str, tuple[str, Any]]] = {
    "Idempotency key, made once a call and reused": (f"{RUNTIME}.transport.Plan.request", renewed),
    "Backoff with jitter": (f"{RUNTIME}.transport.pause_before_retry", lambda *_: None),
    "Unknown values and fields survive": (f"{RUNTIME}.model.OpenEnum._missing_", lambda _: None),
    "Logging that keeps secrets": (f"{RUNTIME}.transport.shown_headers", lambda all_, _: all_),
    "A safe `repr`, pickle and traceback": (
        f"{RUNTIME}.privacy.Secret.__repr__",
        lambda secret: secret.reveal(),
    ),
    "Typed errors with request id": ("layers_client.errors.BY_CODE", {}),
    "Answers that are no answer": (f"{RUNTIME}.answer._error_object", lambda told, _: told.json()),
    "Waiting for a job": (f"{RUNTIME}.handles.job_error", lambda *_: JobError("it ended")),
    "A default timeout": (f"{RUNTIME}.client.BaseClient.__init__.__kwdefaults__", {}),
    "No second `POST` without a key": (f"{RUNTIME}.transport.SAFE_TO_REPEAT", {"POST"}),
}


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Measure one row."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    table = importlib.import_module("client_table")
    return lambda name: table.measure(name, table.ROWS[name])


def names() -> list[str]:
    """The rows of the page, which `make bench` has written."""
    page = (ROOT / "docs" / "client-table.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return [name.removeprefix("| ") for name, *_ in rows if name != "| feature"]


@pytest.mark.parametrize("name", [each for each in names() if not any(s in each for s in SLOW)])
def test_a_row_of_the_page_is_measured_again(measure: Callable[[str], Any], name: str) -> None:
    """What the page says is still so."""
    found = measure(name)
    assert found.mark in "✓–", found.said


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_row_fails_where_its_feature_is_missing(
    measure: Callable[[str], Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these breaks one thing in the client, and the row says so."""
    target, broken = SABOTAGE[name]
    monkeypatch.setattr(target, broken)
    found = measure(name)
    assert found.mark == "✗", found.said
