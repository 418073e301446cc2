"""What Redocly reports becomes a partner's changes: rated, told in a sentence, with its reach."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.gate.seeds.seed import JOB, LIST, POST, READ, REJECT, SCHEMAS, Edit, drop, move, put
from tests.helpers.seeding import document

from layers_contract.diff import node, openapi, redocly
from layers_contract.diff.model import Change
from layers_contract.diff.redocly import Difference
from layers_contract.spec.nodes import tokens
from layers_contract.spec.problems import RefusedError

Json = Any

LIMIT = "The query parameter `limit` of listContent"
BODY = f"{REJECT}/requestBody/content/application~1json/schema"
ANSWER = f"{READ}/responses/200/content/application~1json/schema"


def differs(kind: Any, type_: str, way: str, **more: Any) -> Difference:
    given = {"property": "", "old": None, "new": None, "rule": "", "message": "", **more}
    return Difference(kind, type_, way=tuple(tokens(way)), **given)


def made_of(monkeypatch: pytest.MonkeyPatch, edit: Edit, *found: Difference) -> list[Change]:
    """The changes that come of an edit, of which Redocly reports what it is given."""
    monkeypatch.setattr(redocly, "differences", lambda _old, _new: list(found))
    return openapi.between(document(), document(edit))


CASES: dict[str, tuple[Edit, Difference, str, str, str]] = {
    "a limit of a request": (
        put(f"{SCHEMAS}/RejectRequest/properties/reason/maxLength", 512),
        differs(
            "modified",
            "Schema",
            f"{BODY}/properties/reason",
            property="maxLength",
            old=1024,
            new=512,
            rule="schema-constraint-changed",
        ),
        "breaking schema-constraint-changed",
        "`reason` of RejectRequest may now be at most 512 characters, not 1,024.",
        "Send only what is allowed now.",
    ),
    "a limit that is wider": (
        put(f"{SCHEMAS}/RejectRequest/properties/reason/maxLength", 2048),
        differs(
            "modified",
            "Schema",
            f"{BODY}/properties/reason",
            property="maxLength",
            old=1024,
            new=2048,
        ),
        "addition field-relaxed",
        "`reason` of RejectRequest may now be at most 2,048 characters, not 1,024.",
        "Nothing to do.",
    ),
    "a request field that is gone": (
        drop(f"{SCHEMAS}/RejectRequest/properties/patch"),
        differs("removed", "Schema", f"{BODY}/properties/patch"),
        "breaking request-field-removed",
        "`patch` of RejectRequest is gone.",
        "Stop sending it; it is not heeded any more.",
    ),
    "a request field with another name": (
        move(f"{SCHEMAS}/RejectRequest/properties/patch", "changes"),
        differs(
            *("modified", "Schema", f"{BODY}/properties/changes"),
            property="key",
            old="patch",
            new="changes",
        ),
        "breaking request-field-renamed",
        "`changes` of RejectRequest is the new name of `patch`.",
        "Use `changes` in its place.",
    ),
    "a default": (
        put(f"{LIST}/parameters/4/schema/default", 50),
        differs(
            "modified",
            "Schema",
            f"{LIST}/parameters/4/schema",
            property="default",
            old=25,
            new=50,
        ),
        "breaking default-changed",
        f"{LIMIT} is now taken to be 50 where it is left out, not 25.",
        "Send the value that you want, where you left it out.",
    ),
    "one more success": (
        put(f"{READ}/responses/206", {"description": "A part."}),
        differs("added", "Response", f"{READ}/responses/206", new={"description": "A part."}),
        "breaking success-status-added",
        "The 206 of getContent is a new success.",
        "Take it for a success too.",
    ),
    "one more refusal": (
        put(f"{READ}/responses/410", {"description": "Gone."}),
        differs("added", "Response", f"{READ}/responses/410", new={"description": "Gone."}),
        "addition response-added",
        "The 410 of getContent is new.",
        "Nothing to do.",
    ),
    "a body that is required": (
        put(f"{JOB}/requestBody", {"required": True}),
        differs("added", "RequestBody", f"{JOB}/requestBody", new={"required": True}),
        "breaking request-body-added",
        "The request body of getJob is new, and required.",
        "Send a body with every call.",
    ),
    "a header that may be missing": (
        put("/components/headers/RetryAfter/required", value=False),
        differs(
            "modified",
            "Header",
            f"{READ}/responses/429/headers/Retry-After",
            property="required",
            old=True,
            new=False,
        ),
        "breaking response-header-optional",
        "The header `Retry-After` may now be missing.",
        "Be ready for an answer without it.",
    ),
    "null in an answer": (
        put(f"{SCHEMAS}/Container/properties/format/nullable", value=True),
        differs(
            "modified",
            "Schema",
            f"{ANSWER}/properties/format",
            property="nullable",
            new=True,
        ),
        "breaking null-changed",
        "`format` of Container may now be null.",
        "Be ready to read null.",
    ),
    "no null in an answer": (
        drop(f"{SCHEMAS}/Container/properties/lastError"),
        differs(
            "modified",
            "Schema",
            f"{ANSWER}/properties/lastError",
            property="nullable",
            old=True,
        ),
        "addition field-relaxed",
        "`lastError` of Container is no longer null.",
        "Nothing to do.",
    ),
    "a field that may only be read": (
        put(f"{SCHEMAS}/RejectRequest/properties/reason/readOnly", value=True),
        differs(
            "modified",
            "Schema",
            f"{BODY}/properties/reason",
            property="readOnly",
            new=True,
        ),
        "breaking field-one-way",
        "`reason` of RejectRequest may now only be read.",
        "Read it or send it only where it is allowed.",
    ),
    "another tag": (
        put(f"{JOB}/tags", ["content"]),
        differs("modified", "Operation", JOB, property="tags", old=["jobs"], new=["content"]),
        "breaking tag-changed",
        "getJob now belongs to `content`, not to `jobs`.",
        "Look for the method under the new tag in generated clients.",
    ),
    "a second tag": (
        put(f"{JOB}/tags", ["jobs", "polling"]),
        differs(
            "modified",
            "Operation",
            JOB,
            property="tags",
            old=["jobs"],
            new=["jobs", "polling"],
        ),
        "wording words-changed",
        "getJob is described in other words.",
        "Nothing to do.",
    ),
    "another operationId": (
        put(f"{JOB}/operationId", "readJob"),
        differs(
            "modified",
            "Operation",
            JOB,
            property="operationId",
            old="getJob",
            new="readJob",
            rule="operation-id-changed",
        ),
        "breaking operation-id-changed",
        "getJob is now called readJob.",
        "Use the method's new name in generated clients; the call is the same.",
    ),
    "a schema by another name": (
        drop(f"{SCHEMAS}/Caption"),
        differs("removed", "Schema", f"{SCHEMAS}/Caption"),
        "breaking schema-removed",
        "The schema Caption is gone, or has another name.",
        "Use the type that takes its place in generated clients.",
    ),
    "a keyword that nobody rates": (
        put(f"{SCHEMAS}/Caption/x", 1),
        differs(
            "modified",
            "Schema",
            f"{SCHEMAS}/Caption",
            property="discriminator",
            new={"propertyName": "platform"},
        ),
        "breaking keyword-unrated",
        "Caption now has `discriminator`.",
        "Compare your use of it with the document.",
    ),
    "a description": (
        put(f"{SCHEMAS}/Caption/description", "Words."),
        differs("modified", "Schema", f"{SCHEMAS}/Caption", property="description", new="Words."),
        "wording words-changed",
        "Caption is described in other words.",
        "Nothing to do.",
    ),
    "what is on its way out": (
        put(f"{JOB}/deprecated", value=True),
        differs("modified", "Operation", JOB, property="deprecated", new=True),
        "addition deprecated",
        "getJob is deprecated now.",
        "Plan to do without it.",
    ),
    "an enum value of an answer": (
        put(f"{SCHEMAS}/AssetKind/enum", ["video", "image", "audio"]),
        differs(
            "modified",
            "Schema",
            f"{ANSWER}/properties/assets/items/properties/kind",
            property="enum",
            old=["video", "image"],
            new=["video", "image", "audio"],
            rule="enum-values-added",
        ),
        "breaking enum-values-added",
        "AssetKind may now also be `audio`.",
        "Be ready to read it.",
    ),
    "no key any more": (
        put(f"{JOB}/security", []),
        differs("removed", "SecurityRequirement", f"{JOB}/security/0", old={"ApiKey": []}),
        "addition security-removed",
        "getJob may now be called without what was needed to authenticate.",
        "Nothing to do.",
    ),
    "another schema": (
        put(ANSWER, {"$ref": "#/components/schemas/Job"}),
        differs(
            "removed",
            "Schema",
            f"{ANSWER}/properties/captions",
            rule="property-removed",
        ),
        "breaking reference-changed",
        "The 200 of getContent is now a Job, not a Container.",
        "Read and write the new shape.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_difference_is_rated_and_told(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs has its rating, its sentence and what is to be done."""
    edit, found, rated, what, todo = CASES[case]
    (change,) = made_of(monkeypatch, edit, found)
    assert f"{change.rating} {change.rule}" == rated
    assert (change.what, change.todo) == (what, todo)


