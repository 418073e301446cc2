"""What calls are given: models, dicts in either spelling, members or texts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.client.sides import CONTAINER, JOB, PROJECT, Sides, answer

from layers_client import UNSET
from layers_client._runtime.model import either, to_json
from layers_client.models import (
    ApprovalPolicyUpdate,
    Brief,
    Container,
    ContainerStatus,
    Format,
    GenerateRequest,
)

WIRE = {"hook": "h", "targetPlatforms": ["tiktok"], "language": "en"}
POLICY = {
    "projectId": PROJECT,
    "requiresApproval": True,
    "firstNPostsBlocked": 0,
    "autoApproveAfter": None,
}


def sent(side: Sides, brief: Any) -> Any:
    client = side(answer(202, JOB))
    client.call(lambda layers: layers.content.generate(PROJECT, brief=brief))
    return json.loads(client.server.requests[0].content)


@pytest.mark.parametrize(
    "brief",
    [
        {"hook": "h", "target_platforms": ["tiktok"], "language": "en"},
        WIRE,
        {"hook": "h", "target_platforms": ("tiktok",), "language": "en", "theme_tags": None},
        Brief(hook="h", target_platforms=["tiktok"], language="en"),
        Brief.from_dict(WIRE),
    ],
    ids=["snake case", "as in JSON", "tuple and None", "model", "decoded"],
)
def test_a_brief_is_sent_the_same_however_it_is_given(side: Sides, brief: Any) -> None:
    """A dict in snake case or with JSON's names, or the model."""
    assert sent(side, brief) == {"brief": WIRE}


def test_fields_that_the_model_lacks_are_sent_as_they_are_named(side: Sides) -> None:
    """An API may know more than this version."""
    assert sent(side, {"hook": "h", "newField": {"someThing": 1}}) == {
        "brief": {"hook": "h", "newField": {"someThing": 1}}
    }


def test_members_and_texts_are_both_taken(side: Sides) -> None:
    """An enum's member, its text, and a text that only the server knows."""
    client = side(answer(202, JOB))
    for given in (Format.VIDEO_REMIX, "video_remix", Format("hologram")):
        brief = {"hook": "h"}
        client.settle(partial(client.layers.content.generate, PROJECT, brief=brief, format=given))
    bodies = [json.loads(request.content)["format"] for request in client.server.requests]
    assert bodies == ["video_remix", "video_remix", "hologram"]


def test_a_project_may_be_named_by_a_uuid(side: Sides) -> None:
    """What the document calls a UUID is taken as one or as text, and read as text."""
    client = side(answer(200, POLICY))
    policy = client.call(lambda layers: layers.projects.get_approval_policy(UUID(PROJECT)))
    assert client.server.requests[0].url.path == f"/v1/projects/{PROJECT}/approval-policy"
    assert policy.project_id == PROJECT


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"requires_approval": False}, {"requiresApproval": False}),
        ({"first_n_posts_blocked": 0}, {"firstNPostsBlocked": 0}),
        ({"auto_approve_after": None}, {"autoApproveAfter": None}),
        ({"auto_approve_after": "PT1H", "requires_approval": None}, {"autoApproveAfter": "PT1H"}),
    ],
)
def test_null_is_sent_where_it_has_a_meaning(
    side: Sides, given: dict[str, Any], body: dict[str, Any]
) -> None:
    """Left out, null and a value are three things for a nullable setting."""
    client = side(answer(200, POLICY))
    client.call(lambda layers: layers.projects.update_approval_policy(PROJECT, **given))
    assert json.loads(client.server.requests[0].content) == body


def test_an_optional_body_with_nothing_in_it_is_not_sent(side: Sides) -> None:
    """And with something it is."""
    client = side(answer(202, JOB))
    client.call(lambda layers: layers.content.regenerate("cnt_1"))
    client.call(lambda layers: layers.content.regenerate("cnt_1", patch={"hook": "x"}))
    empty, patched = (request.content for request in client.server.requests)
    assert empty == b""
    assert json.loads(patched) == {"patch": {"hook": "x"}}


def test_a_misspelt_argument_is_a_type_error(side: Sides) -> None:
    """As in any Python function, before anything is sent."""
    client = side(answer(202, JOB))
    with pytest.raises(TypeError, match="breif"):
        client.call(lambda layers: layers.content.generate(PROJECT, breif={}))
    assert client.server.requests == []


def test_what_json_has_no_form_for_is_a_type_error(side: Sides) -> None:
    """Before anything is sent."""
    client = side(answer(202, JOB))
    with pytest.raises(TypeError, match="JSON has no object"):
        client.call(lambda layers: layers.content.generate(PROJECT, brief={"hook": object()}))
    assert client.server.requests == []


def test_to_dict_and_from_dict_are_each_other_s_inverse() -> None:
    """Names, types and what is unknown come back."""
    model = Container.from_dict(CONTAINER)
    assert Container.from_dict(model.to_dict()) == model
    assert model.to_dict()["createdAt"] == CONTAINER["createdAt"]


def test_models_are_compared_by_their_fields() -> None:
    """And are no keys, for they can be changed."""
    one, other = Container.from_dict(CONTAINER), Container.from_dict(CONTAINER)
    assert one == other
    other.status = ContainerStatus.FAILED
    assert one != other
    assert one != CONTAINER
    with pytest.raises(TypeError):
        hash(one)


def test_a_repr_shows_what_is_there() -> None:
    """Class, names and values; nothing of what is absent."""
    assert repr(Brief(hook="h", language="en")) == "Brief(hook='h', language='en')"
    assert repr(ApprovalPolicyUpdate(auto_approve_after="P1D")).count("=") == 1


def test_unset_is_false_and_is_one() -> None:
    """`if value:` and `is UNSET` both work."""
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert type(UNSET)("UNSET") is UNSET


def test_moments_are_sent_in_utc_with_z() -> None:
    """As the document writes them."""
    moment = datetime(2026, 4, 18, 12, 4, 11, tzinfo=UTC)
    assert to_json({"at": moment, "day": moment.date()}) == {
        "at": "2026-04-18T12:04:11Z",
        "day": "2026-04-18",
    }


def test_a_union_is_read_as_the_first_member_that_fits() -> None:
    """And kept as it is where none does."""
    decoders = (Brief.from_dict, GenerateRequest.from_dict)
    assert isinstance(either({"hook": "h"}, *decoders), Brief)
    assert isinstance(either({"brief": {"hook": "h"}}, *decoders), GenerateRequest)
    assert either({"x": 1}, *decoders) == {"x": 1}
