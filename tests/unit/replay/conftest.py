"""What the tests of replays are given."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of a server."""
    for name in ("API_KEY", "OTHER_KEY", "URL", "CONTRACT_TARGET"):
        monkeypatch.delenv(f"LAYERS_{name}", raising=False)
