"""The contract as pytest items: `pytest -p layers_contract --layers-target FILE.toml`.

One run against the target, made when the first item asks for it; then one item for each promise and
one for each operation. A test asks for `layers_promise` or `layers_operation` and calls `check()`;
where none does, and the command line names a target, the items come by themselves. Nothing of this
package is imported before that, so that other test runs stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from layers_contract.pytest_plugin._run import Checked, ContractRun

__all__ = ["layers_operation", "layers_promise", "layers_run"]

PROMISE, OPERATION = "layers_promise", "layers_operation"
NAMED = ("--layers-target", "--layers-url")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options of `layers-contract check` that make sense here."""
    group = parser.getgroup("layers-contract", "judging a server by its contract")
    add = group.addoption
    add("--layers-target", metavar="FILE.toml", help="The server to judge; else the mock is.")
    add("--layers-url", metavar="URL", help="The server's url; replaces the target file's.")
    add("--layers-document", metavar="FILE", help="The OpenAPI document.")
    add(
        *("--layers-overlay",),
        action="append",
        default=[],
        metavar="FILE",
        help="An overlay to lay on the document; several in order.",
    )
    add(
        "--layers-profile",
        default="standard",
        choices=["quick", "standard", "thorough"],
        help="How much to look at.",
    )
    add("--layers-seed", type=int, default=0, help="Repeat the same workload.")
    add("--layers-strict", action="store_true", help="Let what is only assumed fail, too.")
    add("--layers-baseline", metavar="FILE.toml", help="Known violations; they are expected.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each promise, and for each operation, where a test asks for one."""
    for name in (PROMISE, OPERATION):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, _names(metafunc.config, name), indirect=True)


def _names(config: pytest.Config, kind: str) -> list[str]:
    known = _run_of(config)
    return sorted(known.document.operations) if kind == OPERATION else known.names


def _run_of(config: pytest.Config) -> ContractRun:
    """The session's one run, which is made when its findings are asked for."""
    from layers_contract.pytest_plugin._run import RUN, ContractRun  # noqa: PLC0415 - see above

    if RUN not in config.stash:
        config.stash[RUN] = ContractRun.of(config)
    return config.stash[RUN]


@pytest.fixture(scope="session")
def layers_run(request: pytest.FixtureRequest) -> ContractRun:
    """The session's run; `findings` makes it."""
    return _run_of(request.config)


@pytest.fixture
def layers_promise(request: pytest.FixtureRequest, layers_run: ContractRun) -> Checked:
    """One promise; `check()` skips, fails or expects it to fail as the run says."""
    return layers_run.promise(request.param)


@pytest.fixture
def layers_operation(request: pytest.FixtureRequest, layers_run: ContractRun) -> Checked:
    """One operation; `check()` fails where an answer was not as documented."""
    return layers_run.operation(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the contract where the command line names a target and no test asks for it."""
    asked = any(PROMISE in getattr(item, "fixturenames", ()) for item in items)
    given = [str(each) for each in config.invocation_params.args]
    if not asked and any(each.startswith(NAMED) for each in given):
        items.extend(_items(session))


def _items(session: pytest.Session) -> Iterator[pytest.Item]:
    for kind in (PROMISE, OPERATION):
        for name in _names(session.config, kind):
            yield ContractItem.from_parent(
                session, name=f"{kind}[{name}]", nodeid=f"layers_contract::{kind}[{name}]"
            )


class ContractItem(pytest.Item):
    """A promise or an operation as an item that no test file holds."""

    def runtest(self) -> None:
        """Report what the run says of it."""
        kind, _, name = self.name.rstrip("]").partition("[")
        run = _run_of(self.config)
        (run.promise if kind == PROMISE else run.operation)(name).check()

    def reportinfo(self) -> tuple[str, None, str]:
        """Where it stands: nowhere but in the contract."""
        return "layers_contract", None, self.name
