"""What the converter makes becomes a collection that can be sent, and that is always the same."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from tests.helpers.mutants import GONE, edit

from layers_contract.publish import postman
from layers_contract.publish.postman_order import in_order
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, Operation, load

Json = Any

GENERATE: Final = "Generate a creative"


def text(content: str) -> Json:
    return {"content": content, "type": "text/plain"}


def converted(document: Document, drawn: str = "one") -> Json:
    """What the converter makes of *document*, with what matters here; *drawn* stands for ids."""
    folders: dict[str, list[Json]] = {}
    for operation in document.operations.values():
        folders.setdefault(operation.raw["tags"][0], []).append(item(operation, drawn))
    return {
        "info": {"_postman_id": drawn, "name": "Layers", "description": text("…")},
        "item": [{"name": name, "item": items} for name, items in folders.items()],
        "auth": {"type": "apikey"},
        "variable": [{"key": "baseUrl", "value": "https://api.layers.com"}],
    }


def item(operation: Operation, drawn: str) -> Json:
    by_place: dict[str, list[Json]] = {"path": [], "query": [], "header": []}
    for each in operation.parameters:
        value = each.example if each.example is not None else "string"
        by_place[each.place].append({"key": each.name, "value": value, "disabled": False})
    path = [f":{p[1:-1]}" if p.startswith("{") else p for p in operation.path.split("/")[1:]]
    return {
        "id": drawn,
        "name": operation.raw["summary"],
        "request": {
            "method": operation.method,
            "description": text(operation.raw.get("description", "")),
            "url": {"path": path, "variable": by_place["path"], "query": by_place["query"]},
            "header": [*by_place["header"], {"key": "Accept", "value": "application/json"}],
            "auth": None,
        },
        "response": [answer(status, drawn) for status in operation.responses],
    }


def answer(status: str, drawn: str) -> Json:
    header = [{"key": "Content-Type", "value": "application/json"}]
    code = int(status.replace("XX", "00"))
    return {"id": drawn, "name": "…", "code": code, "status": "…", "header": header, "body": "{}"}


def collection(document: Document | None = None, drawn: str = "one") -> Json:
    document = document or load()
    return postman.refined(document, converted(document, drawn))


def requests(made: Json) -> dict[str, Json]:
    return {each["name"]: each for folder in made["item"] for each in folder["item"]}


def test_what_is_drawn_at_random_is_gone() -> None:
    """Two runs of the converter make one collection."""
    assert json.dumps(collection(drawn="one")) == json.dumps(collection(drawn="two"))


def test_every_operation_is_a_request() -> None:
    """Each with its summary as name, in the folder of its tag."""
    made = collection()
    assert requests(made).keys() == {o.raw["summary"] for o in load().operations.values()}
    assert {each["name"] for each in made["item"]} == {tag["name"] for tag in load().raw["tags"]}


def test_the_key_is_a_variable_without_a_value() -> None:
    """Nobody's key is in the collection."""
    (key,) = [each for each in collection()["variable"] if each["key"] == "apiKey"]
    assert key["value"] == ""


def test_every_id_in_a_path_is_a_variable() -> None:
    """It begins with the document's example, and the request refers to it."""
    made = collection()
    variables = {each["key"]: each["value"] for each in made["variable"]}
    for each in requests(made).values():
        for one in each["request"]["url"]["variable"]:
            assert one["value"] == "{{" + one["key"] + "}}"
            assert variables[one["key"]]


def test_answers_set_the_ids_that_they_name() -> None:
    """Generating sets job and container; reading a container sets its first asset."""
    made = requests(collection())
    script = "\n".join(made[GENERATE]["event"][0]["script"]["exec"])
    assert 'containerId: answer?.["containerId"]' in script
    assert 'jobId: answer?.["jobId"]' in script
    script = "\n".join(made["Read a creative"]["event"][0]["script"]["exec"])
    assert 'assetId: answer?.["assets"]?.[0]?.["id"]' in script
    assert "containerId" not in script


