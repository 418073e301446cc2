"""The files for CI servers: they parse, name what exists, and are pinned."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml
from tests.helpers.places import ROOT

from layers_contract.target import parse


def read(name: str) -> Any:
    """A YAML file of the repository."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_action_hands_inputs_over_as_variables() -> None:
    """No step puts an input into its script, where its text would be shell."""
    action = read("action.yml")
    assert action["runs"]["using"] == "composite"
    assert set(action["inputs"]) == {"target", "url", "document", "profile", "baseline", "args"}
    assert set(action["outputs"]) == {"verdict", "json"}
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
        (path,) = re.findall(r"\$HERE/([\w./-]+)", step["run"])
        assert os.access(ROOT / path, os.X_OK)


def test_the_actions_script_ends_as_the_check_does(tmp_path: Path) -> None:
    """The options reach the command word by word; the verdict and the path are outputs."""
    command = tmp_path / ".venv" / "bin" / "layers-contract"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/said\nexit 1\n')
    command.chmod(0o755)
    given = {"HERE": tmp_path, "RUNNER_TEMP": tmp_path, "GITHUB_OUTPUT": tmp_path / "out"}
    inputs = {"INPUT_URL": "http://x; touch pwned", "INPUT_ARGS": "--only\nlist"}
    environment = {"PATH": os.environ["PATH"], **{k: str(v) for k, v in given.items()}, **inputs}
    ended = subprocess.run(
        ["bash", ROOT / "ci" / "github-check"], env=environment, cwd=tmp_path, check=False
    )
    assert ended.returncode == 1
    said = (tmp_path / "said").read_text().splitlines()
    assert said[said.index("--url") + 1] == "http://x; touch pwned"
    assert said[-2:] == ["--only", "list"]
    assert "verdict=violated" in (tmp_path / "out").read_text().splitlines()


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    """The base is a version, packages have hashes, the user is not root, files exist."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", each) for each in bases)
    assert "--require-hashes" in text
    user = re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1]
    assert user not in {"root", "0"}
    assert 'ENTRYPOINT ["layers-contract"]' in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert names
    assert all((ROOT / name).exists() for name in names)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert all(f"!{name}" in ignored for name in names)


def test_gitlabs_template_writes_what_it_uploads() -> None:
    """Each report of the job's artifacts is a file that its script writes."""
    job = read("ci/gitlab.yml")[".layers-contract"]
    script = " ".join(job["script"])
    files = [*job["artifacts"]["reports"].values(), *job["artifacts"]["paths"]]
    assert all(f" {each}" in script for each in files)


def test_the_hook_lints_the_document_and_nothing_else() -> None:
    """Its pattern finds the document, not the workflows or what was published."""
    (hook,) = read(".pre-commit-hooks.yaml")
    assert hook["entry"] == "layers-contract lint"
    taken = [
        name
        for name in ("openapi/layers.yaml", "openapi/workflows.arazzo.yaml", "README.md")
        if re.search(hook["files"], name)
    ]
    assert taken == ["openapi/layers.yaml"]


def test_the_examples_parse_and_fit_the_action() -> None:
    """The workflow uses inputs that the action has; the target file is one."""
    steps = read("examples/github-workflow.yml")["jobs"]["staging"]["steps"]
    (used,) = [each for each in steps if each.get("id") == "contract"]
    assert set(used["with"]) <= set(read("action.yml")["inputs"])
    values = tomllib.loads((ROOT / "examples/staging.toml").read_text(encoding="utf-8"))
    values = {k: v for k, v in values.items() if k != "api_key_env"} | {"api_key": "k"}
    assert parse(values, "staging.toml").url == "https://staging.example.com"
