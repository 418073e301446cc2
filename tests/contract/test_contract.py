"""The contract, promise by promise and operation by operation, against the target."""

from __future__ import annotations

from layers_contract.pytest_plugin._run import Checked


def test_the_server_keeps_the_promise(layers_promise: Checked) -> None:
    """The promise was kept on every occasion that the run gave it."""
    layers_promise.check()


def test_the_operation_answers_as_documented(layers_operation: Checked) -> None:
    """Every answer of the operation had a documented status, headers and shape."""
    layers_operation.check()
