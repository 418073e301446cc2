"""`pytest tests/contract --target FILE.toml`: the plugin of the package, with shorter options."""

from __future__ import annotations

import pytest

SHORTER = {
    "--target": "--layers-target",
    "--url": "--layers-url",
    "--profile": "--layers-profile",
    "--contract-strict": "--layers-strict",
    "--workload-seed": "--layers-seed",
}


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the plugin, and another name for some of its options."""
    pluginmanager.import_plugin("layers_contract")
    group = parser.getgroup("contract")
    for name, long in SHORTER.items():
        destination = long.lstrip("-").replace("-", "_")
        told = {"action": "store_true"} if name.endswith("strict") else {"metavar": "VALUE"}
        group.addoption(name, dest=f"short_{destination}", help=f"The same as {long}.", **told)


def pytest_configure(config: pytest.Config) -> None:
    """Hand the shorter options on."""
    for long in SHORTER.values():
        destination = long.lstrip("-").replace("-", "_")
        value = config.getoption(f"short_{destination}", default=None)
        if value:
            kind = type(getattr(config.option, destination, None))
            setattr(config.option, destination, int(value) if kind is int else value)
