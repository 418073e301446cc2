"""The document in this package's words: places, sources, paths, lifecycles, roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import contract

from layers_contract.spec.contract import seconds
from layers_contract.spec.document import (
    Document,
    DocumentError,
    load,
    pointer,
    surest,
    to_pointer,
    weakest,
)

GENERATE = ("paths", "/v1/projects/{projectId}/content", "post")
BODY = (*GENERATE, "requestBody", "content", "application/json", "schema")


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"a": {"b": 1}}, "/a/b", 1),
        ({"a": [1, 2]}, "/a/1", 2),
        ({"a/b": {"c~d": 1}}, "/a~1b/c~0d", 1),
        ({"a": 1}, "", {"a": 1}),
        ({"a": 1}, "/b", None),
        ({"a": 1}, "/a/b", None),
        ([1], "/1", None),
        ([1], "/-", None),
        (None, "/a", None),
        ("text", "/0", None),
    ],
)
def test_a_pointer_leads_to_a_value_or_nowhere(value: Any, path: str, expected: Any) -> None:
    """What is not there is None, whatever the value is."""
    assert pointer(value, path) == expected


def test_a_place_has_a_pointer() -> None:
    """Names with slashes and tildes lead back to where they came from."""
    assert pointer({"a/b": [{"~": 7}]}, to_pointer(("a/b", 0, "~"))) == 7


def test_sources_have_an_order() -> None:
    """The seed is surest, an assumption weakest."""
    assert surest(["linked", "seed", "assumed"]) == "seed"
    assert weakest(["linked", "seed", "derived"]) == "derived"


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ({}, {("", "assumed")}),
        ({"brief": {"hook": ""}}, {("/brief/hook", "assumed")}),
        ({"brief": {"hook": "x"}, "format": "film"}, {("/format", "seed")}),
        ({"brief": {"hook": "x", "influencerId": "x"}}, {("/brief/influencerId", "assumed")}),
        ({"brief": {"hook": "x"}, "news": 1}, set()),
    ],
)
def test_a_problem_has_the_source_of_its_constraint(
    value: Any, source: set[tuple[str, str]]
) -> None:
    """Where a value breaks a schema, it is said where, and how sure the constraint is."""
    found = contract().document.problems(BODY, value)
    assert {(each.at, each.source) for each in found} == source


def test_a_value_that_is_no_unicode_is_a_problem_at_most() -> None:
    """A lone surrogate, which JSON can carry, does not break the validator."""
    found = contract().document.problems(BODY, {"brief": {"hook": "\ud800", "themeTags": 1}})
    assert any(each.at == "/brief/themeTags" for each in found)


@pytest.mark.parametrize(
    ("method", "path", "operation", "ids"),
    [
        ("GET", "/v1/content/cnt_1", "getContent", {"containerId": "cnt_1"}),
        ("get", "/v1/content/a%2Fb", "getContent", {"containerId": "a/b"}),
        (
            *("GET", "/v1/content/c/assets/a", "getContentAsset"),
            {"containerId": "c", "assetId": "a"},
        ),
        ("DELETE", "/v1/projects/p", "archiveProject", {"projectId": "p"}),
    ],
)
def test_a_path_names_an_operation(
    method: str, path: str, operation: str, ids: dict[str, str]
) -> None:
    """A method and a path lead to their operation, with its parameters decoded."""
    found = contract().document.match(method, path)
    assert found is not None
    assert (found[0].id, found[1]) == (operation, ids)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/content/cnt_1"),
        ("GET", "/v1/content/cnt_1/"),
        ("GET", "/v1/content/"),
        ("GET", "/v2/content/cnt_1"),
        ("GET", "/v1/content/a/b"),
        ("GET", "x/v1/content/cnt_1"),
    ],
)
def test_another_path_names_none(method: str, path: str) -> None:
    """What is not in the document has no operation."""
    assert contract().document.match(method, path) is None


def test_a_path_is_filled_and_found_again() -> None:
    """Every operation's path, filled in, leads back to it."""
    for operation in contract().operations.values():
        ids = {each.name: f"x{n}" for n, each in enumerate(operation.path_parameters)}
        assert contract().document.match(operation.method, operation.url(**ids)) == (operation, ids)


def test_an_id_cannot_leave_its_place_in_a_path() -> None:
    """Whatever a server calls its resources, the path has as many parts as before."""
    operation = contract().operations["getContent"]
    for name in ("../../x", "a/b", "a?b=c", "a#b", "a%2fb", "a b", "ü\n"):
        path = operation.url(containerId=name)
        assert path.isprintable(), name
        assert contract().document.match("GET", path) == (operation, {"containerId": name})


def test_a_status_is_documented_by_itself_or_by_its_range() -> None:
    """409 is 409, 418 is any refusal, 500 any failure, 302 nothing."""
    operation = contract().operations["generateContent"]
    found = {status: operation.response(status) for status in (202, 409, 418, 500, 302)}
    assert {s: r.status if r else None for s, r in found.items()} == {
        202: "202",
        409: "409",
        418: "4XX",
        500: "5XX",
        302: None,
    }
    assert operation.success == {202}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read ("),
        ("a: [", "not YAML ("),
        ("", "not an OpenAPI document ("),
        ("null", "not an OpenAPI document ("),
        ("- paths", "not an OpenAPI document ("),
        ("openapi: 3.1.0", "not an OpenAPI document ("),
    ],
)
def test_what_is_no_document_is_said_in_one_line(
    tmp_path: Path, content: str | None, message: str
) -> None:
    """A missing file, a file that is no YAML, and an empty one are named."""
    file = tmp_path / "layers.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_null_in_yaml_is_null(tmp_path: Path) -> None:
    """Every way to write null, and an empty value, is None; the words for it in quotes are text."""
    file = tmp_path / "layers.yaml"
    file.write_text("paths: {}\na: null\nb: ~\nc:\nd: 'null'\ne: NULL\n", encoding="utf-8")
    assert load(file).raw == {"paths": {}, "a": None, "b": None, "c": None, "d": "null", "e": None}


