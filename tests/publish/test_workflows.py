"""The workflows run on the mock, and see where a server breaks what they are about."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from tests.helpers.places import ROOT
from tests.publish.conftest import Serve, Target, mock

from layers_contract.diff import node
from layers_contract.spec.document import read_yaml

Json = Any

NAMES: Final = ("generate-and-read", "reject-and-regenerate", "replay-and-conflict")
AT_ONCE: Final = "0"
SHORT: Final = "0.3"
"""Ends before the first poll is repeated."""
LONG: Final = "60"
"""Still goes on when the workflow has seen enough."""


class Case(NamedTuple):
    """A fault of the mock, how long its renders take, and the step of a workflow that sees it."""

    fault: str
    render: str
    workflow: str
    step: str

    def __str__(self) -> str:
        return f"{self.workflow}-{self.fault}"


FAULTS: Final = (
    Case("accepted-with-created", AT_ONCE, "generate-and-read", "generate"),
    Case("job-not-yet-there", LONG, "generate-and-read", "poll"),
    Case("completed-without-assets", AT_ONCE, "generate-and-read", "read"),
    Case("gate-is-closed", AT_ONCE, "generate-and-read", "read"),
    Case("gate-is-open", AT_ONCE, "reject-and-regenerate", "review"),
    Case("reject-starts-nothing", AT_ONCE, "reject-and-regenerate", "reject"),
    Case("reject-names-old-job", AT_ONCE, "reject-and-regenerate", "reject"),
    Case("patch-ignored", AT_ONCE, "reject-and-regenerate", "read"),
    Case("replay-starts-job", AT_ONCE, "replay-and-conflict", "replay"),
    Case("conflict-replays", AT_ONCE, "replay-and-conflict", "conflict"),
    Case("conflict-has-state-code", AT_ONCE, "replay-and-conflict", "conflict"),
    Case("conflict-cancels-first", LONG, "replay-and-conflict", "first-job"),
)


@dataclass(frozen=True)
class Run:
    """What `redocly respect` made of a workflow."""

    code: int
    output: str
    report: str

    @property
    def steps(self) -> list[Json]:
        """The steps that were taken, in order; one that was repeated, once for each time."""
        files = json.loads(self.report)["files"].values()
        return [s for f in files for w in f["executedWorkflows"] for s in w["executedSteps"]]

    @property
    def last(self) -> tuple[str, str]:
        """The last step, and whether it succeeded."""
        return self.steps[-1]["stepId"], self.steps[-1]["status"]


@pytest.fixture(scope="module")
def workflows(made: Path | None) -> Path:
    """The workflows in the bundle; ours where there is none."""
    return (made or ROOT / "openapi") / "workflows.arazzo.yaml"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A mock that keeps every promise."""
    with mock(tmp_path_factory.mktemp("mock") / "target.toml", "--render", SHORT) as target:
        yield target


def respect(workflows: Path, name: str, target: Target, folder: Path) -> Run:
    """Run one workflow; its inputs are handed over where nobody can list them."""
    inputs = {
        "apiKey": target["api_key"],
        "projectId": target["projects"]["open"],
        "gatedProjectId": target["projects"]["gated"],
        "idempotencyKey": str(uuid.uuid4()),
    }
    report = folder / "report.json"
    command = [str(ROOT / node.BIN / "redocly"), "respect", str(workflows), "--workflow", name]
    command += ["--server", f"layers={target['url']}", "--json-output", str(report)]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        command,
        env={**os.environ, **quiet, "REDOCLY_CLI_RESPECT_INPUT": json.dumps(inputs)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Run(done.returncode, done.stdout + done.stderr, report.read_text(encoding="utf-8"))


def test_there_are_three_workflows(workflows: Path) -> None:
    """Each of them is run here, and has a fault that it must see."""
    assert [each["workflowId"] for each in read_yaml(workflows)["workflows"]] == list(NAMES)
    assert {case.workflow for case in FAULTS} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_succeeds_on_the_sound_mock(
    name: str, workflows: Path, sound: Target, tmp_path: Path
) -> None:
    """Every step is taken, and the last one succeeds."""
    run = respect(workflows, name, sound, tmp_path)
    assert run.code == 0, run.output
    (told,) = [w for w in read_yaml(workflows)["workflows"] if w["workflowId"] == name]
    taken = list(dict.fromkeys(step["stepId"] for step in run.steps))
    assert taken == [step["stepId"] for step in told["steps"]]
    assert run.last[1] == "success"


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_a_workflow_fails_where_the_fault_is(
    case: Case, workflows: Path, serve: Serve, tmp_path: Path
) -> None:
    """The step that the fault breaks is the last one taken, and it is red."""
    target = serve("--render", case.render, "--fault", case.fault)
    run = respect(workflows, case.workflow, target, tmp_path)
    assert run.code == 1, run.output
    assert run.last == (case.step, "error")


def test_the_key_is_told_nobody(workflows: Path, sound: Target, tmp_path: Path) -> None:
    """Neither what is printed nor the report holds the key, although it was sent."""
    run = respect(workflows, "replay-and-conflict", sound, tmp_path)
    assert run.code == 0
    assert sound["api_key"] not in run.output + run.report
