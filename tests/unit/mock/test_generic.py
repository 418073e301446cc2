"""The generic mock: any document's resources, as its extensions say."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import trio
import trio.testing

from layers_contract.mock import OTHER, OWN, MockOptions, TrioClock, app, target
from layers_contract.mock.clock import StillClock
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load

PREDICTIONS: Final = Path(__file__).parents[3] / "examples/predictions/openapi.yaml"
RENDER: Final = 20.0
WANTED: Final[dict[str, Any]] = {"model": "haiku-3", "input": {"prompt": "rain", "steps": 3}}


@cache
def predictions() -> Document:
    return load(PREDICTIONS)


class Client:
    """Calls operations by their ids, and holds every answer against the document."""

    def __init__(self, http: httpx.AsyncClient, contract: Contract) -> None:
        self.http = http
        self.contract = contract

    async def __call__(
        self, name: str, body: Any = None, *, key: str | None = None, credential: str = OWN.key,
        query: Any = None, **ids: str,
    ) -> httpx.Response:  # fmt: skip
        operation = self.contract.operations[name]
        scheme = self.contract.document.key_scheme
        headers = {scheme.header: scheme.value(credential)}
        if key:
            headers[self.contract.idempotency.header] = key
        answer = await self.http.request(
            operation.method, operation.url(**ids), json=body, headers=headers, params=query
        )
        response = operation.response(answer.status_code)
        assert response, f"{name}: {answer.status_code} is not documented"
        assert not response.schema or not self.contract.document.problems(
            response.base, answer.json()
        )
        return answer


def simulate(
    document: Document, story: Callable[[Client, dict[str, Any]], Awaitable[None]], **options: Any
) -> None:
    """Tell *story* to a generic mock of *document* in simulated time."""
    contract = Contract(document)
    words = Vocabulary(contract)
    chosen = MockOptions(**{"render": RENDER, "seed": 1, **options})
    application = app(chosen, TrioClock(), words)

    async def main() -> None:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock.test") as http:
            await story(Client(http, contract), target(chosen, "http://mock.test", words))

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_run_goes_through_its_states_in_the_time_of_a_render() -> None:
    """What is started is seen in each state of the server's way, with the fields of that state."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        answer = await call("createPrediction", WANTED)
        assert answer.status_code == 201
        made, seen = answer.json(), [answer.json()["state"]]
        assert (made["model"], made["input"]) == ("haiku-3", WANTED["input"])
        for _step in range(5):
            await trio.sleep(RENDER / 4)
            now = (await call("getPrediction", predictionId=made["id"])).json()
            seen.append(now["state"])
            assert bool(now["output"]) == (now["state"] == "succeeded")
            assert now["created"] == made["created"]
        assert list(dict.fromkeys(seen)) == ["waiting", "running", "succeeded"]

    simulate(predictions(), story)


def test_a_run_that_is_told_to_fails() -> None:
    """A request that holds the failing text ends in the failing state, with its error."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        body = {**WANTED, "input": {"prompt": "[fail]"}}
        made = (await call("createPrediction", body)).json()
        await trio.sleep(RENDER)
        ended = (await call("getPrediction", predictionId=made["id"])).json()
        assert (ended["state"], bool(ended["error"])) == ("broken", True)

    simulate(predictions(), story)


def test_a_cancel_moves_and_is_refused_where_the_document_says() -> None:
    """A cancel ends a run at once; one that has ended refuses it with its own code."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        made = (await call("createPrediction", WANTED)).json()
        stopped = await call("cancelPrediction", predictionId=made["id"])
        assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
        await trio.sleep(RENDER)
        late = await call("cancelPrediction", predictionId=made["id"])
        assert (late.status_code, late.json()["code"]) == (409, "ENDED")
        now = await call("getPrediction", predictionId=made["id"])
        assert now.json()["state"] == "stopped"

    simulate(predictions(), story)


