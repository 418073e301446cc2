"""What an API may do without notice, and the client must live with."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.client.sides import CONTAINER, JOB, Sides, answer, read

from layers_client import APIStatusError, ResponseDecodeError
from layers_client.models import (
    ApprovalPolicyUpdate,
    Container,
    ContainerStatus,
    Job,
    JobStatus,
)


def shown(side: Sides, **fields: Any) -> Container:
    """The container as it is read when the server shows other *fields*."""
    found = side(answer(200, {**CONTAINER, **fields})).call(read)
    assert isinstance(found, Container)
    return found


def test_an_unknown_enum_value_is_kept(side: Sides) -> None:
    """It is equal to its text, hashes like it, prints as it, and says that it is not known."""
    status = shown(side, status="paused").status
    assert status == "paused"
    assert hash(status) == hash("paused")
    assert (str(status), f"{status}", json.dumps(status)) == ("paused", "paused", '"paused"')
    assert isinstance(status, ContainerStatus)
    assert not status.is_known
    assert ContainerStatus.COMPLETED.is_known


def test_an_unknown_enum_value_survives_pickle_and_copies(side: Sides) -> None:
    """In a model or alone."""
    container = shown(side, status="paused")
    assert pickle.loads(pickle.dumps(container)) == container
    assert copy.deepcopy(container).status == "paused"
    assert container.to_dict()["status"] == "paused"


def test_a_known_enum_value_is_its_member(side: Sides) -> None:
    """Identity, so that `is` and `match` work."""
    assert shown(side).status is ContainerStatus.COMPLETED
    assert pickle.loads(pickle.dumps(JobStatus.RUNNING)) is JobStatus.RUNNING


@pytest.mark.parametrize("status", [499, 520, 527, 561, 599])
def test_a_status_that_nobody_registered_is_an_error_like_others(side: Sides, status: int) -> None:
    """520 and its like are not in Python's list."""
    client = side(httpx.Response(status, html="<h1>origin is down</h1>"), max_retries=0)
    with pytest.raises(APIStatusError) as caught:
        client.call(read)
    assert caught.value.status == status


@pytest.mark.parametrize("status", [201, 203, 226, 299])
def test_a_success_of_another_number_is_a_success(side: Sides, status: int) -> None:
    """What was asked for is there."""
    assert side(answer(status, CONTAINER)).call(read).id == "cnt_1"


def test_optional_fields_may_be_missing(side: Sides) -> None:
    """They are None, and are left out again."""
    client = side(answer(200, {"jobId": "job_1", "kind": "k", "status": "running"}))
    job = client.call(lambda layers: layers.jobs.get("job_1"))
    assert (job.stage, job.progress, job.started_at, job.result) == (None, None, None, None)
    assert job.to_dict() == {"jobId": "job_1", "kind": "k", "status": "running"}


def test_optional_fields_may_be_null(side: Sides) -> None:
    """Null and absent mean the same where the document allows both."""
    client = side(answer(200, {**JOB, "result": None, "startedAt": None, "stage": None}))
    job = client.call(lambda layers: layers.jobs.get("job_1"))
    assert (job.result, job.started_at, job.stage) == (None, None, None)


def test_unknown_fields_are_kept_on_the_side(side: Sides) -> None:
    """They are in `additional_properties`, on every level, and go back as they came."""
    asset = {**CONTAINER["assets"][0], "codec": "h264"}
    container = shown(side, assets=[asset], billing={"credits": 3})
    assert container.additional_properties == {"billing": {"credits": 3}}
    assert container.assets[0].additional_properties == {"codec": "h264"}
    assert container.to_dict()["assets"] == [asset]


@pytest.mark.parametrize(
    "body",
    [
        {"id": "cnt_1"},
        [],
        "text",
        None,
        7,
        {**CONTAINER, "assets": 7},
        {**CONTAINER, "createdAt": "x"},
    ],
    ids=["missing", "list", "text", "null", "number", "wrong type", "no date"],
)
def test_a_success_that_does_not_fit_is_told_with_its_answer(side: Sides, body: Any) -> None:
    """One error class, with status, request id and the body as it came."""
    told = {"X-Request-Id": "req_7"}
    client = side(httpx.Response(200, content=json.dumps(body), headers=told))
    with pytest.raises(ResponseDecodeError) as caught:
        client.call(read)
    assert caught.value.request_id == "req_7"
    assert caught.value.response is not None
    assert caught.value.response.json() == body


@pytest.mark.parametrize(
    ("status", "kind"), [(200, ResponseDecodeError), (404, APIStatusError)], ids=["200", "404"]
)
def test_a_body_that_is_nested_too_deep_is_told_like_others(
    side: Sides, status: int, kind: Any
) -> None:
    """Python's parser gives up on it; the call still ends with an error of the package."""
    client = side(httpx.Response(status, content=b"[" * 100_000), max_retries=0)
    with pytest.raises(kind) as caught:
        client.call(read)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-18T12:04:11Z", datetime(2026, 4, 18, 12, 4, 11, tzinfo=UTC)),
        ("2026-04-18T12:04:11.5Z", datetime(2026, 4, 18, 12, 4, 11, 500000, tzinfo=UTC)),
        ("2026-04-18T12:04:11.123456789Z", datetime(2026, 4, 18, 12, 4, 11, 123456, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-04-18T14:04:11+02:00", datetime(2026, 4, 18, 12, 4, 11, tzinfo=UTC)),
    ],
)
def test_every_rfc_3339_timestamp_is_read(side: Sides, text: str, moment: datetime) -> None:
    """With any number of digits, with a leap second, with an offset."""
    assert shown(side, createdAt=text).created_at == moment


@pytest.mark.parametrize("model", [Container.from_dict(CONTAINER), Job.from_dict(JOB)])
def test_models_survive_pickle_and_deepcopy(model: Any) -> None:
    """Equal before and after, and the same JSON."""
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), copy.copy(model)):
        assert again == model
        assert again.to_dict() == model.to_dict()


def test_what_was_left_out_survives_pickle_and_deepcopy() -> None:
    """`UNSET` is one object for ever: a copy leaves out what the original left out."""
    update = ApprovalPolicyUpdate(requires_approval=True)
    for again in (pickle.loads(pickle.dumps(update)), copy.deepcopy(update)):
        assert again.to_dict() == {"requiresApproval": True}
    assert "UNSET" not in repr(update)


def test_a_mutation_of_a_copy_leaves_the_original_alone() -> None:
    """Nothing is shared with what was decoded, either."""
    source = copy.deepcopy(CONTAINER)
    model = Container.from_dict(source)
    changed = copy.deepcopy(model)
    changed.assets.clear()
    changed.additional_properties["x"] = 1
    assert model == Container.from_dict(CONTAINER)
    assert source == CONTAINER
