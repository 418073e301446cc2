"""A session's one run, and what it says of each promise and operation.

Under xdist every worker is a session. The first one that needs the findings makes the run, and the
others wait for the file that it writes into the folder that they share.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest

from layers_contract.baseline import BaselineError, Entry, apply, read
from layers_contract.judge.catalogue import catalogue
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged
from layers_contract.mock import MockOptions, background
from layers_contract.report import script, summary
from layers_contract.run import Unjudgeable, run
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, DocumentError
from layers_contract.spec.files import DocumentFiles
from layers_contract.target import Target, TargetError, documents, from_environment, parse
from layers_contract.target import read as read_target

__all__ = ["RUN", "Checked", "ContractRun"]

WRONG_USE, UNJUDGED = 2, 3
ALL: Final = "all"
SHAPE: Final = ("schema.", "errors.")
MOCK_RENDER: Final = 0.8
LONGEST_RUN: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What the run says: `passed`, `skipped`, `failed` or `known`, and why."""

    result: str
    why: str = ""

    def check(self) -> None:
        """Skip, fail, or be an expected failure; nothing where the promise was kept."""
        if self.result == "skipped":
            pytest.skip(self.why)
        if self.result == "known":
            pytest.xfail(self.why)
        if self.result == "failed":
            pytest.fail(self.why, pytrace=False)


@dataclass
class ContractRun:
    """The options of a run, and its findings once somebody asks for them."""

    config: pytest.Config
    files: DocumentFiles

    @classmethod
    def of(cls, config: pytest.Config) -> ContractRun:
        """The run that the command line describes."""
        document = config.getoption("--layers-document")
        overlays = tuple(map(Path, config.getoption("--layers-overlay")))
        target = config.getoption("--layers-target")
        if target and not (document or overlays):
            try:
                return cls(config, DocumentFiles(*documents(Path(target))))
            except TargetError as error:
                pytest.exit(str(error), returncode=WRONG_USE)
        return cls(config, DocumentFiles(Path(document) if document else None, overlays))

    @cached_property
    def document(self) -> Document:
        """The document that judges."""
        try:
            return self.files.load()
        except DocumentError as error:
            raise pytest.UsageError(str(error)) from error

    @property
    def names(self) -> list[str]:
        """The ids of what is judged."""
        return sorted(catalogue(Contract(self.document)))

    def promise(self, name: str) -> Checked:
        """What the run says of a promise."""
        return self._of("promises", name)

    def operation(self, name: str) -> Checked:
        """What the run says of an operation."""
        return self._of("operations", name)

    def _of(self, kind: str, name: str) -> Checked:
        found = self.findings
        if "error" in found:
            self._end(found["error"], found["code"])
        no_check = {"result": "skipped", "why": "not judged: no check looks at it"}
        return Checked(**found[kind].get(name, no_check))

    def _end(self, said: str, code: int) -> None:
        """End the session; a worker of xdist can only fail its item."""
        if hasattr(self.config, "workerinput"):
            pytest.fail(said, pytrace=False)
        pytest.exit(said, returncode=code)

    @cached_property
    def findings(self) -> dict[str, Any]:
        """What the run found, as plain values."""
        workers = getattr(self.config, "workerinput", None)
        if workers is None:
            return self._made()
        factory: pytest.TempPathFactory = self.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001 - it has no other name outside a fixture
        path = factory.getbasetemp().parent / f"layers-contract-{workers['testrunuid']}.json"
        return _shared(path, self._made)

    def _made(self) -> dict[str, Any]:
        option = self.config.getoption
        contract = Contract(self.document)
        try:
            known = _known(option("--layers-baseline"), contract)
            with self._target() as target:
                required = _required(contract, target)
                outcome = run(
                    contract,
                    target,
                    profile=option("--layers-profile"),
                    seed=option("--layers-seed"),
                    strict=option("--layers-strict"),
                )
        except (TargetError, BaselineError) as error:
            return {"error": str(error), "code": WRONG_USE}
        except Unjudgeable as error:
            return {"error": str(error), "code": UNJUDGED}
        name = str(option("--layers-baseline"))
        judged, notes = apply(outcome.judged, known, datetime.now(UTC).date(), name)
        promises = {each.promise.id: asdict(_promise(outcome, each, required)) for each in judged}
        operations = {
            name: asdict(_operation(outcome, judged, name)) for name in contract.operations
        }
        told = [summary(outcome), *outcome.notes, *notes]
        if outcome.ended_early:
            return {"error": outcome.ended_early, "code": UNJUDGED}
        return {"promises": promises, "operations": operations, "notes": told}

    @contextmanager
    def _target(self) -> Iterator[Target]:
        option = self.config.getoption
        file, url = option("--layers-target"), option("--layers-url")
        if file:
            yield read_target(Path(file), url)
        elif url:
            yield from_environment(url, "--layers-url")
        else:
            options = MockOptions(render=MOCK_RENDER, files=self.files)
            with background(options) as (_, values):
                yield parse(values, "the embedded mock")


