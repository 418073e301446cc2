"""Changes that no partner's program can break on."""

from __future__ import annotations

from typing import Final

from tests.gate.seeds.seed import (
    JOB,
    LIST,
    POST,
    READ,
    REJECT,
    RENDER,
    SCHEMAS,
    Edit,
    Seed,
    add,
    drop,
    put,
)

from layers_contract.diff.model import Rating

_LISTED: Final = "listContent getContent"
_KEYED: Final = "generateContent regenerateContent cloneContentFromPost"
_JOBS: Final = (
    "generateContent getContentProgress regenerateContent cloneContentFromPost rejectContent getJob"
)


def _seed(part: str, name: str, rated: tuple[Rating, str], operations: str, *edits: Edit) -> Seed:
    rating, rule = rated
    return Seed(name, part, edits, rating, rule, tuple(operations.split()))


HARMLESS: Final = (
    _seed(
        "OpenAPI",
        "a description in other words",
        ("wording", "words-changed"),
        _JOBS,
        put(f"{SCHEMAS}/Job/description", "The envelope of a render."),
    ),
    _seed(
        "OpenAPI",
        "another example",
        ("wording", "examples-changed"),
        "rejectContent",
        put(f"{REJECT}/requestBody/content/application~1json/examples/plain/value/reason", "Dull."),
    ),
    _seed(
        "OpenAPI",
        "another contact",
        ("wording", "words-changed"),
        "",
        put("/info/contact/name", "Partner support"),
    ),
    _seed(
        "OpenAPI",
        "a new optional field in a request",
        ("addition", "field-added"),
        "generateContent",
        put(f"{SCHEMAS}/Brief/properties/tone", {"type": "string", "description": "Its tone."}),
    ),
    _seed(
        "OpenAPI",
        "a new field in an answer",
        ("addition", "field-added"),
        _LISTED,
        put(f"{SCHEMAS}/Container/properties/cost", {"type": "integer", "description": "Cents."}),
    ),
    _seed(
        "OpenAPI",
        "a field of an answer is always there",
        ("addition", "field-relaxed"),
        _LISTED,
        add(f"{SCHEMAS}/Container/required", "brief"),
    ),
    _seed(
        "OpenAPI",
        "a field of an answer is never null",
        ("addition", "field-relaxed"),
        _LISTED,
        put(
            f"{SCHEMAS}/Container/properties/influencerId",
            {"$ref": "#/components/schemas/InfluencerId"},
        ),
    ),
    _seed(
        "OpenAPI",
        "a request field may be longer",
        ("addition", "field-relaxed"),
        "rejectContent",
        put(f"{SCHEMAS}/RejectRequest/properties/reason/maxLength", 4096),
    ),
    _seed(
        "OpenAPI",
        "a request takes one more enum value",
        ("addition", "field-relaxed"),
        "cloneContentFromPost",
        add(f"{SCHEMAS}/CloneMode/enum", "remix"),
    ),
    _seed(
        "OpenAPI",
        "a new optional query parameter",
        ("addition", "parameter-added"),
        "listContent",
        add(f"{LIST}/parameters", {"name": "q", "in": "query", "schema": {"type": "string"}}),
    ),
    _seed(
        "OpenAPI",
        "a body may be left out",
        ("addition", "request-body-relaxed"),
        "rejectContent",
        put(f"{REJECT}/requestBody/required", value=False),
    ),
    _seed(
        "OpenAPI",
        "a new header in an answer",
        ("addition", "header-added"),
        "getJob",
        put(f"{JOB}/responses/200/headers/X-Cost", {"schema": {"type": "string"}}),
    ),
    _seed(
        "OpenAPI",
        "a new operation",
        ("addition", "path-added"),
        "ping",
        put(
            "/paths/~1v1~1ping",
            {"get": {"operationId": "ping", "responses": {"200": {"description": "Alive."}}}},
        ),
    ),
    _seed(
        "OpenAPI",
        "an operation is deprecated",
        ("addition", "deprecated"),
        "getContentProgress",
        put("/paths/~1v1~1content~1{containerId}~1progress/get/deprecated", value=True),
    ),
    _seed(
        "OpenAPI",
        "a shared parameter is written out",
        ("wording", "rearranged"),
        "",
        put(
            "/paths/~1v1~1jobs~1{jobId}/parameters/0",
            {
                "name": "jobId",
                "in": "path",
                "required": True,
                "description": "The job's id.",
                "schema": {"$ref": "#/components/schemas/JobId"},
            },
        ),
    ),
    _seed(
        "lifecycle",
        "an operation causes one more step",
        ("addition", "transition-added"),
        "regenerateContent",
        add(
            f"{RENDER}/transitions",
            {
                "from": ["canceled"],
                "to": ["queued"],
                "by": ["regenerateContent"],
                "source": "linked",
            },
        ),
        drop(f"{RENDER}/refusals/1"),
    ),
    _seed(
        "lifecycle",
        "the server skips what a poller may miss",
        ("addition", "transition-added"),
        _LISTED,
        add(
            f"{RENDER}/transitions",
            {"from": ["queued"], "to": ["completed"], "by": "server", "source": "linked"},
        ),
    ),
    _seed(
        "lifecycle",
        "an operation is not refused any more",
        ("addition", "refusal-removed"),
        "regenerateContent",
        drop(f"{RENDER}/refusals/0"),
    ),
    _seed(
        "idempotency",
        "keys are remembered for longer",
        ("addition", "idempotency-window-longer"),
        _KEYED,
        put("/x-idempotency/window", "P7D"),
    ),
    _seed(
        "polling",
        "polls may be faster",
        ("addition", "polling-faster"),
        "getJob",
        put(f"{JOB}/x-polling/schedule/initial", "PT1S"),
    ),
    _seed(
        "pagination",
        "a new filter",
        ("addition", "pagination-filter-added"),
        "listContent",
        add(f"{LIST}/parameters", {"name": "by", "in": "query", "schema": {"type": "string"}}),
        put(f"{LIST}/x-pagination/filters/by", "/influencerId"),
    ),
    _seed(
        "rate limits",
        "more calls are allowed",
        ("addition", "rate-limit-higher"),
        _KEYED,
        put("/x-rate-limits/tiers/standard/long-running", 40),
    ),
    _seed(
        "errors",
        "a new error code",
        ("addition", "error-code-added"),
        f"{_KEYED} approveContent rejectContent cancelJob",
        put(f"{SCHEMAS}/ErrorDetail/x-error-codes/BUSY", {"status": 409, "source": "linked"}),
    ),
    _seed(
        "promises",
        "a promise in other words",
        ("wording", "promise-reworded"),
        "getContent",
        put(
            f"{READ}/x-promises/0/statement", "A container can be read as soon as its 202 is there."
        ),
    ),
    _seed(
        "promises",
        "a promise is not only assumed any more",
        ("addition", "source-strengthened"),
        "generateContent",
        put(f"{POST}/x-promises/2/source", "seed"),
    ),
)
