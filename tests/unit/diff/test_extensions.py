"""Changes of the other extensions are rated by their direction, and none goes untold."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gate.seeds.seed import (
    JOB,
    LIST,
    POST,
    PROGRESS,
    READ,
    REGENERATE,
    REJECT,
    SCHEMAS,
    Edit,
    add,
    drop,
    everywhere,
    put,
)
from tests.helpers.seeding import between, document, told

from layers_contract.diff.extensions import DIFFERS
from layers_contract.spec.lint.extensions import names

Json = Any

KEYS = "/x-idempotency"
PAGES = f"{LIST}/x-pagination"
RATES = "/x-rate-limits"
CODES = f"{SCHEMAS}/ErrorDetail/x-error-codes"
ASSET = f"{SCHEMAS}/Asset/x-resource"
WEAKER, SURER = "breaking source-weakened", "addition source-strengthened"


def both(rule: str) -> tuple[str, str]:
    return f"breaking {rule}", f"breaking {rule}"


CASES: dict[str, tuple[Edit, str, str]] = {
    "rule for keys": (
        drop(KEYS),
        "breaking idempotency-removed",
        "addition idempotency-added",
    ),
    "key header": (put(f"{KEYS}/header", "X-Key"), *both("idempotency-header-changed")),
    "key window": (
        put(f"{KEYS}/window", "PT1H"),
        "breaking idempotency-window-shorter",
        "addition idempotency-window-longer",
    ),
    "key window that is not said": (
        drop(f"{KEYS}/window"),
        "breaking idempotency-window-removed",
        "addition idempotency-window-added",
    ),
    "schedule": (
        drop(f"{PROGRESS}/x-polling/schedule"),
        "breaking polling-schedule-removed",
        "breaking polling-schedule-added",
    ),
    "filter that bounds": (
        put(f"{PAGES}/filters/status", {"field": "/createdAt", "is": "at-least"}),
        *both("pagination-filter-changed"),
    ),
    "code with two statuses": (
        put(f"{CODES}/VALIDATION/status", [422, 400]),
        "breaking error-code-status-changed",
        "addition error-code-status-narrowed",
    ),
    "rules that a promise states": (
        put(f"{READ}/x-promises/0/rules", ["render.never"]),
        "wording promise-rules-changed",
        "wording promise-rules-changed",
    ),
    "key window in other words": (
        put(f"{KEYS}/window", "P1D"),
        "wording extension-rewritten",
        "wording extension-rewritten",
    ),
    "key scope": (
        put(f"{KEYS}/scope", ["credential", "operation"]),
        "breaking idempotency-scope-wider",
        "breaking idempotency-scope-narrower",
    ),
    "replay source": (put(f"{KEYS}/replay/source", "assumed"), WEAKER, SURER),
    "conflict status": (put(f"{KEYS}/conflict/status", 422), *both("idempotency-answer-changed")),
    "conflict code": (put(f"{KEYS}/conflict/code", "REUSED"), *both("idempotency-answer-changed")),
    "conflict source": (put(f"{KEYS}/conflict/source", "assumed"), WEAKER, SURER),
    "in flight": (
        drop(f"{KEYS}/in-flight"),
        "addition idempotency-in-flight-removed",
        "breaking idempotency-in-flight-added",
    ),
    "in flight code": (put(f"{KEYS}/in-flight/code", "BUSY"), *both("idempotency-answer-changed")),
    "invalid requests": (
        put(f"{KEYS}/invalid-request-keeps-key/value", value=False),
        "breaking invalid-request-keeps-key-changed",
        "addition invalid-request-keeps-key-changed",
    ),
    "invalid requests at all": (
        drop(f"{KEYS}/invalid-request-keeps-key"),
        "breaking invalid-request-keeps-key-removed",
        "addition invalid-request-keeps-key-changed",
    ),
    "equal bodies": (
        put(f"{KEYS}/equal-bodies/value", "bytes"),
        "breaking equal-bodies-changed",
        "addition equal-bodies-changed",
    ),
    "equal bodies, source": (
        put(f"{KEYS}/equal-bodies/source", "linked"),
        SURER,
        WEAKER,
    ),
    "heeding keys": (
        drop(f"{REGENERATE}/x-idempotent"),
        "breaking idempotent-removed",
        "addition idempotent-added",
    ),
    "heeding keys, source": (
        put(f"{REGENERATE}/x-idempotent/source", "assumed"),
        WEAKER,
        SURER,
    ),
    "an enum opens": (
        put(f"{SCHEMAS}/CloneMode/x-open-enum", value=True),
        "breaking enum-opened",
        "addition enum-closed",
    ),
    "a marker": (
        drop(f"{SCHEMAS}/Brief/properties/hook/x-marker"),
        "wording run-value-changed",
        "wording run-value-changed",
    ),
    "a sample": (
        put(f"{SCHEMAS}/Brief/properties/influencerId/x-sample", "voice"),
        "wording run-value-changed",
        "wording run-value-changed",
    ),
    "starting a run": (
        drop(f"{POST}/x-starts"),
        "breaking starts-removed",
        "breaking starts-added",
    ),
    "container": (put(f"{POST}/x-starts/container", "same"), *both("starts-container-changed")),
    "job": (put(f"{POST}/x-starts/job", "/job"), *both("starts-job-moved")),
    "kind": (put(f"{POST}/x-starts/kind", "render"), *both("starts-kind-changed")),
    "when": (drop(f"{REJECT}/x-starts/when"), *both("starts-condition-changed")),
    "start's source": (put(f"{POST}/x-starts/source", "assumed"), WEAKER, SURER),
    "kind's source": (put(f"{POST}/x-starts/kind-source", "assumed"), WEAKER, SURER),
    "polling": (
        drop(f"{PROGRESS}/x-polling"),
        "breaking polling-removed",
        "addition polling-added",
    ),
    "first wait": (
        put(f"{JOB}/x-polling/schedule/initial", "PT5S"),
        "breaking polling-slower",
        "addition polling-faster",
    ),
    "factor": (
        put(f"{JOB}/x-polling/schedule/factor", 2),
        "breaking polling-slower",
        "addition polling-faster",
    ),
    "longest wait": (
        put(f"{JOB}/x-polling/schedule/maximum", "PT1M"),
        "breaking polling-slower",
        "addition polling-faster",
    ),
    "jitter": (
        put(f"{JOB}/x-polling/schedule/jitter", "PT1S"),
        "wording polling-jitter-changed",
        "wording polling-jitter-changed",
    ),
    "validator": (
        drop(f"{JOB}/x-polling/validator"),
        "breaking polling-validator-removed",
        "addition polling-validator-added",
    ),
    "validator's status": (
        put(f"{JOB}/x-polling/validator/unchanged", 303),
        *both("polling-validator-changed"),
    ),
    "polling's source": (put(f"{JOB}/x-polling/source", "assumed"), WEAKER, SURER),
    "pages": (drop(PAGES), "breaking pagination-removed", "breaking pagination-added"),
    "items": (put(f"{PAGES}/items", "/data"), *both("pagination-items-changed")),
    "next": (put(f"{PAGES}/next", "/next"), *both("pagination-next-changed")),
    "cursor": (put(f"{PAGES}/cursor", "after"), *both("pagination-cursor-changed")),
    "limit": (put(f"{PAGES}/limit", "size"), *both("pagination-limit-changed")),
    "order": (
        drop(f"{PAGES}/order"),
        "breaking pagination-order-removed",
        "addition pagination-order-added",
    ),
    "other order": (
        put(f"{PAGES}/order/direction", "ascending"),
        *both("pagination-order-changed"),
    ),
    "filter": (
        drop(f"{PAGES}/filters/format"),
        "breaking pagination-filter-removed",
        "addition pagination-filter-added",
    ),
    "other filter": (
        put(f"{PAGES}/filters/format", "/kind"),
        *both("pagination-filter-changed"),
    ),
    "pages' source": (put(f"{PAGES}/source", "assumed"), WEAKER, SURER),
    "limits at all": (drop(RATES), "breaking rate-limits-removed", "breaking rate-limits-added"),
    "limit of a class": (
        put(f"{RATES}/tiers/pilot/read-light", 100),
        "breaking rate-limit-lower",
        "addition rate-limit-higher",
    ),
    "limits' window": (
        put(f"{RATES}/window", "PT1H"),
        "breaking rate-limit-lower",
        "addition rate-limit-higher",
    ),
    "tier": (
        drop(f"{RATES}/tiers/pilot"),
        "breaking rate-tier-removed",
        "addition rate-tier-added",
    ),
    "class of a tier": (
        drop(f"{RATES}/tiers/pilot/read-light"),
        "breaking rate-class-gone",
        "addition rate-class-new",
    ),
    "answer to too many": (
        put(f"{RATES}/exceeded/header", "X-Wait"),
        *both("rate-answer-changed"),
    ),
    "source of that": (put(f"{RATES}/exceeded/source", "assumed"), WEAKER, SURER),
    "class header": (
        drop(f"{RATES}/class-header"),
        "breaking rate-class-header-removed",
        "addition rate-class-header-added",
    ),
    "other class header": (
        put(f"{RATES}/class-header", "X-Class"),
        *both("rate-class-header-changed"),
    ),
    "class": (
        put(f"{READ}/x-rate-class", "long-running"),
        "breaking rate-class-lower",
        "addition rate-class-higher",
    ),
    "class at all": (
        drop(f"{READ}/x-rate-class"),
        "addition rate-class-removed",
        "breaking rate-class-added",
    ),
    "code": (
        drop(f"{CODES}/CONFLICT"),
        "breaking error-code-removed",
        "addition error-code-added",
    ),
    "code's status": (put(f"{CODES}/CONFLICT/status", 422), *both("error-code-status-changed")),
    "code's source": (put(f"{CODES}/CONFLICT/source", "assumed"), WEAKER, SURER),
    "promise": (drop(f"{LIST}/x-promises/3"), "breaking promise-removed", "addition promise-added"),
    "assumed promise": (
        drop(f"{POST}/x-promises/2"),
        "wording promise-removed",
        "wording promise-added",
    ),
    "promise's words": (
        put(f"{LIST}/x-promises/3/statement", "Newer ones come first."),
        "wording promise-reworded",
        "wording promise-reworded",
    ),
    "promise's source": (put(f"{LIST}/x-promises/3/source", "assumed"), WEAKER, SURER),
    "promise's page": (
        put(f"{LIST}/x-promises/3/source", "seed"),
        "wording source-changed",
        "wording source-changed",
    ),
    "promise that nobody sees": (
        put(f"{LIST}/x-promises/3/not-observable", "Nobody looks."),
        "wording promise-observable-changed",
        "wording promise-observable-changed",
    ),
    "resource": (drop(ASSET), "breaking resource-removed", "addition resource-added"),
    "resource's id": (put(f"{ASSET}/id", "/url"), *both("resource-changed")),
    "related resource": (
        put(f"{ASSET}/container", "/containerId"),
        "addition resource-pointer-added",
        "breaking resource-pointer-removed",
    ),
    "parameter's resource": (
        put("/components/parameters/JobId/x-resource", "container"),
        *both("resource-changed"),
    ),
    "source of a schema": (put(f"{SCHEMAS}/Caption/x-source", "assumed"), WEAKER, SURER),
    "source of a keyword": (drop(f"{SCHEMAS}/AssetKind/x-source"), SURER, WEAKER),
    "source that says what is said around it": (
        put(f"{SCHEMAS}/Caption/properties/text/x-source", "seed"),
        "wording extension-rewritten",
        "wording extension-rewritten",
    ),
    "unknown extension": (put(f"{READ}/x-quota", 1), *both("extension-unknown")),
    "extension in the wrong place": (
        put(f"{SCHEMAS}/Caption/x-polling", {}),
        *both("extension-misshapen"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_of_an_extension_is_rated_in_both_directions(case: str) -> None:
    """What is added or taken away has the rating and the rule of its direction."""
    edit, forth, back = CASES[case]
    old, new = document(), document(edit)
    assert forth in told(old, new)
    assert back in told(new, old)


def test_every_extension_has_a_differ() -> None:
    """Each extension of `extensions.schema.json` is compared, and nothing else is."""
    assert set(DIFFERS) == names()


def test_every_extension_is_in_a_case() -> None:
    """No extension but the lifecycles, which have their own file, is without a case."""
    before = _values(document())
    changed = {
        name
        for edit, _, _ in CASES.values()
        for name, said in _values(document(edit)).items()
        if said != before.get(name)
    }
    assert set(DIFFERS) - changed == {"x-lifecycles"}


def _values(raw: Json) -> dict[str, list[Json]]:
    """What a document says with each extension, everywhere."""
    found: dict[str, list[Json]] = {}
    pending = [raw]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for key, each in value.items():
                if key.startswith("x-"):
                    found.setdefault(key, []).append(each)
        pending += value.values() if isinstance(value, dict) else ()
        pending += value if isinstance(value, list) else ()
    return found


def test_equal_documents_have_no_changes() -> None:
    """Nothing is told where nothing differs."""
    assert between(document(), document()) == ()


@pytest.mark.parametrize("value", [7, {}, [{"id": 1}]], ids=str)
@pytest.mark.parametrize("name", sorted(names()))
def test_a_value_without_its_shape_is_told_and_not_read(name: str, value: Json) -> None:
    """Whatever an extension holds, in a wrong place and shape too, it is rated and never fails."""
    places = ("", READ, f"{SCHEMAS}/Caption")
    misshapen = document(*(put(f"{place}/{name}", value) for place in places))
    assert "breaking extension-misshapen" in told(document(), misshapen)
    assert "breaking extension-misshapen" in told(misshapen, document())


def test_an_extension_reaches_the_operations_that_it_speaks_of() -> None:
    """A window that is shorter is told to who sends keys, in the document's order."""
    (change,) = between(document(), document(put(f"{KEYS}/window", "PT1H")))
    assert change.operations == ("generateContent", "regenerateContent", "cloneContentFromPost")
    assert change.what == "A key is now remembered for 1 hour, not for 24 hours."


