"""The server keeps its contract: `pytest --layers-target staging.toml`."""


def test_contract(layers_promise):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - the type is the plugin's
    """Each promise is kept, skipped with the reason, or known until a day."""
    layers_promise.check()
