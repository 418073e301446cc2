"""`pytest --target FILE.toml` for written reproductions; their folder's conftest imports it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from layers_contract.replay.again import FILE

__all__ = ["pytest_addoption", "pytest_configure"]

OPTION = "--target"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option, unless somebody else has."""
    try:
        parser.addoption(OPTION, metavar="FILE.toml", help="Which server to judge.")
    except ValueError:
        return


def pytest_configure(config: pytest.Config) -> None:
    """Let the reproductions know which file was chosen."""
    chosen = config.getoption(OPTION, default=None)
    if chosen:
        os.environ[FILE] = str(Path(str(chosen)).resolve())
