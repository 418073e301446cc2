"""`--document` and `--overlay`: a document that does not fit is wrong use, told in one line."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

import pytest
from click import ClickException
from click.testing import CliRunner, Result

from layers_contract.cli import cli
from layers_contract.history.exchanges import History
from layers_contract.judge.verdicts import judge
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load

Json = Any

PARTS: Final = (
    "/x-idempotency",
    "/components/securitySchemes",
    "/components/schemas/Container/x-lifecycles/render/mirrors",
    "/components/schemas/Container/x-lifecycles/approval/gate",
    "/components/schemas/Container/x-lifecycles",
    "/components/schemas/Job/x-lifecycles",
    "/components/schemas/ErrorDetail/x-error-codes",
    "/components/schemas",
    "/components",
    "/paths/~1v1~1jobs~1{jobId}",
    "/paths/~1v1~1projects~1{projectId}~1content",
    "/paths/~1v1~1content~1{containerId}~1progress",
    "/paths",
    "/info",
)
COMMANDS: Final = ("check --profile quick --only auth", "faults job-reopens")


def without(part: str) -> dict[str, Json]:
    """The document without what that JSON Pointer leads to."""
    raw = copy.deepcopy(load().raw)
    *way, last = [each.replace("~1", "/") for each in part.split("/")[1:]]
    home = raw
    for each in way:
        home = home[each]
    del home[last]
    return raw


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)], standalone_mode=False)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_document_that_lacks_a_part_is_judged_without_it_or_refused(
    part: str, command: str, tmp_path: Path
) -> None:
    """Either the run ends as any does, or one line names what does not fit; no promise breaks."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps(without(part)))
    done = run(*command.split(), "--document", path)
    if not isinstance(done.exception, ClickException):
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code in (0, 3)
        return
    message = str(done.exception)
    assert message.count("\n") == 0
    assert any(word in message for word in ("other.json", "#/", "of another document"))


def test_overlays_are_laid_on_in_order(tmp_path: Path) -> None:
    """The second overlay sees what the first one did."""
    for number, (target, title) in enumerate([("$.info", "One"), ("$.info", "Two")]):
        (tmp_path / f"{number}.yaml").write_text(
            f"overlay: 1.1.0\ninfo: {{title: T, version: 1.0.0}}\n"
            f"actions: [{{target: {target}, update: {{title: {title}}}}}]\n"
        )
    done = run("lint", "--overlay", tmp_path / "0.yaml", "--overlay", tmp_path / "1.yaml")
    assert done.exit_code == 0
    missing = run("lint", "--overlay", tmp_path / "2.yaml")
    assert "2.yaml: cannot be read" in str(missing.exception)


def test_what_an_alias_shares_is_laid_on_as_copies(tmp_path: Path) -> None:
    """A later action that removes from one copy leaves the other as it is."""
    (tmp_path / "overlay.yaml").write_text(
        "overlay: 1.1.0\ninfo: {title: T, version: 1.0.0}\nactions:\n"
        "  - target: $.info\n    update: {x-a: &shared {x-b: 1}, x-c: *shared}\n"
        "  - {target: \"$.info['x-a']['x-b']\", remove: true}\n"
    )
    (tmp_path / "document.json").write_text('{"info": {}, "paths": {}}')
    done = run("overlay", tmp_path / "document.json", tmp_path / "overlay.yaml")
    assert "x-c:\n    x-b: 1\n" in done.output
    assert "x-a: {}" in done.output


def test_a_promise_without_a_check_is_not_judged() -> None:
    """It stands in the verdict with its reason; a promise that left the document does not."""
    raw = copy.deepcopy(load().raw)
    promises = raw["components"]["schemas"]["Job"]["x-promises"]
    gone = promises.pop()["id"]
    promises.append({"id": "job.sings", "statement": "Every job sings.", "source": "seed"})
    verdicts = {each.promise.id: each for each in judge(Contract(Document(raw)), History())}
    assert gone not in verdicts
    assert verdicts["job.sings"].verdict == "not_judged"
    assert verdicts["job.sings"].reason == "there is no check for it"
