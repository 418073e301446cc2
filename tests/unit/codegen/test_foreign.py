"""The client of another API: its names, its key, its jobs, keys and pages, used over ASGI."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import httpx
import pytest
import yaml
from tests.helpers.places import ROOT

from layers_contract.codegen import dialects
from layers_contract.codegen.client.names import Names
from layers_contract.codegen.package import generate
from layers_contract.mock import OWN, MockOptions, background
from layers_contract.spec.files import DocumentFiles

Json = Any

DOCUMENT: Final = ROOT / "examples" / "predictions" / "openapi.yaml"
NEW: Final = {"model": "haiku-3", "input": {"prompt": "Write of rain"}}


class Server:
    """A server of predictions, as small as it can be."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.made: dict[str, Json] = {}
        self.keys: dict[str, str] = {}
        self.busy: list[str] = []
        self.polls = 0
        self.state = "succeeded"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.headers.get("authorization") != "Bearer secret":
            return httpx.Response(401, json={"code": "UNAUTHORIZED", "message": "Send a token."})
        answers = {"POST": self.posted, "GET": self.read}
        return answers[request.method](request)

    def posted(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/cancel"):
            self.made["pre_0"]["state"] = "stopped"
            return httpx.Response(200, json=self.made["pre_0"])
        body = json.loads(request.content)
        if body["model"] not in ("haiku-3", "sonnet-1"):
            return httpx.Response(400, json={"code": "INVALID", "message": "No such model."})
        if self.busy:
            return httpx.Response(409, json={"code": self.busy.pop(), "message": "Wait."})
        name = self.keys.setdefault(request.headers["request-key"], f"pre_{len(self.made)}")
        self.made.setdefault(name, prediction(name, "waiting"))
        return httpx.Response(201, json=self.made[name])

    def read(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/predictions":
            after = int(request.url.params.get("after", 0))
            page = [prediction(f"pre_{after}", "succeeded")]
            return httpx.Response(200, json={"results": page, "next": None if after else "1"})
        self.polls += 1
        found = self.made[request.url.path.rsplit("/", 1)[1]]
        if self.polls > 1 and found["state"] == "waiting":
            found = prediction(found["id"], self.state)
        return httpx.Response(200, json=found)


def prediction(name: str, state: str) -> dict[str, Json]:
    done = state == "succeeded"
    return {
        "id": name,
        "state": state,
        "model": "haiku-3",
        "input": {},
        "error": None,
        "output": "Rain" if done else None,
        "created": "2026-05-02T08:00:00Z",
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client."""
    folder = tmp_path_factory.mktemp("predictions") / "client"
    generate(DOCUMENT, folder)
    return folder


@pytest.fixture
def package(made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(made))
    yield importlib.import_module("predictions_client")
    for name in [n for n in sys.modules if n.partition(".")[0] == "predictions_client"]:
        del sys.modules[name]


def client(package: ModuleType, server: Server) -> Any:
    http = httpx.Client(transport=httpx.MockTransport(server))
    made = package.PredictionsClient(api_key="secret", http_client=http)
    made._transport.clock.sleep = lambda _: None
    return made


def test_nothing_in_it_is_called_after_our_api(made: Path) -> None:
    """Package, classes, variables, files and texts are named after the document's title."""
    texts = [p.read_text(encoding="utf-8") for p in made.rglob("*") if p.is_file()]
    assert [line for text in texts for line in text.splitlines() if "layers" in line.lower()] == []
    assert (made / "predictions_client" / "py.typed").exists()
    assert "PREDICTIONS_API_KEY" in (made / "README.md").read_text(encoding="utf-8")


def test_it_passes_the_strictest_types(made: Path) -> None:
    """Mypy finds nothing in it."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "predictions_client"]
    found = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_job_that_is_its_own_result_is_started_and_waited_for(package: ModuleType) -> None:
    """One key names the call, the token goes with each request, and the job itself comes back."""
    server = Server()
    job = client(package, server).predictions.create(**NEW)
    done = job.wait(timeout=60)
    assert (done.id, str(done.state), done.output) == ("pre_0", "succeeded", "Rain")
    assert server.requests[0].headers["request-key"] == job.idempotency_key
    assert {each.headers["authorization"] for each in server.requests} == {"Bearer secret"}


def test_the_same_key_comes_to_the_same_job(package: ModuleType) -> None:
    """A call that is repeated with its key starts nothing."""
    predictions = client(package, Server()).predictions
    first = predictions.create(**NEW, idempotency_key="k")
    assert predictions.create(**NEW, idempotency_key="k").id == first.id


def test_a_key_that_is_busy_is_waited_for(package: ModuleType) -> None:
    """A call in flight has a code of its own, and another 409 is no reason to call again."""
    server = Server()
    server.busy = ["KEY_BUSY"]
    predictions = client(package, server).predictions
    assert predictions.create(**NEW).id == "pre_0"
    server.busy = ["ENDED"]
    with pytest.raises(package.EndedError):
        predictions.create(**NEW)
    assert len(server.requests) == 3


def test_nothing_is_sent_again_when_its_key_is_forgotten(package: ModuleType) -> None:
    """A call is repeated for no longer than the window of its key."""
    made = client(package, Server()).with_options(max_retry_time=1e9)
    create = importlib.import_module("predictions_client._document").CREATE_PREDICTION
    call = importlib.import_module("predictions_client._runtime.call")
    plan = made._transport.plan(call.Call(create), call.CallOptions())
    assert plan._policy.seconds == 30 * 86400


def test_a_job_is_canceled_and_taken_up_again(package: ModuleType) -> None:
    """From its id, in another process say; a wait for it then ends with the cancel."""
    server = Server()
    predictions = client(package, server).predictions
    job = predictions.create(**NEW)
    assert str(job.cancel().state) == "stopped"
    with pytest.raises(package.JobCanceledError):
        predictions.resume(job.id).wait(timeout=5)


def test_a_list_is_iterated_over_its_pages(package: ModuleType) -> None:
    """With the cursor where the document has it."""
    found = client(package, Server()).predictions.list(size=1)
    assert [each.id for each in found] == ["pre_0", "pre_1"]


def test_a_code_with_two_statuses_is_below_both(package: ModuleType) -> None:
    """Whoever catches either status catches the code."""
    with pytest.raises(package.InvalidError) as caught:
        client(package, Server()).predictions.create(model="none", input={"prompt": "x"})
    kinds = (package.UnprocessableContentError, package.BadRequestError)
    assert all(isinstance(caught.value, kind) for kind in kinds)
    assert caught.value.status == 400


def test_a_state_of_a_later_version_goes_on(package: ModuleType) -> None:
    """An unknown state is kept as its text, and ends no wait."""
    server = Server()
    server.state = "thinking"
    predictions = client(package, server).predictions
    job = predictions.create(**NEW)
    job.refresh()
    assert (job.refresh().state, job.done) == ("thinking", False)


def test_it_works_with_the_mock_of_its_document(package: ModuleType) -> None:
    """Start, wait, repeat, cancel and list, over HTTP with the mock's token."""
    options = MockOptions(render=0.2, files=DocumentFiles(DOCUMENT))
    with (
        background(options) as (url, _),
        package.PredictionsClient(api_key=OWN.key, base_url=url) as used,
        package.PredictionsClient(api_key="wrong", base_url=url) as stranger,
    ):
        job = used.predictions.create(**NEW, idempotency_key="k")
        assert used.predictions.create(**NEW, idempotency_key="k").id == job.id
        done = job.wait(timeout=20, poll_interval=0.1)
        assert (done.state, done.output is None) == ("succeeded", False)
        stopped = used.predictions.create(**NEW)
        assert stopped.cancel().state == "stopped"
        assert {job.id, stopped.id} <= {each.id for each in used.predictions.list(size=1)}
        with pytest.raises(package.UnauthorizedError):
            stranger.predictions.get(job.id)


def test_the_dialects_say_its_words(tmp_path: Path) -> None:
    """Speakeasy and Fern get its cursor, its key's header and its states."""
    dialects.write(DOCUMENT, tmp_path)
    speakeasy = (tmp_path / "speakeasy.yaml").read_text(encoding="utf-8")
    fern = yaml.safe_load((tmp_path / "fern.yaml").read_text(encoding="utf-8"))
    assert "WaitForSucceeded" in speakeasy
    assert "name: after" in speakeasy
    headers = fern["actions"][0]["update"]["x-fern-idempotency-headers"]
    assert headers == [{"header": "Request-Key", "name": "request_key"}]


@pytest.mark.parametrize(
    ("title", "brand"),
    [
        ("Layers Partner API, content items", "Layers"),
        ("Predictions API", "Predictions"),
        ("The Acme Video API v2", "AcmeVideo"),
        ("acme: generation", "Acme"),
        ("API", "API"),
        ("3D Prints", "Api3DPrints"),
        ("Café", "Cafe"),
        ("写真", "Api"),
    ],
)
def test_a_client_is_named_after_the_title(title: str, brand: str) -> None:
    """The first words that name something, as an identifier."""
    assert Names.of(title, ()).brand == brand


def test_a_name_that_is_taken_gets_another_word() -> None:
    """A resource or an error of the same name keeps it; the client is called a client."""
    names = Names.of("Conflict API", {"ConflictError"})
    assert (names.client, names.error, names.variable) == (
        *("ConflictClient", "ConflictClientError"),
        "client",
    )
