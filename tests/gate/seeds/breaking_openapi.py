"""Breaking changes of what OpenAPI has words for."""

from __future__ import annotations

from typing import Final

from tests.gate.seeds.seed import (
    APPROVE,
    CANCEL,
    JOB,
    LIST,
    POST,
    READ,
    REJECT,
    SCHEMAS,
    Edit,
    Seed,
    add,
    drop,
    everywhere,
    move,
    put,
    take,
)

_LISTED: Final = ("listContent", "getContent")
_JOBS: Final = (
    *("generateContent", "getContentProgress", "regenerateContent", "cloneContentFromPost"),
    *("rejectContent", "getJob"),
)
_ASSETS: Final = ("generateContent", "listContent", "getContent", "getContentProgress")
_ASSETS_TOO: Final = ("regenerateContent", "cloneContentFromPost", "rejectContent", "getJob")
_KEYED: Final = ("generateContent", "regenerateContent", "cloneContentFromPost")
_JSON: Final = "content/application~1json"


def _seed(name: str, rule: str, operations: str | tuple[str, ...], *edits: Edit) -> Seed:
    reached = tuple(operations.split()) if isinstance(operations, str) else operations
    return Seed(name, "OpenAPI", edits, "breaking", rule, reached)


OPENAPI: Final = (
    _seed(
        "a request field may be shorter only",
        "schema-constraint-changed",
        "rejectContent",
        put(f"{SCHEMAS}/RejectRequest/properties/reason/maxLength", 512),
    ),
    _seed(
        "a query parameter's maximum is lower",
        "schema-constraint-changed",
        "listContent",
        put(f"{LIST}/parameters/4/schema/maximum", 100),
    ),
    _seed(
        "a request takes no undocumented fields",
        "schema-constraint-changed",
        "rejectContent",
        put(f"{SCHEMAS}/RejectRequest/additionalProperties", value=False),
    ),
    _seed(
        "an enum value of a request is gone",
        "enum-values-removed",
        "cloneContentFromPost",
        take(f"{SCHEMAS}/CloneMode/enum", "fork"),
    ),
    _seed(
        "an answer has one more enum value",
        "enum-values-added",
        (*_ASSETS, "getContentAsset", *_ASSETS_TOO),
        add(f"{SCHEMAS}/AssetKind/enum", "audio"),
    ),
    _seed(
        "a request has a new required field",
        "required-properties-added",
        "generateContent",
        put(f"{SCHEMAS}/Brief/properties/tone", {"type": "string", "description": "Its tone."}),
        add(f"{SCHEMAS}/Brief/required", "tone"),
    ),
    _seed(
        "a request field is gone",
        "request-field-removed",
        "generateContent",
        drop(f"{SCHEMAS}/Brief/properties/themeTags"),
    ),
    _seed(
        "a request field has another name",
        "request-field-renamed",
        "updateApprovalPolicy",
        move(f"{SCHEMAS}/ApprovalPolicyUpdate/properties/firstNPostsBlocked", "firstBlocked"),
    ),
    _seed(
        "a new required query parameter",
        "parameter-became-required",
        "listContent",
        add(
            f"{LIST}/parameters",
            {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
        ),
    ),
    _seed(
        "a header becomes required",
        "parameter-became-required",
        _KEYED,
        put("/components/parameters/IdempotencyKey/required", value=True),
    ),
    _seed(
        "a query parameter is gone",
        "parameter-removed",
        "listContent",
        drop(f"{LIST}/parameters/1"),
        drop(f"{LIST}/x-pagination/filters/format"),
    ),
    _seed(
        "a query parameter has another name",
        "parameter-removed",
        "listContent",
        put(f"{LIST}/parameters/3/name", "after"),
        put(f"{LIST}/x-pagination/cursor", "after"),
    ),
    _seed(
        "a body becomes required",
        "request-body-became-required",
        "approveContent",
        put(f"{APPROVE}/requestBody/required", value=True),
    ),
    _seed(
        "a body is new and required",
        "request-body-added",
        "cancelJob",
        put(
            f"{CANCEL}/requestBody",
            {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        ),
    ),
    _seed(
        "a request's media type is another",
        "media-type-removed",
        "rejectContent",
        move(f"{REJECT}/requestBody/{_JSON}", "application/x-www-form-urlencoded"),
    ),
    _seed(
        "a default has changed",
        "default-changed",
        "listContent",
        put(f"{LIST}/parameters/4/schema/default", 50),
    ),
    _seed(
        "a default is gone",
        "default-changed",
        "cloneContentFromPost",
        drop(f"{SCHEMAS}/CloneRequest/properties/mode/default"),
    ),
    _seed(
        "a field of an answer is gone",
        "property-removed",
        _LISTED,
        drop(f"{SCHEMAS}/Container/properties/captions"),
        take(f"{SCHEMAS}/Container/required", "captions"),
    ),
    _seed(
        "a field of an answer may be missing",
        "required-properties-removed",
        _LISTED,
        take(f"{SCHEMAS}/Container/required", "captions"),
    ),
    _seed(
        "a field of an answer may be null",
        "null-changed",
        _LISTED,
        put(
            f"{SCHEMAS}/Container/properties/format",
            {"anyOf": [{"$ref": "#/components/schemas/Format"}, {"type": "null"}]},
        ),
    ),
    _seed(
        "a field of an answer has another type",
        "schema-type-changed",
        (*_ASSETS, *_ASSETS_TOO),
        put(f"{SCHEMAS}/Asset/properties/width/type", "string"),
    ),
    _seed(
        "an id has another pattern",
        "schema-constraint-changed",
        (*_JOBS, "cancelJob"),
        put(f"{SCHEMAS}/JobId/pattern", "^j_[a-z]+$"),
    ),
    _seed(
        "an answer is another schema",
        "reference-changed",
        "getContent",
        put(f"{READ}/responses/200/{_JSON}/schema", {"$ref": "#/components/schemas/Job"}),
    ),
    _seed(
        "a success has another status",
        "response-removed",
        "generateContent",
        move(f"{POST}/responses/202", "201"),
    ),
    _seed(
        "a success has one more status",
        "success-status-added",
        "getContent",
        put(f"{READ}/responses/206", {"description": "A part of it."}),
    ),
    _seed(
        "a documented refusal is gone",
        "response-removed",
        "generateContent",
        drop(f"{POST}/responses/409"),
    ),
    _seed(
        "a header of an answer is gone",
        "response-header-removed",
        "getJob",
        drop(f"{JOB}/responses/304/headers/ETag"),
    ),
    _seed(
        "a header of an answer may be missing",
        "response-header-optional",
        (
            *("generateContent", *_LISTED, "getContentProgress", "getContentAsset"),
            *("regenerateContent", "cloneContentFromPost", "approveContent", "rejectContent"),
            *("getJob", "cancelJob", "getApprovalPolicy", "updateApprovalPolicy"),
            "archiveProject",
        ),
        put("/components/headers/RetryAfter/required", value=False),
    ),
    _seed(
        "an operation is gone",
        "operation-removed",
        "updateApprovalPolicy",
        drop("/paths/~1v1~1projects~1{projectId}~1approval-policy/patch"),
    ),
    _seed(
        "a path is another",
        "path-removed",
        "getContentProgress",
        move("/paths/~1v1~1content~1{containerId}~1progress", "/v1/progress/{containerId}"),
    ),
    _seed(
        "an operation has another name",
        "operation-id-changed",
        "createContent",
        everywhere("generateContent", "createContent"),
    ),
    _seed(
        "an operation has another tag",
        "tag-changed",
        "getJob",
        put(f"{JOB}/tags", ["content"]),
    ),
    _seed(
        "a schema has another name",
        "schema-removed",
        _JOBS,
        everywhere("Job", "Render"),
    ),
    _seed(
        "the key is sent in another header",
        "security-scheme-changed",
        (
            *("generateContent", *_LISTED, "getContentProgress", "getContentAsset"),
            *("regenerateContent", "cloneContentFromPost", "approveContent", "rejectContent"),
            *("getJob", "cancelJob", "getApprovalPolicy", "updateApprovalPolicy"),
            "archiveProject",
        ),
        put("/components/securitySchemes/ApiKey/name", "Authorization"),
    ),
    _seed(
        "the server has another address",
        "server-removed",
        "",
        put("/servers/0/url", "https://api.layers.example"),
    ),
)
