"""`side(*script)` makes a client in front of a scripted server: each test runs with both kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.client.sides import Sides, sides


@pytest.fixture(params=["sync", "async"])
def side(request: pytest.FixtureRequest) -> Iterator[Sides]:
    """Make a client of either kind: `side(answer, …, **settings)`."""
    yield from sides(request.param)
