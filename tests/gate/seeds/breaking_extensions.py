"""Breaking changes of what only our extensions say."""

from __future__ import annotations

from typing import Final

from tests.gate.seeds.seed import (
    JOB,
    LIST,
    POST,
    PROGRESS,
    READ,
    REGENERATE,
    RENDER,
    REVIEW,
    SCHEMAS,
    Edit,
    Seed,
    add,
    drop,
    put,
)

_LISTED: Final = "listContent getContent"
_KEYED: Final = "generateContent regenerateContent cloneContentFromPost"
_CODES: Final = f"{SCHEMAS}/ErrorDetail/x-error-codes"


def _seed(part: str, name: str, rule: str, operations: str, *edits: Edit) -> Seed:
    return Seed(name, part, edits, "breaking", rule, tuple(operations.split()))


EXTENSIONS: Final = (
    _seed(
        "lifecycle",
        "the server takes a step no more",
        "transition-removed",
        _LISTED,
        drop(f"{RENDER}/transitions/3"),
    ),
    _seed(
        "lifecycle",
        "an operation causes a step no more",
        "transition-removed",
        "rejectContent",
        put(f"{RENDER}/transitions/5/by", ["regenerateContent"]),
    ),
    _seed(
        "lifecycle",
        "a new state that ends a render",
        "state-ending-added",
        _LISTED,
        put(f"{RENDER}/states/expired", {"ends": "failure", "source": "seed"}),
        add(
            f"{RENDER}/transitions",
            {"from": ["queued"], "to": ["expired"], "by": "server", "source": "seed"},
        ),
    ),
    _seed(
        "lifecycle",
        "a new state on the way",
        "state-added",
        f"{_LISTED} approveContent",
        put(f"{REVIEW}/states/in_review", {"source": "linked"}),
        add(
            f"{REVIEW}/transitions",
            {
                "from": ["pending"],
                "to": ["in_review"],
                "by": ["approveContent"],
                "source": "linked",
            },
        ),
    ),
    _seed(
        "lifecycle",
        "a state ends a render no more",
        "state-ending-changed",
        _LISTED,
        drop(f"{RENDER}/states/failed/ends"),
    ),
    _seed(
        "lifecycle",
        "the server goes back a step",
        "transition-impossible-before",
        _LISTED,
        add(
            f"{RENDER}/transitions",
            {"from": ["generating"], "to": ["queued"], "by": "server", "source": "linked"},
        ),
    ),
    _seed(
        "lifecycle",
        "an operation is newly refused",
        "refusal-added",
        "cancelJob",
        add(
            f"{RENDER}/refusals",
            {
                "operation": "cancelJob",
                "in": ["generating"],
                "status": 409,
                "code": "CONFLICT",
                "source": "linked",
            },
        ),
    ),
    _seed(
        "lifecycle",
        "a field is not sure to be filled any more",
        "field-rule-removed",
        _LISTED,
        drop(f"{RENDER}/fields/2"),
    ),
    _seed(
        "lifecycle",
        "the gate opens the other way",
        "gate-changed",
        _LISTED,
        put(f"{REVIEW}/gate/open", "approved"),
    ),
    _seed(
        "lifecycle",
        "the mirror allows one more combination",
        "mirror-widened",
        _LISTED,
        put(f"{RENDER}/mirrors/states/failed", ["failed", "generating"]),
    ),
    _seed(
        "idempotency",
        "keys are remembered for a shorter time",
        "idempotency-window-shorter",
        _KEYED,
        put("/x-idempotency/window", "PT1H"),
    ),
    _seed(
        "idempotency",
        "keys name calls across paths",
        "idempotency-scope-wider",
        _KEYED,
        put("/x-idempotency/scope", ["credential", "operation"]),
    ),
    _seed(
        "idempotency",
        "a conflict has another status",
        "idempotency-answer-changed",
        _KEYED,
        put("/x-idempotency/conflict/status", 422),
    ),
    _seed(
        "idempotency",
        "an invalid request uses up its key",
        "invalid-request-keeps-key-changed",
        _KEYED,
        put("/x-idempotency/invalid-request-keeps-key/value", value=False),
    ),
    _seed(
        "idempotency",
        "an operation heeds keys no more",
        "idempotent-removed",
        "regenerateContent",
        drop(f"{REGENERATE}/x-idempotent"),
    ),
    _seed(
        "runs",
        "a job is of another kind",
        "starts-kind-changed",
        "generateContent",
        put(f"{POST}/x-starts/kind", "render"),
    ),
    _seed(
        "runs",
        "an operation makes another container",
        "starts-container-changed",
        "regenerateContent",
        put(f"{REGENERATE}/x-starts/container", "new"),
    ),
    _seed(
        "polling",
        "polls are to be slower",
        "polling-slower",
        "getContentProgress",
        put(f"{PROGRESS}/x-polling/schedule/initial", "PT5S"),
    ),
    _seed(
        "polling",
        "polls have no validator any more",
        "polling-validator-removed",
        "getJob",
        drop(f"{JOB}/x-polling/validator"),
    ),
    _seed(
        "pagination",
        "the next cursor is elsewhere",
        "pagination-next-changed",
        "listContent",
        put(f"{LIST}/x-pagination/next", "/page/next"),
    ),
    _seed(
        "pagination",
        "lists come the other way round",
        "pagination-order-changed",
        "listContent",
        put(f"{LIST}/x-pagination/order/direction", "ascending"),
    ),
    _seed(
        "rate limits",
        "fewer calls are allowed",
        "rate-limit-lower",
        _KEYED,
        put("/x-rate-limits/tiers/standard/long-running", 10),
    ),
    _seed(
        "rate limits",
        "an operation is counted on a scarcer class",
        "rate-class-lower",
        "getContent",
        put(f"{READ}/x-rate-class", "long-running"),
    ),
    _seed(
        "errors",
        "an error code has another status",
        "error-code-status-changed",
        "generateContent listContent getContent getContentProgress getContentAsset"
        " regenerateContent cloneContentFromPost approveContent rejectContent getJob cancelJob"
        " getApprovalPolicy updateApprovalPolicy archiveProject",
        put(f"{_CODES}/IDEMPOTENCY_CONFLICT/status", 422),
    ),
    _seed(
        "errors",
        "an error code is gone",
        "error-code-removed",
        f"{_KEYED} approveContent rejectContent cancelJob",
        drop(f"{_CODES}/CONFLICT"),
    ),
    _seed(
        "promises",
        "a promise is gone",
        "promise-removed",
        "listContent",
        drop(f"{LIST}/x-promises/3"),
    ),
    _seed(
        "promises",
        "a promise is only assumed now",
        "source-weakened",
        "getContent",
        put(f"{READ}/x-promises/0/source", "assumed"),
    ),
    _seed(
        "promises",
        "a schema is only assumed now",
        "source-weakened",
        _LISTED,
        put(f"{SCHEMAS}/Caption/x-source", "assumed"),
    ),
    _seed(
        "unknown",
        "an extension that nobody knows",
        "extension-unknown",
        "getContent",
        put(f"{READ}/x-quota", {"daily": 10}),
    ),
)
