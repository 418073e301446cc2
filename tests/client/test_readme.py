"""What the client's own pages say is executed: the README against the mock, the reference alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from tests.client.sides import KEY, PROJECT, URL
from tests.helpers.places import ROOT

import layers_client
from layers_client import JobHandle, Layers
from layers_client._document import API
from layers_client._runtime.client import BaseAsyncClient, BaseClient
from layers_client._runtime.clock import AsyncClock, Clock
from layers_contract.codegen.snippets import snippets
from layers_contract.mock import MockOptions, background
from layers_contract.spec.document import Operation, load

GENERATED: Final = ROOT / "generated"
README: Final = (GENERATED / "README.md").read_text(encoding="utf-8")
REFERENCE: Final = (GENERATED / "docs" / "reference.md").read_text(encoding="utf-8")
DOCUMENT: Final = load()


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the project's mock, which the client takes for the API."""
    with background(MockOptions(render=0.05)) as (url, target):
        monkeypatch.setenv("LAYERS_API_KEY", target["api_key"])
        api = API._replace(base_url=url)
        for kind in (layers_client.Layers, layers_client.AsyncLayers):
            monkeypatch.setattr(kind, "_api", api)
        yield url


class Hasty(Clock):
    """Waits a tenth of what it is told: the mock renders faster than the schedule polls."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / 10)


class AsyncHasty(AsyncClock):
    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


def test_the_readme_runs_from_top_to_bottom(mock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each snippet does what it says, one after another, as a reader would type them."""
    monkeypatch.setattr("layers_client._runtime.transport.Transport.clock", Hasty())
    monkeypatch.setattr("layers_client._runtime.transport.AsyncTransport.clock", AsyncHasty())
    namespace: dict[str, Any] = {}
    found = snippets(README)
    assert len(found) > 5
    for number, snippet in enumerate(found, 1):
        exec(compile(snippet, f"README snippet {number}", "exec"), namespace)  # noqa: S102
    assert namespace["container"].status == "completed"


def example(operation: Operation) -> tuple[int, Any]:
    """The first success that the document shows for an operation."""
    for status, response in operation.responses.items():
        if status[0] == "2" and response.examples:
            return int(status), next(iter(response.examples.values()))
    raise AssertionError(operation.id)


def documented(request: httpx.Request) -> httpx.Response:
    """The document's own example of an answer to *request*, which must fit the document."""
    found = DOCUMENT.match(request.method, request.url.path)
    assert found, f"{request.method} {request.url.path} is not documented"
    operation, _ = found
    if request.content:
        schema = (*operation.base, "requestBody", "content", "application/json", "schema")
        assert not DOCUMENT.problems(schema, json.loads(request.content))
    status, body = example(operation)
    return httpx.Response(status, json=body)


SNIPPETS: Final = snippets(REFERENCE)


def test_the_reference_has_every_operation() -> None:
    """A snippet for each, and a heading."""
    assert len(SNIPPETS) == len(DOCUMENT.operations)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("(")[0].strip())
def test_a_call_of_the_reference_is_what_the_document_says(snippet: str) -> None:
    """It sends a request that is documented, and reads the documented answer."""
    layers = Layers(
        api_key=KEY,
        base_url=URL,
        http_client=httpx.Client(transport=httpx.MockTransport(documented)),
    )
    ids = {"container_id": "cnt_1", "job_id": "job_1", "asset_id": "med_1"}
    namespace: dict[str, Any] = {"layers": layers, "project_id": PROJECT, **ids}
    made = re.sub(r"^(job = )?layers", "result = layers", snippet)
    exec(compile(made, "reference snippet", "exec"), namespace)  # noqa: S102
    result = namespace["result"]
    kind = _returned(snippet)
    if isinstance(result, layers_client.Pager):
        result = next(iter(result))
    assert type(result).__name__ == kind
    assert not isinstance(result, JobHandle) or result.idempotency_key


def _returned(snippet: str) -> str:
    """The type that the reference names below a snippet."""
    after = REFERENCE[REFERENCE.index(snippet) :]
    found = re.search(r"^Returns .*?`(\w+)`", after, re.MULTILINE)
    assert found
    return found[1]


def public_methods(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_the_two_clients_have_the_same_names() -> None:
    """Apart from `close` and `aclose`."""
    ours = public_methods(layers_client.Layers) - {"close"}
    theirs = public_methods(layers_client.AsyncLayers) - {"aclose"}
    assert ours == theirs
    assert BaseClient.__init__.__kwdefaults__ == BaseAsyncClient.__init__.__kwdefaults__