def test_a_list_sets_no_id() -> None:
    """The newest container of a project may be somebody else's."""
    assert requests(collection())["List a project's creatives"]["event"] == []


def test_each_call_takes_a_key_of_its_own() -> None:
    """Operations that honour the idempotency header send a fresh UUID; no other sends one."""
    idempotent = Contract(load()).idempotent
    for operation in load().operations.values():
        header = requests(collection())[operation.raw["summary"]]["request"]["header"]
        keys = [each["value"] for each in header if each["key"] == "Idempotency-Key"]
        assert keys == (["{{$guid}}"] if operation.id in idempotent else [])


def test_optional_parameters_wait_to_be_switched_on() -> None:
    """A filter holds the document's example; where it has none, nothing that was made up."""
    query = requests(collection())["List a project's creatives"]["request"]["url"]["query"]
    assert all(each["disabled"] for each in query)
    values = {each["key"]: each["value"] for each in query}
    assert values["limit"] == 25
    assert values["cursor"] == ""


def test_every_documented_answer_is_saved_with_each_example() -> None:
    """With the example's body; a range of statuses is no answer that anybody gets."""
    saved = requests(collection())["Poll a render"]["response"]
    assert [each["name"] for each in saved if each["code"] == 200] == [
        *("Running", "Completed", "Failed")
    ]
    bodies = [json.loads(each["body"])["status"] for each in saved if each["code"] == 200]
    assert bodies == ["running", "completed", "failed"]
    assert not {400, 500} & {each["code"] for each in saved}
    assert [each["body"] for each in saved if each["code"] == 304] == [""]


def test_a_saved_answer_has_the_headers_of_the_document() -> None:
    """The class is the operation's own; how long to wait is there with a 429."""
    saved = requests(collection())[GENERATE]["response"]
    (limited,) = [each for each in saved if each["code"] == 429]
    header = {each["key"]: each["value"] for each in limited["header"]}
    assert header["X-RateLimit-Endpoint-Class"] == "long-running"
    assert header["Retry-After"] == "3"
    assert header["Content-Type"] == "application/json"


def test_descriptions_are_commonmark() -> None:
    """Postman shows the markup of what it is told is Markdown."""
    made = collection()
    assert made["info"]["description"]["type"] == "text/markdown"
    assert requests(made)[GENERATE]["request"]["description"]["type"] == "text/markdown"


def test_the_collection_says_what_to_set() -> None:
    """The key, and what the first request needs."""
    made = collection()
    assert "`apiKey` and `projectId`" in made["info"]["description"]["content"]
    assert made["info"]["version"] == load().version


ORDER: Final = ["generateContent", "regenerateContent", "approveContent", "rejectContent"]


def test_requests_stand_in_an_order_in_which_they_can_be_sent() -> None:
    """Rejecting needs a pending review: between two decisions the creative is rendered again."""
    assert in_order(Contract(load()), ORDER) == [
        *("generateContent", "approveContent", "regenerateContent", "rejectContent")
    ]


def test_what_is_made_first_is_sent_first() -> None:
    """A request about a container waits for the one that makes it."""
    assert in_order(
        Contract(load()), ["getContent", "generateContent", "cloneContentFromPost"]
    ) == [*("generateContent", "getContent", "cloneContentFromPost")]


@pytest.mark.parametrize(
    "names",
    [["getJob", "cancelJob"], ["generateContent", "approveContent", "rejectContent"], []],
)
def test_without_a_better_order_theirs_is_kept(names: list[str]) -> None:
    """Where nothing refuses, or any order would be refused, the document's order stays."""
    assert in_order(Contract(load()), names) == names


def test_an_api_without_refusals_keeps_its_order() -> None:
    """Lifecycles that refuse nothing say nothing about order."""
    raw = load().raw
    for name in ("render", "approval"):
        edit(raw, f"/components/schemas/Container/x-lifecycles/{name}/refusals", GONE)
    assert in_order(Contract(Document(raw)), ORDER) == ORDER
