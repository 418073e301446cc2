"""The quick start: what it tells to run, runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import pytest
from tests.helpers.portals import README, raw

from layers_contract.codegen.client.facts import Facts
from layers_contract.mock import OWN, MockOptions, World, background
from layers_contract.publish.portal.quickstart import python
from layers_contract.publish.portal.shell import curl, variable
from layers_contract.spec.document import Document

QUICK: Final = "sleep() { command sleep 0.05; }\n"


def script(document: dict[str, Any] | None = None, without: str = "") -> str:
    steps = curl(Document(document or raw()))
    return "\n".join(each.code for each in steps if each.operation != without or not without)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with background(MockOptions(render=0.1, seed=1)) as (url, _):
        yield url


def run(text: str, url: str) -> subprocess.CompletedProcess[str]:
    """What the commands print when they are given to bash, on a project that asks for a review."""
    document = Document(raw())
    world = World.of(document)
    placed = text.replace("https://api.layers.com", url).replace(world.open, world.gated)
    keyed = placed.replace("LAYERS_API_KEY=…", f"LAYERS_API_KEY={OWN.key}")
    return subprocess.run(
        [shutil.which("bash") or "bash", "-eu", "-c", QUICK + keyed],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"PATH": os.environ["PATH"], "no_proxy": "*"},
    )


@pytest.mark.parametrize(
    ("other", "decided"), [("rejectContent", "approved"), ("approveContent", "rejected")]
)
def test_runs_against_the_mock(mock: str, other: str, decided: str) -> None:
    """Copied into a shell, the commands start a render, wait for it, read it and decide on it."""
    done = run(script(without=other), mock)
    assert done.returncode == 0, done.stderr
    assert '"kind":"content_generate"' in done.stdout.replace(" ", "")
    assert "\ncompleted\n" in done.stdout
    assert f'"approvalStatus":"{decided}"' in done.stdout.replace(" ", "")


def test_wrong_key_ends_the_wait(mock: str) -> None:
    """With a key that is refused the commands end, with what the server says, and do not hang."""
    done = run(script().replace("LAYERS_API_KEY=…", "LAYERS_API_KEY=wrong"), mock)
    assert done.returncode != 0


def test_steps() -> None:
    """The steps are the operations of one flow, in its order."""
    assert [each.operation for each in curl(Document(raw()))] == [
        "",
        "generateContent",
        "getJob",
        "getContent",
        "approveContent",
        "rejectContent",
    ]


def test_decisions_are_told_apart() -> None:
    """One decision is made, in the state that waits for it; the other is an alternative."""
    *_, approve, reject = curl(Document(raw()))
    assert (approve.title, reject.title) == ("Approve a creative", "Or reject a creative")
    assert "`pending`" in approve.note


def test_key_only_where_it_is_heeded() -> None:
    """The key goes with the calls that heed it, and is made afresh before them."""
    steps = {each.operation: each.code for each in curl(Document(raw()))}
    assert '-H "Idempotency-Key: $KEY"' in steps["generateContent"]
    assert steps["generateContent"].index("KEY=$(od") < steps["generateContent"].index("curl")
    assert "Idempotency-Key" not in steps["approveContent"]


def test_without_idempotency() -> None:
    """Where the document has no such rule no key is made."""
    document = raw()
    del document["x-idempotency"]
    assert "KEY=$(" not in script(document)


def test_no_start() -> None:
    """A document that starts nothing has no commands."""
    document = raw()
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("x-starts", None)
    assert curl(Document(document)) == []


def test_hostile_values_stay_values() -> None:
    """Quotes, dollars and backticks in examples and paths are data to the shell."""
    document = raw()
    path = "/v1/projects/{projectId}/content"
    hostile = 'it\'s $(touch /tmp/no) `no` "no"'
    operation = document["paths"][path]
    body = operation["post"]["requestBody"]["content"]["application/json"]
    body["examples"] = {"odd": {"value": {"brief": {"hook": hostile}}}}
    odd = '/v1/$(no)/`no`/"/{projectId}/content'
    paths = document["paths"].items()
    document["paths"] = {odd if name == path else name: each for name, each in paths}
    text = script(document)
    echoed = text.replace("curl ", "printf '%s\\n' ").replace("while :;", "while false;")
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", echoed],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "it's $(touch /tmp/no) `no`" in done.stdout
    assert '/v1/$(no)/`no`/"/254a4ce1' in done.stdout


def test_variables() -> None:
    """A path parameter's variable is its name in capitals, without the Id."""
    assert variable("projectId") == "PROJECT"
    assert variable("someLongId") == "SOME_LONG"
    assert variable("$(x)") == "__X_"


def test_python() -> None:
    """The wheel that lies beside is installed; the README's first example and `resume` follow."""
    install, *blocks = python(Facts(Document(raw())), README, "layers_client-1.0.0.whl")
    assert install.code.startswith("pip install ./layers_client-1.0.0.whl\n")
    assert [each.code for each in blocks] == ['print("first")', 'layers.jobs.resume("job_1")']


def test_no_wheel() -> None:
    """Without a wheel there is nothing to install."""
    assert len(python(Facts(Document(raw())), README, "")) == 2
