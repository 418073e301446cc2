"""The generator: the same bytes each time, and a new operation without a line of Python."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx
import pytest
import yaml
from tests.client.sides import KEY, URL, Server, SyncTime, answer
from tests.helpers.places import ROOT

from layers_contract.codegen.client.facts import Facts
from layers_contract.codegen.client.operations import UnfitError, identifier, method_name
from layers_contract.codegen.package import differences, generate, outdated
from layers_contract.spec.document import Document, DocumentError

DOCUMENT: Final = ROOT / "openapi" / "layers.yaml"

NEW: Final = """
/v1/voices:
  get:
    operationId: getVoices
    tags: [voices]
    summary: What voices there are
    security: [{ApiKey: []}]
    parameters:
      - {name: language, in: query, schema: {type: string}}
      - {name: X-Region, in: header, schema: {type: string}}
    responses:
      '200':
        description: All of them.
        content:
          application/json:
            schema: {type: array, items: {$ref: '#/components/schemas/Voice'}}
/v1/voices/{voiceId}/sample:
  parameters:
    - {name: voiceId, in: path, required: true, schema: {type: string}}
  get:
    operationId: getVoiceSample
    tags: [voices]
    summary: Hear a voice
    security: [{ApiKey: []}]
    responses:
      '200':
        description: Sound.
        content: {application/octet-stream: {schema: {type: string, format: binary}}}
  delete:
    operationId: deleteVoiceSample
    tags: [voices]
    summary: Delete a sample
    security: [{ApiKey: []}]
    responses:
      '204': {description: Gone.}
/v1/trends:
  get:
    operationId: listTrends
    tags: [trends]
    summary: What is going on
    security: [{ApiKey: []}]
    x-pagination:
      {items: /found/trends, next: /found/after, cursor: after, limit: size, source: assumed}
    parameters:
      - {name: after, in: query, schema: {type: string}}
      - {name: size, in: query, schema: {type: integer}}
    responses:
      '200':
        description: A page.
        content:
          application/json:
            schema: {$ref: '#/components/schemas/TrendPage'}
/v1/containers/{containerId}/export:
  parameters:
    - $ref: '#/components/parameters/ContainerId'
  post:
    operationId: exportContent
    tags: [content]
    summary: Render for another platform
    security: [{ApiKey: []}]
    x-idempotent: {source: assumed}
    x-starts: {container: same, job: '', kind: content_export, source: assumed}
    parameters:
      - $ref: '#/components/parameters/IdempotencyKey'
    requestBody:
      required: true
      content:
        application/json:
          schema:
            type: object
            required: [toPlatform]
            properties:
              toPlatform: {$ref: '#/components/schemas/Platform'}
              notBefore: {type: string, format: date-time}
              timeout: {type: integer}
    responses:
      '202':
        description: Accepted.
        content:
          application/json:
            schema: {$ref: '#/components/schemas/AcceptedJob'}
      '402':
        description: Not paid.
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Error'}
"""
SCHEMAS: Final = """
Voice:
  type: object
  description: A voice.
  required: [id]
  properties:
    id: {type: string}
    class: {type: string}
    twin: {$ref: '#/components/schemas/Voice'}
Platform: {type: string, enum: [reels, shorts]}
Trend: {type: object, required: [name], properties: {name: {type: string}}}
TrendPage:
  type: object
  required: [found]
  properties:
    found:
      type: object
      required: [trends]
      properties:
        trends: {type: array, items: {$ref: '#/components/schemas/Trend'}}
        after: {type: [string, 'null']}
"""
JOB: Final = {"jobId": "job_1", "kind": "content_export", "status": "running", "containerId": "c"}


def extended() -> dict[str, Any]:
    """The document with operations that nobody has written Python for."""
    document: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    document["paths"].update(yaml.safe_load(NEW))
    document["components"]["schemas"].update(yaml.safe_load(SCHEMAS))
    codes = document["components"]["schemas"]["ErrorDetail"]["x-error-codes"]
    codes["PAYMENT_REQUIRED"] = {"status": 402, "source": "assumed"}
    document["servers"] = [{"url": "https://api2.layers.com/eu/"}]
    return document


def write(document: dict[str, Any], folder: Path) -> Path:
    path = folder / "layers.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a client made from the extended document."""
    folder = tmp_path_factory.mktemp("other")
    generate(write(extended(), folder), folder / "made")
    return folder / "made"