def test_a_key_replays_conflicts_and_is_forgotten_after_its_window() -> None:
    """The window is the document's: thirty days."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        first = await call("createPrediction", WANTED, key="k")
        await trio.sleep(RENDER)
        assert (await call("createPrediction", WANTED, key="k")).json() == first.json()
        other = await call("createPrediction", {**WANTED, "model": "sonnet-1"}, key="k")
        assert (other.status_code, other.json()["code"]) == (422, "KEY_REUSED")
        await trio.sleep(30 * 24 * 60 * 60)
        again = await call("createPrediction", WANTED, key="k")
        assert again.json()["id"] != first.json()["id"]

    simulate(predictions(), story)


def test_what_is_not_yours_is_not_there() -> None:
    """Another organization's token, an unknown id and a wrong token are told apart."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        made = (await call("createPrediction", WANTED)).json()
        theirs = await call("getPrediction", predictionId=made["id"], credential=OTHER.key)
        unknown = await call("getPrediction", predictionId="pre_unknown")
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.json() == unknown.json()
        assert (await call("listPredictions", credential=OTHER.key)).json()["results"] == []
        assert (await call("listPredictions", credential="wrong")).status_code == 401

    simulate(predictions(), story)


def test_lists_have_pages_an_order_and_filters() -> None:
    """A walk shows everything once, newest first; a filter lets through what it names."""

    async def story(call: Client, _: dict[str, Any]) -> None:
        made = []
        for number in range(5):
            made.append((await call("createPrediction", WANTED)).json()["id"])
            await trio.sleep(number)
        await call("cancelPrediction", predictionId=made[4])
        walked: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await call("listPredictions", query={"size": "2", **cursor})).json()
            walked += [each["id"] for each in page["results"]]
            if not page["next"]:
                break
            cursor = {"after": page["next"]}
        assert walked == made[::-1]
        stopped = await call("listPredictions", query={"state": "stopped"})
        assert [each["id"] for each in stopped.json()["results"]] == [made[4]]
        for query in ({"size": "51"}, {"after": "x"}, {"state": "x"}):
            assert (await call("listPredictions", query=query)).status_code == 422

    simulate(predictions(), story)


def test_a_server_moves_on_by_itself_after_the_time_that_the_document_names() -> None:
    """A timed transition, here from one ending to another, takes place when it is due."""
    raw = copy.deepcopy(predictions().raw)
    raw["components"]["schemas"]["PredictionState"]["enum"].append("expired")
    cycle = raw["components"]["schemas"]["Prediction"]["x-lifecycles"]["prediction"]
    cycle["states"]["expired"] = {"ends": "cancel", "source": "seed"}
    cycle["transitions"].append(
        {"from": ["succeeded"], "to": ["expired"], "by": "server", "after": "P3D", "source": "seed"}
    )

    async def story(call: Client, _: dict[str, Any]) -> None:
        made = (await call("createPrediction", WANTED)).json()
        states = []
        for wait in (RENDER, 3 * 86400 - 1, 2):
            await trio.sleep(wait)
            now = await call("getPrediction", predictionId=made["id"])
            states.append(now.json()["state"])
        assert states == ["succeeded", "succeeded", "expired"]

    simulate(Document(raw), story)


def layers() -> Document:
    return load()


def test_a_job_and_its_container_tell_one_story() -> None:
    """Both sides of a mirror follow one run; a second run leaves the first job as it ended."""

    async def story(call: Client, known: dict[str, Any]) -> None:
        project = known["projects"]["gated"]
        body = {"brief": {"hook": "rain", "influencerId": "inf_1"}}
        first = (await call("generateContent", body, projectId=project)).json()
        await trio.sleep(RENDER)
        container = (await call("getContent", containerId=first["containerId"])).json()
        assert (container["status"], container["approvalStatus"]) == ("completed", "pending")
        assert (container["brief"], container["influencerId"]) == (body["brief"], "inf_1")
        again = {"reason": "no", "regenerate": True, "patch": {"hook": "sun"}}
        answer = await call("rejectContent", again, containerId=first["containerId"])
        assert (answer.json()["reason"], answer.json()["approvalStatus"]) == ("no", "rejected")
        second = answer.json()["job"]["jobId"]
        assert (await call("cancelJob", jobId=second)).status_code == 202
        assert (await call("cancelJob", jobId=first["jobId"])).status_code == 200
        container = (await call("getContent", containerId=first["containerId"])).json()
        assert (container["status"], container["brief"]["hook"]) == ("canceled", "sun")
        assert (await call("getJob", jobId=first["jobId"])).json()["status"] == "completed"

    simulate(layers(), story)


