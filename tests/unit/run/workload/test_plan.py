"""Which stories a run tells: ours by their parts, and those that a document asks for by itself."""

from __future__ import annotations

import inspect
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import contract
from tests.helpers.places import ROOT

from layers_contract.run.workload import STORIES, Bodies, Roles, Story, World, plan
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, load
from layers_contract.target import Allow, Projects, Samples, Target

OPEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
SOFT = {"sign", "progress", "list"}
"""Parts that an actor plays where there is an operation for them, and else leaves out."""


def derived(of: Contract, target: Target | None = None) -> dict[str, Story]:
    """The stories that a document asks for beside ours, by name."""
    aim = target or Target("http://mock", projects=Projects(open=OPEN))
    world = World(of, aim, Roles.of(of), Bodies(of, aim))
    return {each.name: each for each in plan(world)}


@cache
def predictions() -> Contract:
    """The contract of another API."""
    return Contract(load(Path(ROOT / "examples" / "predictions" / "openapi.yaml")))


def changed(edit: Any) -> Contract:
    """The contract of our document after an edit."""
    raw = deepcopy(load().raw)
    edit(raw)
    return Contract(Document(raw))


def with_duplicate(raw: dict[str, Any]) -> None:
    """Add an operation that makes a container of another one, and heeds a key."""
    clone = raw["paths"]["/v1/content/{containerId}/clone-from-post"]
    post = {n: v for n, v in clone["post"].items() if n != "requestBody"}
    twin = {**clone, "post": {**post, "operationId": "duplicateContent"}}
    raw["paths"]["/v1/content/{containerId}/duplicate"] = twin
    for schema in raw["components"]["schemas"].values():
        for cycle in schema.get("x-lifecycles", {}).values():
            for step in cycle["transitions"]:
                if not step["from"] and "cloneContentFromPost" in step["by"]:
                    step["by"].append("duplicateContent")


def test_our_document_asks_for_no_other_story_than_ours() -> None:
    """Each of its operations is played by a story of ours."""
    assert derived(contract()) == {}


def test_an_operation_that_is_added_is_told_of_by_the_document() -> None:
    """It is followed, repeated, raced and shown to strangers; nothing else is told anew."""
    found = derived(changed(with_duplicate))
    assert set(found) >= {
        *("duplicate-content-followed-1", "duplicate-content-replayed"),
        *("duplicate-content-together", "duplicate-content-lost", "nobody", "unknown-ids"),
    }
    assert not any(name.startswith(("generate", "regenerate", "clone")) for name in found)


def test_a_document_of_its_own_is_told_of_as_a_whole() -> None:
    """Creation, each state that a cancel may be sent in, keys, lists, strangers."""
    found = derived(predictions(), Target("http://mock", other_api_key="k"))
    assert set(found) >= {
        *("create-prediction-followed-1", "create-prediction-replayed"),
        *("create-prediction-together", "create-prediction-against", "create-prediction-keyless"),
        *("create-prediction-invalid-first", "create-prediction-lost"),
        *("cancel-prediction-when-waiting", "cancel-prediction-when-running"),
        *("list-predictions-walked", "unknown-ids", "nobody", "another-key"),
    }
    assert all(each.lack is None for each in found.values())


def test_without_leave_to_generate_nothing_that_changes_is_told() -> None:
    """What starts or changes something steps aside for that reason."""
    aim = Target("http://mock", allow=Allow(generate=False))
    found = derived(predictions(), aim)
    told = {name for name, each in found.items() if each.lacks(aim) is None}
    assert told == {"list-predictions-walked", "unknown-ids", "nobody", "read"}


def test_a_story_steps_aside_where_an_id_cannot_be_had() -> None:
    """The reason names the entry that would give it."""

    def edit(raw: dict[str, Any]) -> None:
        parameter = {"name": "teamId", "in": "path", "required": True, "x-resource": "team",
                     "schema": {"type": "string"}}  # fmt: skip
        paths = raw["paths"]
        paths["/teams/{teamId}/predictions"] = paths.pop("/predictions")
        for method in ("get", "post"):
            paths["/teams/{teamId}/predictions"][method]["parameters"].append(parameter)

    raw = deepcopy(predictions().document.raw)
    edit(raw)
    of = Contract(Document(raw))
    lacks = {each.lack for each in derived(of).values()}
    assert "the target file gives no [samples] team" in lacks
    known = Target("http://mock", samples=Samples(others={"team": "t_1"}))
    assert all(each.lack is None for each in derived(of, known).values())


def test_a_part_that_nobody_plays_is_said_in_words() -> None:
    """Without a clone the roles lack it, and keep the rest."""

    def edit(raw: dict[str, Any]) -> None:
        del raw["paths"]["/v1/content/{containerId}/clone-from-post"]

    roles = Roles.of(changed(edit))
    assert roles.lacks("generate", "clone") == "no operation makes a container of another one"
    assert roles.lacks("generate", "regenerate") is None
    assert roles.renders


def test_there_are_as_many_operations_of_a_part_as_the_document_has() -> None:
    """A second one that clones does not take the first one's place."""
    roles = Roles.of(changed(with_duplicate))
    assert roles.parts["clone"] == ("cloneContentFromPost", "duplicateContent")
    assert roles.clone == "cloneContentFromPost"


def test_another_api_has_no_parts_and_no_story_of_ours() -> None:
    """Nothing in it renders a container."""
    roles = Roles.of(predictions())
    assert not roles.renders
    assert all(roles.lacks(*each.parts) for each in STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_names_the_parts_that_it_plays(story: Story) -> None:
    """What a story reads of the roles stands in its parts, but for what an actor leaves out."""
    source = inspect.getsource(story.play)
    played = set(re.findall(r"roles\.(\w+)", source)) & set(Roles.of(contract()).parts)
    assert played - SOFT - {"generate", "read", "job"} <= set(story.parts)


def test_an_operation_that_asks_for_a_scope_is_called_with_a_key_that_lacks_it() -> None:
    """Scopes alone make a story, though ours play each of the operations otherwise."""

    def edit(raw: dict[str, Any]) -> None:
        raw["paths"]["/v1/jobs/{jobId}"]["get"]["security"] = [{"ApiKey": ["jobs:read"]}]

    story = derived(changed(edit))["limited-key"]
    assert story.needs == ("limited_api_key",)
    assert story.lacks(Target("http://mock")) == "the target file gives no limited_api_key"
    assert story.lacks(Target("http://mock", limited_api_key="k")) is None


def test_a_setting_with_more_than_two_values_is_changed_by_the_document() -> None:
    """Where the gate is no switch, our own story leaves it to the document's values."""

    def edit(raw: dict[str, Any]) -> None:
        policy = raw["components"]["schemas"]["ApprovalPolicy"]["properties"]
        policy["requiresApproval"] = {"type": "string", "enum": ["all", "none", "some"]}
        cycle = raw["components"]["schemas"]["Container"]["x-lifecycles"]["approval"]
        cycle["gate"]["values"] = {
            "all": ["pending"],
            "none": ["not_required"],
            "some": ["pending", "not_required"],
        }

    of = changed(edit)
    assert Roles.of(of).lacks("update_policy") == "no operation changes a project's policy"
    assert set(derived(of)) >= {"approval-begun-1", "update-approval-policy-set"}