@pytest.fixture
def package(other: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """That client, imported in place of the usual one."""
    ours = {n: m for n, m in sys.modules.items() if n.partition(".")[0] == "layers_client"}
    for name in ours:
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(other))
    yield importlib.import_module("layers_client")
    for name in [n for n in sys.modules if n.partition(".")[0] == "layers_client"]:
        del sys.modules[name]
    sys.modules.update(ours)


class Fake:
    """The extended client in front of a scripted server."""

    def __init__(self, package: ModuleType, *script: Any) -> None:
        self.server = Server(*script)
        http = httpx.Client(transport=httpx.MockTransport(self.server))
        self.layers = package.Layers(api_key=KEY, base_url=URL, http_client=http)
        self.layers._transport.clock = SyncTime()


def test_the_client_is_what_the_document_makes(tmp_path: Path) -> None:
    """`generated/` is as `make generate` would write it, byte by byte."""
    generate(DOCUMENT, tmp_path / "made")
    assert differences(tmp_path / "made", ROOT / "generated") == []


def test_a_drift_is_told_in_one_line(tmp_path: Path) -> None:
    """Whatever was changed, added or lost, and what to do."""
    made = tmp_path / "generated"
    shutil.copytree(ROOT / "generated", made, ignore=shutil.ignore_patterns("__pycache__"))
    assert outdated(DOCUMENT, made) is None
    (made / "README.md").write_text("mine")
    (made / "stray.py").write_text("")
    assert outdated(DOCUMENT, made) == (
        "generated/ is not what layers.yaml makes: README.md and 1 more; run: make generate"
    )


def test_a_document_that_is_not_there_is_told_in_one_line() -> None:
    """Wrong use is exit code 2, and no drift."""
    command = [
        sys.executable,
        "-m",
        "layers_contract",
        "generate",
        "--check",
        "--document",
        "none.yaml",
    ]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert found.stderr.startswith("layers-contract: none.yaml: ")