def test_a_shared_component_is_one_change_with_all_that_it_reaches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change reported where one operation uses a schema is that of each one that does."""
    edit, found, *_ = CASES["an enum value of an answer"]
    (change,) = made_of(monkeypatch, edit, found)
    assert change.where == "#/components/schemas/AssetKind"
    assert change.operations[:2] == ("generateContent", "listContent")
    assert len(change.operations) == 9


def test_what_refers_to_another_schema_is_one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that differs behind another reference is told once, for who refers, at its worst."""
    edit, found, *_ = CASES["another schema"]
    other = differs("added", "Schema", f"{ANSWER}/properties/stage")
    (change,) = made_of(monkeypatch, edit, other, found)
    assert (change.rating, change.operations) == ("breaking", ("getContent",))


def test_a_required_field_that_is_new_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a field is there, and that it is required, is one change."""
    required = differs(
        "modified",
        "Schema",
        BODY,
        property="required",
        old=["reason"],
        new=["reason", "tone"],
        rule="required-properties-added",
    )
    field = differs("added", "Schema", f"{BODY}/properties/tone", new={"type": "string"})
    edit = put(f"{SCHEMAS}/RejectRequest/properties/tone", {"type": "string"})
    (change,) = made_of(monkeypatch, edit, required, field)
    assert change.what == "`tone` of RejectRequest is required now."


def test_examples_are_compared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redocly looks into no example, so that one which differs is found without it."""
    edit = put(f"{SCHEMAS}/Job/examples", [])
    (change,) = made_of(monkeypatch, edit)
    assert (change.rating, change.rule) == ("wording", "examples-changed")


