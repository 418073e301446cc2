"""The document keeps the house rules, and every house rule can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.mutants import (
    GENERATE,
    GONE,
    JOB,
    LIST,
    READ,
    REJECT,
    SCHEMAS,
    Fault,
)

from layers_contract.spec.document import Document, default_path, load, read_yaml
from layers_contract.spec.lint import findings, soundness, style
from layers_contract.spec.lint.soundness import RANGES
from layers_contract.spec.nodes import Api

Json = Any

RULES: Final = (*soundness.WHOLE, *soundness.RULES, *style.RULES)
BY_NAME: Final = {rule.__name__: rule for rule in RULES}

OPERATIONS: Final = {
    "generateContent": ("POST", "/v1/projects/{projectId}/content", {202}, "seed"),
    "listContent": ("GET", "/v1/projects/{projectId}/content", {200}, "seed"),
    "getContent": ("GET", "/v1/content/{containerId}", {200}, "seed"),
    "getContentProgress": ("GET", "/v1/content/{containerId}/progress", {200}, "seed"),
    "getContentAsset": ("GET", "/v1/content/{containerId}/assets/{assetId}", {200}, "seed"),
    "regenerateContent": ("POST", "/v1/content/{containerId}/regenerate", {202}, "seed"),
    "cloneContentFromPost": ("POST", "/v1/content/{containerId}/clone-from-post", {202}, "seed"),
    "rejectContent": ("POST", "/v1/content/{containerId}/reject", {200}, "seed"),
    "approveContent": ("POST", "/v1/content/{containerId}/approve", {200}, "linked"),
    "getJob": ("GET", "/v1/jobs/{jobId}", {200}, "seed"),
    "cancelJob": ("POST", "/v1/jobs/{jobId}/cancel", {200, 202}, "linked"),
    "getApprovalPolicy": ("GET", "/v1/projects/{projectId}/approval-policy", {200}, "linked"),
    "updateApprovalPolicy": ("PATCH", "/v1/projects/{projectId}/approval-policy", {200}, "linked"),
    "archiveProject": ("DELETE", "/v1/projects/{projectId}", {200}, "linked"),
}

LINKS: Final = f"{GENERATE}/responses/202/links"
ASSET: Final = "/paths/~1v1~1content~1{containerId}~1assets~1{assetId}/get"
ACCEPTED: Final = f"{GENERATE}/responses/202"
EXAMPLE: Final = f"{ACCEPTED}/content/application~1json/examples"

FAULTS: Final = (
    Fault("operations_have_names", {f"{GENERATE}/operationId": "getJob"}),
    Fault("operations_have_names", {f"{GENERATE}/operationId": GONE}),
    Fault("operations_have_names", {f"{ASSET}/operationId": GONE}),
    Fault("parts_are_whole", {"/info/version": GONE}),
    Fault("parts_are_whole", {"/info": GONE}),
    Fault("parts_are_whole", {f"{ACCEPTED}/description": GONE}),
    Fault("references_lead_somewhere", {"/components/responses/Invalid": GONE}),
    Fault("references_lead_somewhere", {f"{JOB}/responses/401/$ref": "other.yaml#/x"}),
    Fault("operations_can_succeed", {f"{ASSET}/responses/200": GONE}),
    Fault("operations_can_succeed", {"/paths/~1v1~1jobs~1{jobId}/parameters": []}),
    Fault("operations_are_tagged", {f"{GENERATE}/tags": ["content", "jobs"]}),
    Fault("operations_are_tagged", {f"{GENERATE}/security": GONE}),
    Fault("operations_document_refusals", {f"{JOB}/responses/401": GONE}),
    Fault("operations_document_refusals", {f"{JOB}/responses/429": GONE}),
    Fault("operations_document_refusals", {f"{JOB}/responses/4XX": GONE}),
    Fault("answers_carry_request_ids", {f"{ACCEPTED}/headers/X-Request-Id": GONE}),
    Fault("answers_carry_request_ids", {f"{JOB}/responses/304/headers/X-Request-Id": GONE}),
    Fault("links_lead_to_operations", {f"{LINKS}/getJob/operationId": "pollJob"}),
    Fault("links_lead_to_operations", {f"{LINKS}/getJob/parameters/id": "$response.body#/jobId"}),
    Fault("links_read_what_is_there", {f"{LINKS}/getJob/parameters/jobId": "$response.body#/id"}),
    Fault("links_read_what_is_there", {f"{LINKS}/getJob/parameters/jobId": "$request.body#/id"}),
    Fault("links_read_what_is_there", {f"{LINKS}/getJob/parameters/jobId": "$request.query.id"}),
    Fault("links_read_what_is_there", {f"{LINKS}/getJob/parameters/jobId": "$response.header.Id"}),
    Fault("links_read_what_is_there", {f"{LINKS}/getJob/parameters/jobId": "$answer.id"}),
    Fault("makers_link_to_takers", {f"{LINKS}/approveContent": GONE}),
    Fault("makers_link_to_takers", {f"{REJECT}/responses/200/links/cancelJob": GONE}),
    Fault("readers_are_linked", {f"{READ}/responses/200/links/getContentAsset": GONE}),
    *(
        Fault(
            "ranges_are_not_empty", {f"{SCHEMAS}/Caption/{low}": 2, f"{SCHEMAS}/Caption/{high}": 1}
        )
        for low, high in RANGES
    ),
    Fault("arrays_have_items", {f"{SCHEMAS}/Brief/properties/themeTags/items": GONE}),
    Fault("schemas_are_objects", {f"{SCHEMAS}/Brief/properties/themeTags/items": True}),
    Fault("schemas_are_objects", {f"{SCHEMAS}/Brief/properties/hook": False}),
    Fault("lists_are_exploded", {f"{LIST}/parameters/0/explode": False}),
    Fault("enums_are_not_nullable", {f"{SCHEMAS}/CloneMode/type": ["string", "null"]}),
    Fault("enums_are_not_nullable", {f"{SCHEMAS}/CloneMode/enum/-": None}),
    Fault("answers_are_open", {f"{SCHEMAS}/Asset/additionalProperties": False}),
    Fault("answers_are_open", {f"{SCHEMAS}/ErrorDetail/unevaluatedProperties": False}),
    Fault("required_names_are_properties", {f"{SCHEMAS}/Caption/required/-": "language"}),
    Fault("required_names_are_properties", {f"{SCHEMAS}/AcceptedJob/allOf/1/required/-": "id"}),
    Fault("patterns_compile", {f"{SCHEMAS}/JobId/pattern": "^job_(.+$"}),
    Fault("defaults_fit", {f"{LIST}/parameters/4/schema/default": 201}),
    Fault("defaults_fit", {f"{SCHEMAS}/CloneRequest/properties/mode/default": "copy"}),
    Fault("examples_fit", {f"{EXAMPLE}/seed/value/status": "accepted"}),
    Fault("examples_fit", {f"{EXAMPLE}/seed/value/startedAt": "yesterday"}),
    Fault("examples_fit", {f"{EXAMPLE}/seed/value/projectId": "254a4ce1"}),
    Fault("examples_fit", {"/components/parameters/JobId/examples/seed/value": "cnt_1"}),
    Fault("examples_fit", {"/components/headers/RetryAfter/example": 3}),
    Fault("examples_fit", {f"{SCHEMAS}/Caption/examples/0/text": None}),
    Fault("examples_fit", {f"{SCHEMAS}/Job/properties/jobId/$ref": "#/components/schemas/Id"}),
    Fault("bodies_have_examples", {EXAMPLE: GONE}),
    Fault(
        "bodies_have_examples", {f"{GENERATE}/requestBody/content/application~1json/examples": {}}
    ),
    Fault("answers_have_sources", {"/x-source": GONE, f"{SCHEMAS}/Caption/x-source": GONE}),
    Fault("parts_declare_sources", {f"{GENERATE}/x-source": GONE}),
    Fault("parts_declare_sources", {f"{SCHEMAS}/Caption/x-source": GONE}),
    Fault("parts_declare_sources", {"/components/headers/ETag/x-source": GONE}),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_document_keeps_the_house_rules(rule: Any) -> None:
    """The document breaks no house rule."""
    assert list(rule(Api(load().raw))) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_rule_sees_its_fault(fault: Fault) -> None:
    """A rule reports a problem that was not there before the fault was made."""
    rule, document = BY_NAME[fault.rule], load().raw
    before = set(rule(Api(document)))
    assert set(rule(Api(fault.applied_to(document)))) - before


def test_every_rule_has_a_fault() -> None:
    """No house rule is unproved."""
    assert {fault.rule for fault in FAULTS} == set(BY_NAME)


def test_the_style_runs_every_rule() -> None:
    """What a rule finds is among the findings, unless an extension is wrong before that."""
    document, silent = load().raw, set(BY_NAME)
    for fault in FAULTS:
        broken = fault.applied_to(document)
        found = set(BY_NAME[fault.rule](Api(broken)))
        if found <= set(findings(Document(broken), style=True)):
            silent.discard(fault.rule)
    assert silent == set()


def test_the_style_is_not_every_document_s() -> None:
    """Another API's document breaks no rule, and has its own style."""
    document = load(Path("examples/predictions/openapi.yaml"))
    assert findings(document) == []
    assert any("X-Request-Id" in each for each in findings(document, style=True))


