"""Judge an asynchronous, generation-style HTTP API against its contract.

As a pytest plugin, `pytest -p layers_contract`, it adds the `--layers-…` options.
"""

pytest_plugins = ("layers_contract.pytest_plugin",)
