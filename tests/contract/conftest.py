"""The contract as a pytest suite: `pytest tests/contract --target FILE.toml`.

One run against the target, made when the first test asks for it; then one test for each invariant
and one for each operation. Without a target the embedded mock is judged.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from layers_contract.contract import Contract
from layers_contract.document import load
from layers_contract.mock import MockOptions, background
from layers_contract.outcome import Outcome
from layers_contract.run import Unjudgeable, run
from layers_contract.target import Target, TargetError, parse, read

UNJUDGED = 3
CONTRACT = Contract(load())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options of `layers-contract check` that make sense here."""
    group = parser.getgroup("contract")
    group.addoption("--target", metavar="FILE.toml", help="the server to judge")
    group.addoption("--url", metavar="URL", help="replaces the url of the target file")
    group.addoption("--profile", default="standard", choices=["quick", "standard", "thorough"])
    group.addoption("--contract-strict", action="store_true", help="let assumed promises fail")
    group.addoption("--workload-seed", type=int, default=0, help="repeat the same workload")


@pytest.fixture(scope="session")
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """What the run found."""
    option = request.config.getoption
    try:
        if option("--target"):
            return _judge(request, read(Path(option("--target")), option("--url")))
        with background(MockOptions(render=0.8)) as (_, values):
            return _judge(request, parse(values, "the embedded mock"))
    except TargetError as error:
        raise pytest.UsageError(str(error)) from error
    except Unjudgeable as error:
        pytest.exit(str(error), returncode=UNJUDGED)


def _judge(request: pytest.FixtureRequest, target: Target) -> Outcome:
    option = request.config.getoption
    return run(
        CONTRACT,
        target,
        profile=option("--profile"),
        seed=option("--workload-seed"),
        strict=option("--contract-strict"),
    )
