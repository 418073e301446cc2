"""The next generation, one overlay on our document, is followed by all that is made of it."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx
import pytest
from tests.helpers.places import ROOT

from layers_contract.codegen import dialects
from layers_contract.codegen.package import generate
from layers_contract.diff.extensions import between
from layers_contract.diff.places import Atlas
from layers_contract.publish.arazzo import workflows
from layers_contract.publish.portal.errors import errors
from layers_contract.publish.portal.facts import groups, lists
from layers_contract.publish.portal.idempotency import rule
from layers_contract.publish.portal.machines import machines
from layers_contract.publish.portal.shell import curl
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load
from layers_contract.spec.files import DocumentFiles
from layers_contract.spec.lint import findings

Json = Any

FILES: Final = DocumentFiles(None, (ROOT / "overlays" / "next.yaml",))
JOB: Final = {"jobId": "job_1", "kind": "content_generate", "status": "running"}


@pytest.fixture(scope="module")
def document() -> Document:
    return FILES.load()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its client."""
    folder = tmp_path_factory.mktemp("next") / "client"
    with FILES.as_file() as path:
        generate(path, folder)
    return folder


@pytest.fixture
def package(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """That client, imported in place of the usual one."""
    ours = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "layers_client"}
    for name in ours:
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(made))
    yield importlib.import_module("layers_client")
    for name in [n for n in sys.modules if n.partition(".")[0] == "layers_client"]:
        del sys.modules[name]
    sys.modules.update(ours)


def test_it_breaks_no_rule(document: Document) -> None:
    """Extensions, references and style of the document with the overlay on it are clean."""
    assert findings(document, style=True) == []


def test_a_bearer_token_goes_with_each_request(package: ModuleType) -> None:
    """A job is started, and names the first of its containers, which is read in the end."""
    seen: list[httpx.Request] = []
    gone = {"error": {"code": "NOT_FOUND", "message": "Gone.", "requestId": "r"}}
    started = httpx.Response(202, json=JOB | {"containerIds": ["cnt_1", "cnt_2"]})
    answers = iter([started, httpx.Response(200, json=JOB | {"status": "completed"})])

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return next(answers, httpx.Response(404, json=gone))

    http = httpx.Client(transport=httpx.MockTransport(answer))
    layers = package.Layers(api_key="secret", http_client=http)
    layers._transport.clock.sleep = lambda _: None
    job = layers.content.generate("prj_1", format="ugc-remix", brief={"hook": "Evenings"})
    with pytest.raises(package.NotFoundError):
        job.wait(timeout=60)
    assert {each.headers["authorization"] for each in seen} == {"Bearer secret"}
    assert seen[-1].url.path == "/v1/content/cnt_1"


def test_the_reference_says_scopes_and_open_enums(made: Path) -> None:
    """What a key needs stands with each call, and that a list of values is open with the enum."""
    text = (made / "docs" / "reference.md").read_text(encoding="utf-8")
    assert "Needs a key with `content:write`." in text
    assert "`slideshow-remix`, and others that are not listed." in text
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert "How long a key is remembered is not promised." in readme


def test_the_client_passes_the_strictest_types(made: Path) -> None:
    """Mypy finds nothing in it."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "layers_client"]
    found = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_dialects_name_no_window(tmp_path: Path) -> None:
    """Without a window calls are repeated for as long as the client does it."""
    with FILES.as_file() as path:
        dialects.write(path, tmp_path)
    assert "maxElapsedTime: 180000" in (tmp_path / "speakeasy.yaml").read_text(encoding="utf-8")


def test_the_curl_samples_send_the_token(document: Document) -> None:
    """They say which scope a call needs, and find the id of a container in a list."""
    steps = {each.operation: each for each in curl(document)}
    start = steps["generateContent"]
    assert '-H "Authorization: Bearer $LAYERS_API_KEY"' in start.code
    assert "field containerIds" in start.code
    assert start.note == "Needs a key with `content:write`."


def test_the_pages_say_what_is_new(document: Document) -> None:
    """Scopes as badges, bounds of a list, several statuses of a code, a key without a window."""
    rows = {row.operation.id: row for group in groups(document) for row in group.rows}
    assert ("rate", "content:read") in rows["listContent"].badges
    (listing,) = lists(document)
    assert "`since` (`createdAt` at least)" in dict(listing.facts)["Filters"]
    assert {each.code: each.statuses for each in errors(document)}["VALIDATION"] == (422, 400)
    repeated = rule(document)
    assert repeated is not None
    assert repeated.window == ""
    assert not any(moment.after for moment in repeated.moments)


def test_the_pages_draw_a_gate_with_three_values(document: Document) -> None:
    """Each first state has the values that may lead to it."""
    (review,) = [each for each in machines(Contract(document)) if each.name == "approval"]
    born = {step.target: step.when for step in review.steps if step.origin is None}
    assert born["not_required"] == "policy is auto_approve or review_first_n"
    assert born["pending"] == "policy is review_all or review_first_n"


def test_the_workflows_are_made_of_it(document: Document) -> None:
    """The start is followed to the container that the job names first."""
    made = {each["workflowId"]: each for each in workflows(document)["workflows"]}
    start, poll, read = made["generate-content-and-wait"]["steps"]
    assert start["outputs"]["made"] == "$response.body#/containerIds/0"
    assert (poll["operationId"], read["operationId"]) == ("getJob", "getContent")
    (header,) = made["generate-content-and-wait"]["parameters"]
    assert header["value"] == "Bearer {$inputs.apiKey}"
    assert (
        "content:write"
        in made["generate-content-and-wait"]["inputs"]["properties"]["apiKey"]["description"]
    )


SAID: Final = {
    "How long a key is remembered is no longer promised.",
    (
        "What the first state of `approval` depends on has changed: `not_required` where `policy`"
        " of getReviewPolicy is `auto_approve`, `pending` where `policy` of getReviewPolicy is"
        " `review_all`, `pending` or `not_required` where `policy` of getReviewPolicy is"
        " `review_first_n`."
    ),
    "VALIDATION now comes with 422 or 400, not with 422.",
    "Format may now hold values that are not listed.",
    "listContent can now be filtered by the least `/createdAt`, with `since`.",
    "listContent can now be filtered by the greatest `/createdAt`, with `until`.",
    "Job now has `/containerIds/0` as its container, not `/containerId`.",
    "rejectContent no longer starts a run.",
}


def test_the_changelog_says_what_is_new(document: Document) -> None:
    """Each new part has a sentence, and what went with an operation has none."""
    told = {each.what for each in between(Atlas(load().raw), Atlas(document.raw))}
    assert told >= SAID
    assert not [each for each in told if "regenerateContent" in each or "cloneContent" in each]