RUN: Final = pytest.StashKey[ContractRun]()


def _known(file: str | None, contract: Contract) -> list[Entry]:
    return read(Path(file), catalogue(contract)) if file else []


def _required(contract: Contract, target: Target) -> frozenset[str]:
    """The ids that `[require] judged` of the target file names, by themselves or by their group.

    Raises:
        TargetError: It names what the document does not promise.
    """
    every, found = catalogue(contract), set[str]()
    for name in target.require.judged:
        named = {each for each in every if name in (ALL, each, each.split(".")[0])}
        if not named:
            raise TargetError(f"[require] judged: there is no invariant {name}")
        found |= named
    return frozenset(found)


def _promise(outcome: Outcome, judged: Judged, required: frozenset[str]) -> Checked:
    if judged.verdict == "not_judged" and judged.promise.id in required:
        return Checked("failed", f"required, and not judged: {judged.reason}")
    if judged.verdict == "not_judged":
        return Checked("skipped", f"not judged: {judged.reason}")
    if judged.verdict == "known":
        known = judged.known[0]
        return Checked("known", f"{known.reason} (until {known.expires}, {known.owner})")
    if not judged.violations:
        return Checked("passed")
    first = judged.violations[0]
    return Checked(
        "failed",
        f"{judged.promise.statement} ({judged.source})\n{first.message}\n"
        f"violated on {len(judged.violations)} of {judged.occasions} occasions\n\n"
        f"{script(outcome, first)}",
    )


def _operation(outcome: Outcome, judged: list[Judged], name: str) -> Checked:
    """Whether every answer of an operation had a documented status, headers and shape."""
    if not outcome.coverage["operations"][name]:
        return Checked("skipped", "not judged: the run had no reason, or no leave, to call it")
    found = [
        violation
        for each in judged
        if each.promise.id.startswith(SHAPE)
        for violation in each.violations
        if any(exchange.operation == name for exchange in violation.exchanges)
    ]
    if not found:
        return Checked("passed")
    lines = "\n".join(dict.fromkeys(each.message for each in found))
    return Checked("failed", f"{lines}\n\n{script(outcome, found[0])}")


def _shared(path: Path, make: Any) -> dict[str, Any]:
    """What the first worker has made, whichever that is."""
    try:
        os.close(os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return _awaited(path)
    found: dict[str, Any] = {"error": "the worker that judged the server broke off", "code": 1}
    try:
        found = make()
    finally:
        written = path.with_suffix(".part")
        written.write_text(json.dumps(found), encoding="utf-8")
        written.replace(path)
    return found


def _awaited(path: Path) -> dict[str, Any]:
    ends = time.monotonic() + LONGEST_RUN
    while not path.exists() and time.monotonic() < ends:
        time.sleep(0.1)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