def test_hash_seeds_do_not_matter(tmp_path: Path) -> None:
    """Another process with another seed writes the same bytes."""
    command = [
        sys.executable,
        "-m",
        "layers_contract",
        "generate",
        "--into",
        str(tmp_path / "made"),
        "--overlays-into",
        str(tmp_path),
    ]
    subprocess.run(command, cwd=ROOT, check=True, env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin"})
    assert differences(tmp_path / "made", ROOT / "generated") == []


def test_a_new_get_appears(package: ModuleType) -> None:
    """As a method of a new resource, with query and header; a list of models comes back."""
    fake = Fake(
        package, answer(503, {}), answer(200, [{"id": "v1", "class": "low", "twin": {"id": "v2"}}])
    )
    (voice,) = fake.layers.voices.get(language="de", x_region="eu")
    assert (voice.id, voice.class_, voice.twin.id) == ("v1", "low", "v2")
    request = fake.server.requests[1]
    assert (str(request.url), request.headers["x-region"]) == (f"{URL}/v1/voices?language=de", "eu")


def test_bytes_and_empty_answers_appear(package: ModuleType) -> None:
    """As bytes, and as None."""
    fake = Fake(package, httpx.Response(200, content=b"\x00\x01"), httpx.Response(204))
    assert fake.layers.voices.get_sample("v1") == b"\x00\x01"
    assert fake.layers.voices.delete_sample("v1") is None


def test_a_new_list_appears_as_a_pager(package: ModuleType) -> None:
    """With its items and cursor wherever the extension says they are."""
    first = {"found": {"trends": [{"name": "a"}], "after": "x"}}
    fake = Fake(package, answer(200, first), answer(200, {"found": {"trends": [{"name": "b"}]}}))
    assert [trend.name for trend in fake.layers.trends.list(size=1)] == ["a", "b"]
    assert fake.server.requests[1].url.params["after"] == "x"


def test_a_new_render_appears_as_a_job(package: ModuleType) -> None:
    """With a key that is reused, a body of keyword arguments, and a wait."""
    done = {**JOB, "status": "completed"}
    container: dict[str, Any] = {
        "id": "c",
        "projectId": "p",
        "status": "completed",
        "approvalStatus": "approved",
        "format": "auto",
        "influencerId": None,
        "brief": {"hook": "x"},
        "assets": [],
        "captions": [],
        "lastError": None,
        "createdAt": "2026-04-18T12:04:11Z",
        "updatedAt": "2026-04-18T12:04:11Z",
    }
    fake = Fake(
        package, httpx.ReadError("x"), answer(202, JOB), answer(200, done), answer(200, container)
    )
    job = fake.layers.content.export("c", to_platform="reels", timeout_=3, timeout=9)
    assert job.wait().id == "c"
    first, second = fake.server.sent("idempotency-key")[:2]
    assert first == second == job.idempotency_key
    assert json.loads(fake.server.requests[1].content) == {"toPlatform": "reels", "timeout": 3}
    assert fake.server.requests[1].extensions["timeout"]["read"] == 9


def test_a_new_error_code_appears_as_a_class(package: ModuleType) -> None:
    """Below a class of its status, which is new too."""
    error = {"code": "PAYMENT_REQUIRED", "message": "Pay.", "requestId": "r"}
    fake = Fake(package, answer(402, {"error": error}))
    with pytest.raises(package.PaymentRequiredError) as caught:
        fake.layers.content.export("c", to_platform="shorts")
    assert isinstance(caught.value, package.ClientError)


def test_another_server_is_the_new_default(package: ModuleType) -> None:
    """`servers` of the document."""
    assert repr(package.Layers(api_key=KEY)) == "Layers(base_url='https://api2.layers.com/eu')"


def test_new_operations_are_async_and_documented_too(package: ModuleType, other: Path) -> None:
    """The same names on the other client; docstrings, README's neighbour, types."""
    fake = Fake(package, answer(200, []))
    for resource, method in (("voices", "get"), ("trends", "list"), ("content", "export")):
        kind = type(getattr(fake.layers, resource))
        twin = getattr(sys.modules[kind.__module__], f"Async{kind.__name__}")
        assert getattr(twin, method).__doc__ == getattr(kind, method).__doc__
        assert f"### layers.{resource}.{method}" in (other / "docs/reference.md").read_text()
    assert "What is going on." in package.api.trends.Trends.list.__doc__


def test_what_is_new_passes_the_strictest_types(other: Path) -> None:
    """Mypy finds nothing in a client of operations that nobody has seen before."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "layers_client"]
    found = subprocess.run(command, cwd=other, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d["components"].pop("securitySchemes"), "how a request carries its key"),
        (
            lambda d: (
                d["paths"]["/v1/voices"]["get"].update(operationId="getVoiceSample2")
                or d["paths"]["/v1/voices/{voiceId}/sample"]["get"].update(operationId="getSample2")
            ),
            "would both be",
        ),
        (
            lambda d: d["paths"]["/v1/trends"]["get"]["x-pagination"].update(items="/found/after"),
            "no list at",
        ),
    ],
)
def test_what_no_client_can_be_made_of_is_told(change: Any, why: str, tmp_path: Path) -> None:
    """One sentence, and no half a client that looks whole."""
    document = extended()
    change(document)
    path = write(document, tmp_path)
    with pytest.raises((DocumentError, UnfitError), match=why):
        generate(path, tmp_path / "made")


def test_a_bearer_token_needs_no_edit_but_the_document_s() -> None:
    """The header and what stands before the key are read from the security scheme."""
    document = extended()
    document["components"]["securitySchemes"] = {"ApiKey": {"type": "http", "scheme": "bearer"}}
    assert Facts(Document(document)).auth == ("authorization", "Bearer ")


@pytest.mark.parametrize(
    ("operation", "tag", "name"),
    [
        ("generateContent", "content", "generate"),
        ("getContentProgress", "content", "get_progress"),
        ("cloneContentFromPost", "content", "clone_from_post"),
        ("getJob", "jobs", "get"),
        ("listJobs", "jobs", "list"),
        ("archiveProject", "projects", "archive"),
        ("deleteFile", "delete", "file"),
        ("jobs", "jobs", "jobs"),
        ("importContent", "content", "import_"),
    ],
)
def test_a_method_does_not_repeat_its_resource(operation: str, tag: str, name: str) -> None:
    """The operation's id without the words that the tag says already."""
    assert method_name(operation, tag) == name


@pytest.mark.parametrize(
    ("name", "python"),
    [("durationMs", "duration_ms"), ("class", "class_"), ("list", "list_"), ("2fa", "field_2fa")],
)
def test_names_are_python_s(name: str, python: str) -> None:
    """Snake case; what Python or a model needs itself gets an underscore."""
    assert identifier(name) == python
