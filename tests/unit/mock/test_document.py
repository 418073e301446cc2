"""The mock has no facts of its own: it follows the document, also when that changes."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.helpers.mock_client import BRIEF, RENDER, Api, document, simulate
from tests.helpers.places import ROOT

from layers_contract.mock import MockError, MockOptions, TrioClock, app
from layers_contract.mock.choice import words_for
from layers_contract.mock.claims import claims
from layers_contract.mock.words import Words
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document

MOCK = ROOT / "src" / "layers_contract" / "mock"
MODULES = sorted(MOCK.rglob("*.py"))


def facts() -> set[object]:
    """What the document decides and the code must not say: names, codes, headers, numbers."""
    contract = Contract(document())
    raw = document().raw
    lifecycles = contract.lifecycles.values()
    names: set[object] = {state for each in lifecycles for state in each.states}
    names |= {str(node["name"]) for node in raw["components"]["parameters"].values()}
    names |= {name for r in raw["components"]["responses"].values() for name in r["headers"]}
    names |= {document().security_header, raw["x-rate-limits"]["class-header"]}
    names |= {contract.idempotency.header, *contract.error_codes, *raw["x-rate-limits"]["tiers"]}
    names |= {each.kind for each in contract.starts.values()}
    names -= {"projectId", "containerId", "jobId", "assetId"}  # fields of shapes too
    limits = next(p for p in contract.operations["listContent"].parameters if p.name == "limit")
    numbers = {limits.schema["maximum"], limits.schema["default"], contract.idempotency.window}
    statuses = {int(s) for o in contract.operations.values() for s in o.responses if s.isdecimal()}
    return names | {int(n) for n in numbers} | statuses


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(MOCK)))
def test_the_code_repeats_no_fact_of_the_document(module: Path) -> None:
    """No state, code, header, status, window or limit of the document is a literal of the mock."""
    forbidden = facts()
    found = [
        f"{module.name}:{node.lineno}: {node.value!r}"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and not isinstance(node.value, bool)
        and isinstance(node.value, str | int)
        and node.value in forbidden
    ]
    assert not found


def renamed(*pairs: tuple[str, str]) -> dict[str, Any]:
    """The document with some of its words replaced, wherever they stand."""
    text = json.dumps(document().raw)
    for old, new in pairs:
        text = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, text)
    raw: dict[str, Any] = json.loads(text)
    return raw


def test_renamed_states_codes_and_headers_are_followed() -> None:
    """Another generation's words cost an edit of the document and none of the code."""
    raw = renamed(
        ("generating", "processing"),
        ("canceled", "stopped"),
        ("pending", "in_review"),
        ("Idempotency-Key", "X-Once"),
        ("X-Request-Id", "X-Trace"),
        ("IDEMPOTENCY_CONFLICT", "KEY_REUSED"),
        ("VALIDATION", "BAD_REQUEST"),
        ("content_generate", "content_make"),
    )

    async def story(api: Api) -> None:
        started = await api.generate(key="k", project=api.world.gated)
        assert started["kind"] == "content_make"
        await trio.sleep(RENDER / 2)
        container = await api.container(started["containerId"])
        assert (container["status"], container["approvalStatus"]) == ("processing", "in_review")
        body = {"brief": {"hook": "another"}}
        ids = {"projectId": api.world.gated}
        refused = await api.call("generateContent", body, headers={"X-Once": "k"}, **ids)
        assert refused.json()["error"]["code"] == "KEY_REUSED"
        assert refused.json()["error"]["requestId"] == refused.headers["x-trace"]
        invalid = await api.call("generateContent", {}, **ids)
        assert invalid.json()["error"]["code"] == "BAD_REQUEST"
        await api.call("cancelJob", jobId=started["jobId"])
        assert (await api.container(started["containerId"]))["status"] == "stopped"

    simulate(story, raw, check=False)


def changed(edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    raw = copy.deepcopy(document().raw)
    edit(raw)
    return raw


def test_another_window_and_another_conflict_status_are_followed() -> None:
    """The window and the status of a conflict are the document's."""

    def edit(raw: dict[str, Any]) -> None:
        raw["x-idempotency"]["window"] = "PT1H"
        raw["x-idempotency"]["conflict"]["status"] = 422

    async def story(api: Api) -> None:
        first = await api.generate(key="k")
        body = {"brief": {"hook": "another"}}
        refused = await api.call("generateContent", body, key="k", projectId=api.world.open)
        assert refused.status_code == 422
        await trio.sleep(3600)
        assert await api.generate(key="k") != first

    simulate(story, changed(edit))


def test_another_limit_and_another_success_are_followed() -> None:
    """The bounds of a page and the status of a success are the document's."""

    def edit(raw: dict[str, Any]) -> None:
        listing = raw["paths"]["/v1/projects/{projectId}/content"]
        limit = next(p for p in listing["get"]["parameters"] if p["name"] == "limit")
        limit["schema"] |= {"maximum": 2, "default": 1}
        listing["post"]["responses"]["201"] = listing["post"]["responses"].pop("202")

    async def story(api: Api) -> None:
        body = {"brief": BRIEF}
        for _ in range(3):
            made = await api.call("generateContent", body, projectId=api.world.open)
            assert made.status_code == 201
        assert len(await api.items()) == 1
        too_many = await api.call("listContent", query={"limit": 3}, projectId=api.world.open)
        assert too_many.status_code == 422

    simulate(story, changed(edit))


def test_a_moved_path_is_followed() -> None:
    """A path is wherever the document puts it."""

    def edit(raw: dict[str, Any]) -> None:
        raw["paths"] = {p.replace("/v1/", "/v2/media/"): i for p, i in raw["paths"].items()}

    async def story(api: Api) -> None:
        started = await api.generate()
        assert started["locationUrl"] == f"/v2/media/jobs/{started['jobId']}"
        assert (await api.client.get(started["locationUrl"])).status_code == 401

    simulate(story, changed(edit))


def start(raw: dict[str, Any]) -> None:
    app(MockOptions(), TrioClock(), Words(Contract(Document(raw))))


def test_an_operation_without_a_handler_is_an_error_at_the_start() -> None:
    """A document with an operation that the mock does not know is refused, by its name."""

    def edit(raw: dict[str, Any]) -> None:
        item = raw["paths"]["/v1/jobs/{jobId}"]
        item["delete"] = {**item["get"], "operationId": "forgetJob"}

    with pytest.raises(MockError, match="forgetJob"):
        start(changed(edit))


@pytest.mark.parametrize(
    "missing",
    [
        ("components", "schemas", "Container", "x-lifecycles", "approval", "gate"),
        ("components", "schemas", "RenderError", "examples"),
    ],
    ids=".".join,
)
def test_a_document_that_the_tuned_behaviour_does_not_fit_is_served_generically(
    missing: tuple[str, ...],
) -> None:
    """What a document lacks is no error: the generic behaviour needs none of it."""

    def edit(raw: dict[str, Any]) -> None:
        for part in missing[:-1]:
            raw = raw[part]
        del raw[missing[-1]]

    assert not isinstance(words_for(Contract(Document(changed(edit)))), Words)


def test_the_document_as_it_is_has_the_tuned_behaviour() -> None:
    """Every operation is claimed by its role, and answers as the document says."""
    contract = Contract(document())
    assert set(claims(contract)) == set(document().operations)
    assert isinstance(words_for(contract), Words)
