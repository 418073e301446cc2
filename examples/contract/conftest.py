"""The fixtures of the plugin; for the root folder of a team's tests."""

pytest_plugins = ["layers_contract"]
