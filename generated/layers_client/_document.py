"""What the document says that schemas do not: operations, keys, jobs. Read from its extensions."""

from __future__ import annotations

import sys

from . import __version__
from ._runtime.call import Api, Operation
from ._runtime.waiting import Flow, Schedule
from .errors import BY_CODE, BY_STATUS
from .models.container import Container
from .models.job import Job

API = Api(
    base_url="https://api.layers.com",
    beginning="/v1",
    user_agent="layers-client/{} python/{}.{}.{}".format(__version__, *sys.version_info[:3]),
    auth_header="x-api-key",
    auth_prefix="",
    idempotency_header="idempotency-key",
    in_flight_status=409,
    in_flight_code=None,
    idempotency_window=86400.0,
    request_id_header="x-request-id",
    shown_headers=frozenset(
        (
            "allow",
            "etag",
            "retry-after",
            "x-ratelimit-endpoint-class",
            "x-request-id",
            "idempotency-key",
            "user-agent",
        )
    ),
    error_path=("error",),
    errors_by_code=BY_CODE,
    errors_by_status=BY_STATUS,
)

GENERATE_CONTENT = Operation(
    "POST",
    "/v1/projects/{}/content",
    idempotent=True,
)
LIST_CONTENT = Operation(
    "GET",
    "/v1/projects/{}/content",
)
GET_CONTENT = Operation(
    "GET",
    "/v1/content/{}",
)
GET_CONTENT_PROGRESS = Operation(
    "GET",
    "/v1/content/{}/progress",
)
GET_CONTENT_ASSET = Operation(
    "GET",
    "/v1/content/{}/assets/{}",
)
REGENERATE_CONTENT = Operation(
    "POST",
    "/v1/content/{}/regenerate",
    idempotent=True,
)
CLONE_CONTENT_FROM_POST = Operation(
    "POST",
    "/v1/content/{}/clone-from-post",
    idempotent=True,
)
APPROVE_CONTENT = Operation(
    "POST",
    "/v1/content/{}/approve",
)
REJECT_CONTENT = Operation(
    "POST",
    "/v1/content/{}/reject",
)
GET_JOB = Operation(
    "GET",
    "/v1/jobs/{}",
    unchanged=304,
)
CANCEL_JOB = Operation(
    "POST",
    "/v1/jobs/{}/cancel",
)
GET_APPROVAL_POLICY = Operation(
    "GET",
    "/v1/projects/{}/approval-policy",
)
UPDATE_APPROVAL_POLICY = Operation(
    "PATCH",
    "/v1/projects/{}/approval-policy",
)
ARCHIVE_PROJECT = Operation(
    "DELETE",
    "/v1/projects/{}",
)

JOB_FLOW: Flow[Job, Container] = Flow(
    job=Job,
    id="job_id",
    state="status",
    endings={"completed": "success", "failed": "failure", "canceled": "cancel"},
    schedule=Schedule(2.0, 1.3, 10.0, 0.5),
    rate=0.5,
    poll=GET_JOB,
    cancel=CANCEL_JOB,
    validator=("if-none-match", "etag"),
    result=GET_CONTENT,
    result_id=(("container_id",), ("result", "container_id")),
    decode=Container.from_dict,
)