def test_what_redocly_does_not_report_is_breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A difference that nothing has rated is no harmless one."""
    (change,) = made_of(monkeypatch, put(f"{POST}/requestBody/required", value=False))
    assert (change.rating, change.rule) == ("breaking", "unrated")
    assert change.operations == ("generateContent",)


def test_what_redocly_does_not_report_is_found_beside_what_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change that is told in one part of the document hides none in another."""
    edit, found, *_ = CASES["a limit of a request"]
    newer = document(edit, put(f"{POST}/requestBody/required", value=False))
    monkeypatch.setattr(redocly, "differences", lambda _old, _new: [found])
    rules = [change.rule for change in openapi.between(document(), newer)]
    assert rules == ["schema-constraint-changed", "unrated"]


def test_links_are_compared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that leads elsewhere is a matter of wording, and found without Redocly."""
    link = "/paths/~1v1~1jobs~1{jobId}/get/responses/200/links/cancelJob/parameters/jobId"
    (change,) = made_of(monkeypatch, put(link, "$response.body#/id"))
    assert (change.rating, change.rule) == ("wording", "links-changed")
    assert change.operations == ("getJob",)


def test_a_reference_that_is_written_out_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that is put together in another way has changed in wording alone."""
    kind = document()["components"]["schemas"]["AssetKind"]
    edit = put(f"{SCHEMAS}/Asset/properties/kind", kind)
    (change,) = made_of(monkeypatch, edit)
    assert (change.rating, change.rule) == ("wording", "rearranged")


def test_the_version_alone_is_no_change() -> None:
    """Redocly is not even asked where nothing but the version differs."""
    assert openapi.between(document(), document(put("/info/version", "9.9.9"))) == []


def test_a_document_is_given_without_what_others_compare() -> None:
    """Redocly sees neither extensions nor examples, but payloads and names as they are."""
    given = redocly.plain(document(put(f"{SCHEMAS}/Job/properties/x-odd", {"type": "string"})))
    text = json.dumps(given)
    assert "x-source" not in text
    assert "X-Request-Id" in text
    assert '"examples"' not in text
    assert "x-odd" in given["components"]["schemas"]["Job"]["properties"]


def test_null_beside_one_other_is_written_as_nullable() -> None:
    """Redocly takes branches apart, and would call null that is gone breaking."""
    found = redocly.plain(document())["components"]["schemas"]["Container"]["properties"]
    assert found["lastError"]["$ref"] == "#/components/schemas/RenderError"
    assert found["lastError"]["nullable"] is True
    assert "anyOf" not in found["lastError"]


def test_a_report_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Redocly's report the rule counts that calls a change major."""
    verdicts = [{"ruleId": "a", "impact": "minor"}, {"ruleId": "b", "impact": "major"}]
    raw = {
        "path": "#/paths/~1v1/get",
        "typeName": "Operation",
        "kind": "modified",
        "property": "tags",
        "base": {"value": ["x"]},
        "revision": {"value": ["y"]},
        "impact": "major",
        "verdicts": [{**v, "message": "m"} for v in verdicts],
    }
    monkeypatch.setattr(node, "redocly", lambda *_: json.dumps({"changes": [raw]}))
    (found,) = redocly.differences({}, {})
    assert (found.way, found.rule, found.message) == (("paths", "/v1", "get"), "b", "m")
    assert (found.property, found.old, found.new) == ("tags", ["x"], ["y"])


@pytest.mark.parametrize("report", ["", "{}", '{"changes": [{"kind": "added"}]}', "[]"])
def test_a_report_in_another_form_is_refused(report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another Redocly that reports otherwise stops the build with a line, not a traceback."""
    redocly._report.cache_clear()
    monkeypatch.setattr(node, "redocly", lambda *_: report)
    with pytest.raises(RefusedError, match=r"another form than 2\.77\.0"):
        redocly.differences({}, {})


def test_the_configuration_is_beside_the_code() -> None:
    """Without its configuration Redocly would rate everything as a patch."""
    assert "diff-recommended" in redocly.CONFIG.read_text(encoding="utf-8")
    assert isinstance(redocly.CONFIG, Path)