def test_an_added_operation_that_starts_a_new_container_is_served() -> None:
    """A document's own new start needs no code: its container is made from the one in its path."""
    raw = copy.deepcopy(layers().raw)
    path = "/v1/content/{containerId}/duplicate"
    raw["paths"][path] = copy.deepcopy(raw["paths"]["/v1/content/{containerId}/clone-from-post"])
    added = raw["paths"][path]["post"]
    added["operationId"] = "duplicateContent"
    added["x-starts"]["kind"] = "content_duplicate"
    del added["requestBody"], added["x-promises"]
    schemas = raw["components"]["schemas"]
    for schema in ("Container", "Job"):
        for cycle in schemas[schema]["x-lifecycles"].values():
            for step in cycle["transitions"]:
                if not step["from"]:
                    step["by"].append("duplicateContent")

    async def story(call: Client, known: dict[str, Any]) -> None:
        project = known["projects"]["open"]
        body = {"brief": {"hook": "rain"}, "format": "ugc_remix"}
        first = (await call("generateContent", body, projectId=project)).json()
        second = (await call("duplicateContent", containerId=first["containerId"])).json()
        assert second["kind"] == "content_duplicate"
        assert second["containerId"] != first["containerId"]
        copied = (await call("getContent", containerId=second["containerId"])).json()
        assert (copied["brief"], copied["format"]) == (body["brief"], "ugc_remix")
        assert copied["projectId"] == project

    simulate(Document(raw), story)


@pytest.mark.parametrize("operation", ["generateContent", "listContent"])
def test_a_setting_that_gates_is_kept_for_each_project(operation: str) -> None:
    """A changed setting is read back, leads the next resource, and says nothing of other ones."""

    async def story(call: Client, known: dict[str, Any]) -> None:
        project, other = known["projects"]["open"], known["projects"]["disposable"][0]
        changed = {"requiresApproval": True, "firstNPostsBlocked": 3}
        await call("updateApprovalPolicy", changed, projectId=project)
        policy = (await call("getApprovalPolicy", projectId=project)).json()
        assert changed.items() <= policy.items()
        assert policy["autoApproveAfter"] is None
        left = (await call("getApprovalPolicy", projectId=other)).json()
        assert left["requiresApproval"] is False
        body = {"brief": {"hook": "rain"}}
        for each, state in ((project, "pending"), (other, "not_required")):
            made = (await call("generateContent", body, projectId=each)).json()
            if operation == "listContent":
                page = await call("listContent", projectId=each)
                container = page.json()["items"][0]
            else:
                container = (await call("getContent", containerId=made["containerId"])).json()
            assert container["approvalStatus"] == state

    simulate(layers(), story)


def test_a_document_without_keys_limits_and_lists_is_served() -> None:
    """No extension but those that an operation needs has to be there."""
    raw = copy.deepcopy(predictions().raw)
    del raw["x-idempotency"]
    item = raw["paths"]["/predictions"]
    del item["get"], item["post"]["x-idempotent"], item["post"]["parameters"]

    async def story(call: Client, _: dict[str, Any]) -> None:
        made = (await call("createPrediction", WANTED)).json()
        assert (await call("getPrediction", predictionId=made["id"])).json() == made

    simulate(Document(raw), story)


def overlaid(*actions: Callable[[dict[str, Any]], None]) -> Document:
    raw = copy.deepcopy(layers().raw)
    for act in actions:
        act(raw)
    return Document(raw)


def test_a_key_without_the_scope_of_an_operation_is_refused() -> None:
    """The target names a key that has no scopes; with it every such operation is 403."""

    def act(raw: dict[str, Any]) -> None:
        raw["paths"]["/v1/jobs/{jobId}"]["get"]["security"] = [{"ApiKey": ["jobs:read"]}]

    async def story(call: Client, known: dict[str, Any]) -> None:
        key, project = known["limited_api_key"], known["projects"]["open"]
        body = {"brief": {"hook": "rain"}}
        made = await call("generateContent", body, credential=key, projectId=project)
        job = made.json()["jobId"]
        refused = await call("getJob", credential=key, jobId=job)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN_SCOPE")
        assert (await call("getJob", jobId=job)).status_code == 200

    simulate(overlaid(act), story)