def test_the_operations_are_the_decided_ones() -> None:
    """Fourteen operations, each with its method, path, success statuses and source."""
    found = {
        name: (o.method, o.path, {s for s in o.success if s < 300}, o.source)
        for name, o in load().operations.items()
    }
    assert found == OPERATIONS


def test_the_key_goes_into_a_header() -> None:
    """Every operation asks for the API key, in the header that the seed names."""
    document = load()
    assert document.security_header == "X-Api-Key"
    assert {str(o.raw["security"]) for o in document.operations.values()} == {"[{'ApiKey': []}]"}


def test_yaml_is_read_as_json(tmp_path: Path) -> None:
    """Dates and `yes` stay strings; null, booleans and numbers are what they look like."""
    file = tmp_path / "values.yaml"
    file.write_text("[2026-04-18, 2026-04-18T12:04:11Z, yes, NO, on, null, ~, true, false, 1, 1.5]")
    strings = ["2026-04-18", "2026-04-18T12:04:11Z", "yes", "NO", "on"]
    assert read_yaml(file) == [*strings, None, None, True, False, 1, 1.5]


def test_the_client_generator_has_nothing_to_say(tmp_path: Path) -> None:
    """openapi-python-client generates every operation without a warning or a stray `repr`."""
    config = tmp_path / "config.yaml"
    config.write_text("post_hooks: []\n")  # formatting is not what is tried here
    client = tmp_path / "client"
    generate = [
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--path", str(default_path()), "--config", str(config), "--meta", "none"),
        *("--output-path", str(client), "--fail-on-warning"),
    ]
    done = subprocess.run(generate, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "arning" not in done.stdout + done.stderr
    written = [path.read_text(encoding="utf-8") for path in client.rglob("*.py")]
    assert not [text for text in written if "object at 0x" in text]
    assert len([*client.glob("api/*/*.py")]) - len([*client.glob("api/*/__init__.py")]) == 14