def test_a_document_may_be_made_of_values() -> None:
    """An empty document has no operation and no promise."""
    assert (Document({"paths": {}}).operations, Document({"paths": {}}).promises) == ({}, {})


def test_the_render_moves_as_the_document_says() -> None:
    """What may be seen after a state, and how each ending is called."""
    render = contract().render
    assert render.initial == ("queued",)
    assert render.reach["generating"] == {"generating", "completed", "failed", "canceled"}
    assert all(render.reach[state] == {state} for state in render.endings)
    assert {render.ending(how) for how in ("success", "failure", "cancel")} == set(render.endings)
    assert render.path("success") == ("queued", "generating", "completed")
    assert render.path("failure") == ("queued", "generating", "failed")


def test_the_job_mirrors_the_render() -> None:
    """Every state of a container is a state of its job."""
    mirror = contract().render.mirror
    assert set(mirror) == set(contract().job.states)
    assert sorted(each for states in mirror.values() for each in states) == sorted(
        contract().render.states
    )


def test_causes_and_refusals_are_the_documents() -> None:
    """Who cancels, and who is refused in which state."""
    render, review = contract().render, contract().review
    assert render.causes("canceled") == {"cancelJob", "archiveProject"}
    refusal = render.refusal("regenerateContent", "canceled")
    assert refusal is not None
    assert (refusal.status, refusal.code, refusal.source) == (409, "CONFLICT", "assumed")
    assert render.refusal("regenerateContent", "completed") is None
    assert review.refusal("approveContent", "pending") is None
    assert review.gate is not None
    assert (review.gate.open, review.gate.closed) == ("not_required", "pending")


@pytest.mark.parametrize(
    ("field", "state", "value", "holds"),
    [
        ("/assets", "completed", [], False),
        ("/assets", "completed", [{}], True),
        ("/assets", "queued", None, True),
        ("/lastError", "failed", {}, False),
        ("/lastError", "completed", "", True),
        ("/lastError", "completed", {"code": "X"}, False),
    ],
)
def test_a_field_is_empty_or_filled_by_state(
    field: str, state: str, value: Any, holds: bool
) -> None:
    """A rule of a state holds for null, absent and empty alike."""
    rules = [r for r in contract().render.fields if r.field == field and state in r.states]
    resource = {} if value is None else {field[1:]: value}
    assert [rule.holds(resource) for rule in rules] == [holds]


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("generateContent", None, True),
        ("rejectContent", {"regenerate": True}, True),
        ("rejectContent", {"regenerate": False}, False),
        ("rejectContent", {"regenerate": 1}, False),
        ("rejectContent", None, False),
    ],
)
def test_some_calls_start_a_render_only_where_they_ask_for_it(
    operation: str, body: Any, expected: bool
) -> None:
    """A rejection asks for a render by a member of its body, a generate call by itself."""
    assert contract().starts[operation].asked(body) is expected


def test_idempotency_pagination_and_polling_are_the_documents() -> None:
    """The words for repeated calls, pages and polls are read, with their durations in seconds."""
    rule = contract().idempotency
    assert (rule.header, rule.window, rule.conflict_status, rule.conflict_code) == (
        *("Idempotency-Key", 86_400.0, 409),
        "IDEMPOTENCY_CONFLICT",
    )
    assert contract().idempotent == {
        *("generateContent", "regenerateContent"),
        "cloneContentFromPost",
    }
    [pages] = contract().lists.values()
    assert (pages.items, pages.next, pages.cursor, pages.limit) == (
        *("/items", "/nextCursor"),
        *("cursor", "limit"),
    )
    assert contract().polls["getJob"].initial == 2.0
    assert contract().starts["rejectContent"].when == "/regenerate"
    assert not contract().starts["cloneContentFromPost"].when


@pytest.mark.parametrize(
    ("resources", "operation"),
    [
        (("container",), "getContent"),
        (("job",), "getJob"),
        (("container", "asset"), "getContentAsset"),
        (("project",), "getApprovalPolicy"),
    ],
)
def test_a_resource_has_its_reader(resources: tuple[str, ...], operation: str) -> None:
    """The plain read of a resource is neither its list nor a side of it."""
    assert contract().reader(*resources).id == operation


def test_codes_go_with_statuses() -> None:
    """Each documented code has its status, and a status its first code."""
    assert contract().error_codes["IDEMPOTENCY_CONFLICT"] == (409,)
    assert contract().error_code(409) == "CONFLICT"
    assert contract().error_code(418) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[("PT2S", 2), ("PT0.5S", 0.5), ("PT1M30S", 90), ("PT1H", 3_600), ("PT24H", 86_400)],
        *[("P1D", 86_400), ("P2W", 1_209_600), ("P1DT2H3M4S", 93_784)],
    ],
)
def test_a_duration_is_so_many_seconds(text: str, expected: float) -> None:
    """ISO 8601 durations of weeks to seconds are read."""
    assert seconds(text) == expected
