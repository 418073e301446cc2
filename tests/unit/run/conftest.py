"""What the tests of runs are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.helpers.certificates import Certificates, certificates
from tests.helpers.ways import Served

from layers_contract.mock import MockOptions, background


@pytest.fixture(scope="session")
def mock() -> Iterator[Served]:
    """A sound mock."""
    with background(MockOptions(render=0.1)) as served:
        yield served


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A company's certificates."""
    return certificates(tmp_path_factory.mktemp("company"))
