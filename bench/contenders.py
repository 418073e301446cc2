"""Three ways to look at one server: this project, stock Schemathesis, Prism as a proxy.

Each gets a mock of its own, fresh and with the same fault, and tells what it found as short texts
that are the same from run to run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from golden_path import json_object, walk
from throughput import LAYERS, PRISM, ROOT, free_port, running, written

__all__ = ["CONTENDERS", "DIFFERS", "Look", "Mock", "Settings", "mock"]

DOCUMENT: Final = ROOT / "openapi/layers.yaml"
SCHEMATHESIS: Final = [
    sys.executable,
    "-c",
    "from schemathesis.cli import schemathesis as st; st()",
]
PHASES: Final = {"single calls": "examples,coverage,fuzzing", "links": "stateful"}
TIME_LIMIT: Final = 600.0
DIFFERS: Final = "differs from an assumption:"
Json = Any


@dataclass(frozen=True)
class Settings:
    """What is the same for all runs: a render's seconds, Schemathesis' examples, the seed."""

    render: float
    examples: int
    seed: int


@dataclass(frozen=True)
class Mock:
    """A mock that is up. `file` is its target file, `target` what stands in it."""

    file: Path
    target: dict[str, Json]
    folder: Path
    settings: Settings

    @property
    def url(self) -> str:
        """Where it is."""
        url: str = self.target["url"]
        return url


@dataclass
class Look:
    """What a tool found; `failed` is its own verdict, `notes` what kept it from looking."""

    findings: list[str]
    failed: bool
    seconds: float = 0.0
    requests: int = 0
    notes: list[str] = field(default_factory=list)


@contextmanager
def mock(fault: str, settings: Settings, folder: Path) -> Iterator[Mock]:
    """A mock with one fault, or with none, for the length of the block."""
    port, file = free_port(), folder / "target.toml"
    command = [*LAYERS, "mock", "--port", str(port), "--target-out", str(file)]
    command += ["--render", str(settings.render), "--seed", str(settings.seed)]
    command += ["--fault", fault] if fault else []
    with running(command, port, quiet=True):
        yield Mock(file, written(file), folder, settings)


def ours(served: Mock) -> Look:
    """`layers-contract check --profile standard`: the promises that it calls violated."""
    file = served.folder / "ours.json"
    options = ["--profile", "standard", "--seed", str(served.settings.seed), "--json", str(file)]
    code = _command([*LAYERS, "check", "--target", str(served.file), *options], ROOT)
    if not file.exists():
        return Look([], failed=False, notes=[f"exit code {code}"])
    said = json.loads(file.read_text(encoding="utf-8"))
    found = [each["id"] for each in said["invariants"] if each["verdict"] == "violated"]
    assumed = [each["id"] for each in said["invariants"] if each["differences"]]
    notes = [f"{DIFFERS} {name}" for name in assumed]
    return Look(found, failed=code == 1, requests=said["requests"], notes=notes)


def schemathesis(served: Mock) -> Look:
    """`st run` with all phases and checks, on ids that exist: check and operation of a failure.

    A value that is set for a path parameter takes the place of one that a link gives. The link
    phase is therefore a run of its own, with nothing set but the project.
    """
    known = _known(served)
    looks = [
        _phases(served, phases, _config(known if phases != "stateful" else {}, served))
        for phases in PHASES.values()
    ]
    return Look(
        sorted({finding for look in looks for finding in look.findings}),
        failed=any(look.failed for look in looks),
        requests=sum(look.requests for look in looks),
        notes=[note for look in looks for note in look.notes],
    )


def _phases(served: Mock, phases: str, config: str) -> Look:
    config_file, report = served.folder / f"{phases}.toml", served.folder / f"{phases}.json"
    config_file.write_text(config, encoding="utf-8")
    options = {
        "--url": served.url,
        "--header": f"X-Api-Key: {served.target['api_key']}",
        "--phases": phases,
        "--checks": "all",
        "--max-examples": str(served.settings.examples),
        "--seed": str(served.settings.seed),
        "--suppress-health-check": "all",
        "--report": "json",
        "--report-json-path": str(report),
    }
    command = [*SCHEMATHESIS, "--config-file", str(config_file), "run", str(DOCUMENT)]
    command += ["--continue-on-failure", *(word for pair in options.items() for word in pair)]
    code = _command(command, served.folder)
    if not report.exists():
        return Look([], failed=False, notes=[f"{phases}: exit code {code}"])
    said = json.loads(report.read_text(encoding="utf-8"))
    found = [f"{each['type']} {on}" for each in said["failures"] for on in each["operations"]]
    notes = [f"{phases}: {_short(error)}" for error in said["errors"]]
    return Look(found, bool(found), requests=said["test_cases"]["generated"], notes=notes)


def _short(error: Json) -> str:
    return json.dumps(error)[:200]


def _known(served: Mock) -> dict[str, dict[str, str]]:
    """Ids that exist, by operation: containers that are rendered, and one for each decision."""
    headers = {"X-Api-Key": served.target["api_key"]}
    projects = served.target["projects"]
    with httpx.Client(base_url=served.url, headers=headers, trust_env=False) as client:

        def made(project: str, hook: str) -> dict[str, str]:
            body = {"brief": {"hook": hook}}
            answer = json_object(client.post(f"/v1/projects/{project}/content", json=body))
            return {name: str(answer.get(name) or "") for name in ("containerId", "jobId")}

        shown, other, parent = (made(projects["open"], f"Known {n}") for n in range(3))
        approved, rejected = (made(projects["gated"], f"For review {n}") for n in range(2))
        time.sleep(served.settings.render + 0.5)
        assets = json_object(client.get(f"/v1/content/{shown['containerId']}")).get("assets")
        listed = client.get(f"/v1/projects/{projects['open']}/content", params={"limit": 1})
    asset = {"assetId": assets[0]["id"]} if assets else {}
    cursor = {"cursor": json_object(listed).get("nextCursor")}
    known = {
        "": shown | asset,
        "listContent": cursor,
        "regenerateContent": other,
        "cloneContentFromPost": parent,
        "approveContent": approved,
        "rejectContent": rejected,
    }
    return {name: {k: v for k, v in ids.items() if v} for name, ids in known.items()}


def _config(known: dict[str, dict[str, str]], served: Mock) -> str:
    """A schemathesis.toml that sets the parameters of *known*, and projects that do no harm."""
    projects = served.target["projects"]
    sets = {name: dict(ids) for name, ids in known.items()}
    for operation, project in (
        ("", projects["open"]),
        ("archiveProject", projects["disposable"][0]),
        ("updateApprovalPolicy", projects["disposable"][1]),
    ):
        sets.setdefault(operation, {})["projectId"] = project
    lines = ["cache.enabled = false", "[parameters]", *_parameters(sets.pop(""))]
    for operation, ids in sets.items():
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}"]
        lines += ["[operations.parameters]", *_parameters(ids)]
    dictionary = sets.get("listContent", {}).get("cursor")
    if dictionary:
        lines += ["[dictionaries.cursors]", f"values = [{json.dumps(dictionary)}]"]
    return "\n".join(lines) + "\n"


def _parameters(ids: dict[str, str]) -> list[str]:
    """Path parameters are set; a cursor is one of a dictionary, which a call may leave out."""
    cursor = '"query.cursor" = {dictionary = "cursors", probability = 1.0}'
    return [
        cursor if name == "cursor" else f'"path.{name}" = {json.dumps(value)}'
        for name, value in ids.items()
    ]


def prism(served: Mock) -> Look:
    """`prism proxy --errors` on a golden path: where an answer breaks the document, and how.

    Requests are not validated, for the path has some that are wrong on purpose.
    """
    port = free_port()
    options = ["--errors", "--validate-request", "false", "--verboseLevel", "silent"]
    command = [str(PRISM), "proxy", str(DOCUMENT), served.url, "--port", str(port), *options]
    found: dict[str, None] = {}
    count = 0

    def watch(step: str, response: httpx.Response) -> None:
        nonlocal count
        count += 1
        found.update(dict.fromkeys(f"{step}: {each}" for each in _flags(response)))

    with running(command, port, quiet=True):
        walk(f"http://127.0.0.1:{port}", served.target, watch)
    return Look(sorted(found), failed=bool(found), requests=count)


def _flags(response: httpx.Response) -> list[str]:
    """What Prism says of an answer, in its header or in an error of its own."""
    said = response.headers.get("sl-violations")
    own = response.headers.get("content-type", "").startswith("application/problem+json")
    if said is None:
        return [f"Prism answers {response.status_code}"] if own else []
    try:
        violations = json.loads(said)
    except ValueError:
        return ["too many violations"]
    return [f"{each.get('code')} at {_place(each['location'])}" for each in violations]


def _place(location: list[str]) -> str:
    """Where a violation is, whatever the item's number."""
    return "/".join("*" if str(part).isdecimal() else str(part) for part in location)


def _command(command: list[str], folder: Path) -> int | None:
    """The exit code of a command; None where it took too long."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


CONTENDERS: Final[dict[str, Callable[[Mock], Look]]] = {
    "layers-contract": ours,
    "Schemathesis": schemathesis,
    "Prism proxy": prism,
}