def test_a_parameter_that_is_gone_leaves_the_others_as_they_are() -> None:
    """Parameters are compared by their names, not by their numbers."""
    assert between(document(), document(drop(f"{LIST}/parameters/0"))) == ()


def test_a_promise_that_goes_with_its_operation_is_told_with_it() -> None:
    """No change is made of the promises of an operation that is gone."""
    gone = document(drop("/paths/~1v1~1jobs~1{jobId}~1cancel"))
    assert "breaking promise-removed" not in told(document(), gone)


def test_a_promise_that_leaves_operations_is_breaking_for_them() -> None:
    """A promise of the whole document that one operation keeps is broken to the others."""
    promise = {"id": "schema.status", "statement": "It succeeds.", "source": "derived"}
    moved = document(drop("/x-promises/0"), add(f"{LIST}/x-promises", promise))
    changes = [c for c in between(document(), moved) if c.rule == "promise-moved"]
    assert [change.rating for change in changes] == ["breaking"]
    assert "listContent" not in changes[0].operations
    assert "getJob" in changes[0].operations


def test_a_renamed_operation_is_compared_with_itself() -> None:
    """An operation with another name still has the extensions that it had."""
    renamed = document(everywhere("listContent", "allContent"), drop(f"{PAGES}/order"))
    changes = between(document(), renamed)
    assert [(c.rule, c.operations) for c in changes] == [
        ("pagination-order-removed", ("allContent",))
    ]