def test_a_gate_with_several_values_leads_to_the_states_of_each() -> None:
    """A setting of three values decides the first state, the usual one where it may be several."""

    def act(raw: dict[str, Any]) -> None:
        kinds = {"type": "string", "enum": ["none", "some", "all"], "description": "What waits."}
        for name in ("ApprovalPolicy", "ApprovalPolicyUpdate"):
            raw["components"]["schemas"][name]["properties"]["requiresApproval"] = kinds
        gate = raw["components"]["schemas"]["Container"]["x-lifecycles"]["approval"]["gate"]
        states = {"none": ["not_required"], "some": ["pending", "not_required"]}
        gate["values"] = {**states, "all": ["pending"]}

    async def story(call: Client, known: dict[str, Any]) -> None:
        project = known["projects"]["open"]
        policy = await call("getApprovalPolicy", projectId=known["projects"]["gated"])
        assert policy.json()["requiresApproval"] == "all"
        for value, state in (("none", "not_required"), ("some", "pending"), ("all", "pending")):
            await call("updateApprovalPolicy", {"requiresApproval": value}, projectId=project)
            body = {"brief": {"hook": "rain"}}
            made = (await call("generateContent", body, projectId=project)).json()
            container = (await call("getContent", containerId=made["containerId"])).json()
            assert container["approvalStatus"] == state

    simulate(overlaid(act), story)


@pytest.mark.parametrize("pointer", ["/containerIds/0", "/containerIds/*"])
def test_a_job_can_name_its_containers_in_a_list(pointer: str) -> None:
    """A pointer into a list makes the list: each of its ids is of a container that is there."""

    def act(raw: dict[str, Any]) -> None:
        schemas = raw["components"]["schemas"]
        job, accepted = schemas["Job"], schemas["AcceptedJob"]["allOf"][1]["required"]
        del job["properties"]["containerId"]
        one = {"$ref": "#/components/schemas/ContainerId"}
        job["properties"]["containerIds"] = {"type": "array", "minItems": 1, "items": one}
        job["x-resource"]["container"] = pointer
        accepted[accepted.index("containerId")] = "containerIds"

    async def story(call: Client, known: dict[str, Any]) -> None:
        body = {"brief": {"hook": "rain"}}
        made = await call("generateContent", body, projectId=known["projects"]["open"])
        (container,) = made.json()["containerIds"]
        assert (await call("getContent", containerId=container)).json()["id"] == container
        job = await call("getJob", jobId=made.json()["jobId"])
        assert job.json()["containerIds"] == [container]

    simulate(overlaid(act), story)


def test_a_range_bounds_a_list_on_both_sides() -> None:
    """Items at the bounds themselves are listed; a moment may be written in another way."""

    def act(raw: dict[str, Any]) -> None:
        listing = raw["paths"]["/v1/projects/{projectId}/content"]["get"]
        moment = {"$ref": "#/components/schemas/Timestamp"}
        for name, bound in (("since", "at-least"), ("until", "at-most")):
            listing["parameters"].append({"name": name, "in": "query", "schema": moment})
            listing["x-pagination"]["filters"][name] = {"field": "/createdAt", "is": bound}

    async def story(call: Client, known: dict[str, Any]) -> None:
        project, moments = known["projects"]["open"], []
        for _ in range(4):
            made = await call("generateContent", {"brief": {"hook": "a"}}, projectId=project)
            moments.append(made.json()["startedAt"])
            await trio.sleep(1)
        query = {"since": moments[1].replace("000Z", "0Z"), "until": moments[2]}
        page = (await call("listContent", query=query, projectId=project)).json()
        assert [each["createdAt"] for each in page["items"]] == [moments[2], moments[1]]

    simulate(overlaid(act), story)


def test_a_view_of_a_resource_in_a_shape_of_its_own_follows_its_state() -> None:
    """What has the state of another resource under its name shows it, and how much is done."""

    def act(raw: dict[str, Any]) -> None:
        schemas = raw["components"]["schemas"]
        schemas["Progress"] = {
            "type": "object",
            "required": ["containerId", "status", "done"],
            "x-resource": {"type": "progress", "id": "/containerId", "container": "/containerId"},
            "properties": {
                "containerId": {"$ref": "#/components/schemas/ContainerId"},
                "status": {"$ref": "#/components/schemas/ContainerStatus"},
                "done": {"type": "number", "minimum": 0, "maximum": 1},
            },
        }
        polled = raw["paths"]["/v1/content/{containerId}/progress"]["get"]
        del polled["x-polling"], polled["x-promises"]
        content = polled["responses"]["200"]["content"]["application/json"]
        content["schema"] = {"$ref": "#/components/schemas/Progress"}
        content["examples"] = {}

    async def story(call: Client, known: dict[str, Any]) -> None:
        project = known["projects"]["open"]
        made = await call("generateContent", {"brief": {"hook": "a"}}, projectId=project)
        container, seen = made.json()["containerId"], []
        for _ in range(3):
            progress = (await call("getContentProgress", containerId=container)).json()
            seen.append((progress["status"], progress["done"]))
            await trio.sleep(RENDER / 2)
        assert seen == [("queued", 0), ("generating", 0.5), ("completed", 1)]

    simulate(overlaid(act), story)


def test_what_one_call_does_happens_at_one_moment() -> None:
    """A machine that stalls within a call does not show its resource as it is later."""

    class Hasty:
        """A clock of which every look is a second later."""

        def __init__(self) -> None:
            self.passed = 0.0

        def now(self) -> float:
            self.passed += 1.0
            return self.passed

        async def sleep(self, seconds: float) -> None:
            self.passed += seconds

    clock = StillClock(Hasty())
    with clock.held():
        assert clock.now() == clock.now()
    assert clock.now() < clock.now()


def test_numbers_are_ids_and_a_location_names_what_was_made() -> None:
    """An id may be a number; a header whose example is a path leads to the new resource."""
    raw = copy.deepcopy(predictions().raw)
    number = {"type": "integer"}
    raw["components"]["schemas"]["Prediction"]["properties"]["id"] = number
    raw["components"]["parameters"]["PredictionId"]["schema"] = number
    made = raw["paths"]["/predictions"]["post"]["responses"]["201"]
    made["headers"] = {"Location": {"schema": {"type": "string"}, "example": "/predictions/7"}}

    async def story(call: Client, _: dict[str, Any]) -> None:
        answer = await call("createPrediction", WANTED)
        name = answer.json()["id"]
        assert isinstance(name, int)
        assert answer.headers["location"] == f"/predictions/{name}"
        assert (await call("getPrediction", predictionId=str(name))).json()["id"] == name

    simulate(Document(raw), story)


def test_bodies_are_equal_by_their_bytes_where_the_document_says_so() -> None:
    """Another order of members is another body, and conflicts."""
    raw = copy.deepcopy(predictions().raw)
    raw["x-idempotency"]["equal-bodies"] = {"value": "bytes", "source": "seed"}

    async def story(call: Client, _: dict[str, Any]) -> None:
        await call("createPrediction", WANTED, key="k")
        assert (await call("createPrediction", WANTED, key="k")).status_code == 201
        turned = dict(reversed(WANTED.items()))
        assert (await call("createPrediction", turned, key="k")).status_code == 422

    simulate(Document(raw), story)


def test_an_operation_without_security_needs_no_key() -> None:
    """An empty `security` lets everybody in, and nobody's things are shown."""
    raw = copy.deepcopy(predictions().raw)
    raw["paths"]["/predictions"]["get"]["security"] = []

    async def story(call: Client, _: dict[str, Any]) -> None:
        await call("createPrediction", WANTED)
        answer = await call("listPredictions", credential="wrong")
        assert (answer.status_code, answer.json()["results"]) == (200, [])
        assert (await call("createPrediction", WANTED, credential="wrong")).status_code == 401

    simulate(Document(raw), story)


def test_a_parameter_is_read_as_its_type_and_asked_for_where_it_is_required() -> None:
    """A boolean is true or false, and what is required and missing is refused."""
    raw = copy.deepcopy(predictions().raw)
    listing = raw["paths"]["/predictions"]["get"]
    listing["parameters"] += [
        {"name": "all", "in": "query", "required": True, "schema": {"type": "boolean"}},
    ]

    async def story(call: Client, _: dict[str, Any]) -> None:
        assert (await call("listPredictions", query={"all": "true"})).status_code == 200
        for query in ({}, {"all": "yes"}):
            assert (await call("listPredictions", query=query)).status_code == 422

    simulate(Document(raw), story)
