"""The document's extensions are known, in their place, in shape and in accord; else it is said."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml
from tests.helpers.mutants import GENERATE, GONE, JOB, LIST, REJECT, SCHEMAS, Fault, edit
from tests.helpers.places import ROOT

from layers_contract.spec.document import load
from layers_contract.spec.lint import extensions as lint_extensions
from layers_contract.spec.lint.extensions import SCHEMA, check, names, places
from layers_contract.spec.lint.references import RULES
from layers_contract.spec.nodes import Api, Node, walk

Json = Any

BY_NAME: Final = {rule.__name__: rule for rule in RULES}
PROSE: Final = (ROOT / "openapi" / "extensions.md").read_text(encoding="utf-8")
SECTIONS: Final = dict(
    re.findall(r"^## (x-[a-z-]+)\n(.*?)(?=^## |\Z)", PROSE, re.MULTILINE | re.DOTALL)
)

RENDER: Final = f"{SCHEMAS}/Container/x-lifecycles/render"
APPROVAL: Final = f"{SCHEMAS}/Container/x-lifecycles/approval"
TASK: Final = f"{SCHEMAS}/Job/x-lifecycles/job"
STEP: Final = {"from": ["generating"], "to": ["failed"], "by": "server", "source": "assumed"}
REFUSAL: Final = {
    "operation": "cancelJob",
    "in": ["queued"],
    "status": 409,
    "code": "CONFLICT",
    "source": "assumed",
}
PAGES: Final = f"{LIST}/x-pagination"
POLL: Final = f"{JOB}/x-polling"
STARTS: Final = f"{REJECT}/x-starts"
LIMITS: Final = "/x-rate-limits"
CODES: Final = f"{SCHEMAS}/ErrorDetail/x-error-codes"
SOURCE: Final = f"{SCHEMAS}/Brief/properties/hook/x-source"

FAULTS: Final = (
    Fault("promise_ids_are_unique", {"/x-promises/1/id": "schema.status"}),
    Fault("promise_ids_are_unique", {f"{GENERATE}/x-promises/0/id": "schema.status"}),
    Fault("sources_name_keywords", {f"{SOURCE}/maximum": "assumed"}),
    Fault("lifecycle_names_are_unique", {f"{SCHEMAS}/Job/x-lifecycles/render": {}}),
    Fault("lifecycles_name_operations", {f"{RENDER}/transitions/0/by/0": "makeContent"}),
    Fault("lifecycles_name_operations", {f"{RENDER}/refusals/0/operation": "renderAgain"}),
    Fault("lifecycles_name_operations", {f"{APPROVAL}/gate/operation": "getPolicy"}),
    Fault("lifecycles_name_states", {f"{RENDER}/transitions/1/from/0": "waiting"}),
    Fault("lifecycles_name_states", {f"{RENDER}/transitions/1/to/0": "processing"}),
    Fault("lifecycles_name_states", {f"{RENDER}/refusals/0/in/0": "waiting"}),
    Fault("lifecycles_name_states", {f"{RENDER}/fields/0/in/0": "waiting"}),
    Fault("lifecycles_name_states", {f"{RENDER}/mirrors/states/running/0": "waiting"}),
    Fault("lifecycles_name_states", {f"{APPROVAL}/gate/closed": "open"}),
    Fault("states_are_the_enum", {f"{RENDER}/states/paused": {"source": "assumed"}}),
    Fault("states_are_the_enum", {f"{SCHEMAS}/ContainerStatus/enum/-": "paused"}),
    Fault("states_are_reachable", {f"{RENDER}/transitions/1/to/0": "queued"}),
    Fault("states_that_do_not_end_go_on", {f"{TASK}/states/canceled/ends": GONE}),
    Fault(
        "endings_are_left_by_operations",
        {f"{RENDER}/transitions/-": {**STEP, "from": ["failed"], "to": ["queued"]}},
    ),
    Fault(
        "endings_are_left_by_operations",
        {f"{RENDER}/transitions/-": {**STEP, "from": ["failed"], "to": ["canceled", "queued"]}},
    ),
    Fault("only_the_server_waits", {f"{RENDER}/transitions/0/after": "P1D"}),
    Fault("refused_operations_do_not_move", {f"{RENDER}/refusals/-": REFUSAL}),
    Fault("mirrors_fit", {f"{RENDER}/mirrors/schema": "Task"}),
    Fault("mirrors_fit", {f"{RENDER}/mirrors/lifecycle": "task"}),
    Fault("mirrors_fit", {f"{RENDER}/mirrors/states/failed": GONE}),
    Fault("mirrors_fit", {f"{RENDER}/mirrors/states/lost": ["failed"]}),
    Fault("mirrors_fit", {f"{RENDER}/mirrors/states/running": ["queued"]}),
    Fault("lifecycle_fields_are_there", {f"{RENDER}/field": "/state"}),
    Fault("lifecycle_fields_are_there", {f"{RENDER}/fields/0/field": "/files"}),
    Fault("resource_ids_are_there", {f"{SCHEMAS}/Job/x-resource/id": "/id"}),
    Fault("resource_ids_are_there", {f"{SCHEMAS}/Job/x-resource/project": "/p"}),
    Fault("gates_are_switches", {f"{APPROVAL}/gate/field": "/required"}),
    Fault("gates_are_switches", {f"{APPROVAL}/gate/field": "/firstNPostsBlocked"}),
    Fault("gates_are_switches", {f"{APPROVAL}/gate/values": {"true": ["pending"]}}),
    Fault("lifecycles_name_states", {f"{APPROVAL}/gate/values": {"true": ["open"]}}),
    Fault("refusals_are_documented", {f"{RENDER}/refusals/0/status": 410}),
    Fault("error_codes_are_listed", {f"{RENDER}/refusals/0/code": "BUSY"}),
    Fault("error_codes_are_listed", {f"{RENDER}/refusals/0/code": "NOT_FOUND"}),
    Fault("error_codes_are_listed", {"/x-idempotency/conflict/code": "KEY_REUSED"}),
    Fault("error_codes_are_listed", {"/x-idempotency/in-flight/code": "KEY_BUSY"}),
    Fault("error_codes_are_listed", {f"{LIMITS}/exceeded/code": "SLOW_DOWN"}),
    Fault("error_codes_are_listed", {f"{CODES}/IDEMPOTENCY_CONFLICT/status": 422}),
    Fault("error_codes_stand_beside_a_code", {f"{SCHEMAS}/ErrorDetail/properties/code": GONE}),
    Fault("starts_and_lifecycles_agree", {f"{GENERATE}/x-starts": GONE}),
    Fault(
        "starts_and_lifecycles_agree",
        {f"{JOB}/x-starts": {"container": "new", "job": "", "kind": "read", "source": "seed"}},
    ),
    Fault("starts_keep_or_make", {f"{GENERATE}/x-starts/container": "same"}),
    Fault("starts_keep_or_make", {f"{STARTS}/container": "new"}),
    Fault("starts_point_to_jobs", {f"{STARTS}/job": ""}),
    Fault("starts_point_to_jobs", {f"{STARTS}/job": "/render"}),
    Fault("starts_point_to_jobs", {f"{STARTS}/when": "/again"}),
    Fault("starts_point_to_jobs", {f"{STARTS}/when": "/reason"}),
    Fault("idempotent_operations_take_the_key", {"/x-idempotency": GONE}),
    Fault("idempotent_operations_take_the_key", {"/x-idempotency/header": "Key"}),
    Fault("idempotent_operations_take_the_key", {f"{GENERATE}/parameters/0": GONE}),
    Fault("idempotent_operations_take_the_key", {f"{GENERATE}/x-idempotent": GONE}),
    Fault("idempotent_operations_document_conflicts", {f"{GENERATE}/responses/409": GONE}),
    Fault("idempotent_operations_document_conflicts", {"/x-idempotency/in-flight/status": 425}),
    Fault("rate_classes_have_limits", {LIMITS: GONE}),
    Fault("rate_classes_have_limits", {f"{LIMITS}/tiers/pilot/read-light": GONE}),
    Fault("rate_classes_have_limits", {f"{JOB}/x-rate-class": "read-heavy"}),
    Fault("rate_limited_answers_have_headers", {f"{LIMITS}/exceeded/status": 420}),
    Fault("rate_limited_answers_have_headers", {f"{LIMITS}/exceeded/header": "Wait"}),
    Fault("rate_limited_answers_have_headers", {f"{LIMITS}/class-header": "X-Class"}),
    Fault("pages_are_documented", {f"{PAGES}/cursor": "after"}),
    Fault("pages_are_documented", {f"{PAGES}/limit": "size"}),
    Fault("pages_are_documented", {f"{PAGES}/items": "/containers"}),
    Fault("pages_are_documented", {f"{PAGES}/items": "/nextCursor"}),
    Fault("pages_are_documented", {f"{PAGES}/next": "/next"}),
    Fault("pages_are_documented", {f"{PAGES}/order/by": "/madeAt"}),
    Fault("pages_are_documented", {f"{PAGES}/filters/state": "/status"}),
    Fault("pages_are_documented", {f"{PAGES}/filters/status": "/state"}),
    Fault("polls_can_stop", {f"{SCHEMAS}/Job/x-lifecycles": GONE}),
    Fault("polls_can_stop", {f"{TASK}/states": {"running": {"source": "seed"}}}),
    Fault("polls_validate_by_documented_headers", {f"{POLL}/validator/request": "If-Match"}),
    Fault("polls_validate_by_documented_headers", {f"{POLL}/validator/response": "Tag"}),
    Fault("polls_validate_by_documented_headers", {f"{POLL}/validator/unchanged": 307}),
    Fault("resource_types_are_known", {"/components/parameters/JobId/x-resource": "task"}),
    Fault("resource_types_are_known", {f"{SCHEMAS}/Job/x-resource/contianer": "/containerId"}),
    Fault("resource_parameters_are_paths", {f"{LIST}/parameters/3/x-resource": "container"}),
)

MISPLACED: Final = {
    "unknown extension": ("/x-secret", True),
    "do you mean x-promises?": ("/x-promise", []),
    "do you mean x-source?": (f"{SCHEMAS}/Brief/X-Source", "seed"),
    "not in: operation": (f"{GENERATE}/x-lifecycles", {}),
    "not in: info": ("/info/x-source", "seed"),
    "not in: paths": ("/paths/x-source", "seed"),
    "not in: responses": (f"{GENERATE}/responses/x-source", "seed"),
    "not in: link": (f"{GENERATE}/responses/202/links/getJob/x-source", "seed"),
    "not in: media type": (
        f"{GENERATE}/requestBody/content/application~1json/x-source",
        "seed",
    ),
    "not in: parameter": (f"{LIST}/parameters/0/x-promises", []),
    "beside a $ref": (f"{GENERATE}/parameters/0/x-source", "seed"),
}

SHAPES: Final[tuple[tuple[str, Json], ...]] = (
    ("/x-source", "guess"),
    ("/x-source", {"type": "seed"}),
    ("/x-promises/0/id", "status"),
    ("/x-promises/0/id", "Schema.status"),
    ("/x-promises/0/source", "somewhere"),
    ("/x-promises/0/statement", "No full stop"),
    ("/x-promises/0/statement", "Two sentences. Not one."),
    ("/x-promises/0/not-observable", ""),
    ("/x-promises/0/statement", GONE),
    (f"{SOURCE}", {}),
    (f"{SOURCE}/type", "guess"),
    (f"{SCHEMAS}/Job/x-resource/id", "jobId"),
    ("/components/parameters/JobId/x-resource", {"type": "job"}),
    (f"{RENDER}/field", "status"),
    (f"{RENDER}/states/completed/ends", "well"),
    (f"{RENDER}/states/completed/source", GONE),
    (f"{RENDER}/transitions", []),
    (f"{RENDER}/transitions/0/to", []),
    (f"{RENDER}/transitions/0/by", "client"),
    (f"{RENDER}/transitions/0/by", []),
    (f"{RENDER}/refusals/0/status", 200),
    (f"{RENDER}/fields/0/is", "full"),
    (f"{RENDER}/mirrors/source", GONE),
    (f"{APPROVAL}/gate/open", GONE),
    (f"{STARTS}/container", "old"),
    (f"{STARTS}/when", "regenerate"),
    (f"{GENERATE}/x-idempotent", {}),
    ("/x-idempotency/window", "24h"),
    ("/x-idempotency/window", "P"),
    ("/x-idempotency/window", "P1DT"),
    ("/x-idempotency/window", "P1M"),
    ("/x-idempotency/scope/0", "tenant"),
    ("/x-idempotency/replay/status", 202),
    ("/x-idempotency/conflict/status", "409"),
    ("/x-idempotency/equal-bodies/value", "xml"),
    (f"{POLL}/schedule/factor", 0.5),
    (f"{POLL}/schedule/maximum", 10),
    (f"{POLL}/validator/unchanged", 200),
    (f"{PAGES}/order/direction", "newest"),
    (f"{PAGES}/filters/status", "status"),
    (f"{JOB}/x-rate-class", 1),
    (f"{LIMITS}/tiers/pilot/read-light", 0),
    (f"{LIMITS}/exceeded/header", "Retry After"),
    (f"{CODES}/not_found", {"status": 404, "source": "linked"}),
    (f"{CODES}/NOT_FOUND/status", 99),
)


def mutant(pointer: str, value: Json) -> dict[str, Json]:
    """The document with one edit."""
    document = deepcopy(load().raw)
    edit(document, pointer, value)
    return document


def held(document: dict[str, Json], name: str) -> Iterator[tuple[Node, Json]]:
    """The places of an extension and its values."""
    return Api(document).having(name)


def test_the_documents_extensions_are_right() -> None:
    """The document's extensions have no problem."""
    assert check(load().raw) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_rule_sees_its_fault(fault: Fault) -> None:
    """A rule reports a problem that was not there before the fault was made."""
    rule, document = BY_NAME[fault.rule], load().raw
    before = set(rule(Api(document)))
    assert set(rule(Api(fault.applied_to(document)))) - before


def test_every_rule_has_a_fault() -> None:
    """No cross-reference is unproved."""
    assert {fault.rule for fault in FAULTS} == set(BY_NAME)


@pytest.mark.parametrize("what", MISPLACED)
def test_an_unknown_or_misplaced_extension_is_reported(what: str) -> None:
    """A name that is not an extension's, or not one's there, is a problem at its own pointer."""
    pointer, value = MISPLACED[what]
    assert [p for p in check(mutant(pointer, value)) if p.startswith(f"#{pointer}: ") and what in p]


@pytest.mark.parametrize(("pointer", "value"), SHAPES)
def test_a_value_out_of_shape_is_reported(pointer: str, value: Json) -> None:
    """A value that its definition does not allow is a problem of that extension."""
    extension = re.search(r"/(x-[a-z-]+)", pointer)
    assert extension
    problems = check(mutant(pointer, value))
    assert problems
    assert all(f"/{extension[1]}" in problem for problem in problems)


@pytest.mark.parametrize("name", sorted(names()))
def test_a_typo_anywhere_in_an_extension_is_reported(name: str) -> None:
    """No object inside an extension, however deep, takes a member that it does not know."""
    document = load().raw
    levels = [(node.at, at) for node, value in held(document, name) for at in _objects(value, ())]
    for place, inside in {(name, _general(inside)): (p, inside) for p, inside in levels}.values():
        copy = deepcopy(document)
        found: Json = Api(copy).lookup((*place, name, *inside))
        found["typo"] = {"typo": 1}
        assert check(copy), f"{name}/{'/'.join(inside)} takes a typo"


def _objects(value: Json, at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The objects in an extension's value."""
    if isinstance(value, dict):
        yield at
    children = dict(enumerate(value)) if isinstance(value, list) else value
    for key, child in children.items() if isinstance(children, dict) else ():
        yield from _objects(child, (*at, str(key)))


def _general(at: tuple[str, ...]) -> tuple[str, ...]:
    """A place with its list numbers left out: one entry stands for all."""
    return tuple("-" if part.isdecimal() else part for part in at)


def test_an_extension_in_an_example_is_data() -> None:
    """What stands inside an example is nobody's extension."""
    pointer = f"{GENERATE}/requestBody/content/application~1json/examples/seed/value/x-anything"
    assert check(mutant(pointer, 1)) == check(load().raw)


def test_the_schema_leaves_no_object_open() -> None:
    """Every object that the extensions' schema describes says what it does not take."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    described = [each for each in _schemas(schema) if each.get("type") == "object"]
    assert described
    assert [each for each in described if "additionalProperties" not in each] == []


def _schemas(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from _schemas(child)


def test_every_extension_is_specified() -> None:
    """Prose and schema know the same extensions, and the document has no others."""
    used = {n for node in walk(load().raw) if isinstance(node.value, dict) for n in node.value}
    assert set(SECTIONS) == names() >= {name for name in used if name.startswith("x-")}


def test_every_definition_has_a_name_by_the_rule() -> None:
    """A definition is named as its extension, with `@` and the place where the shape differs."""
    definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    named = {d for d in definitions if d.startswith("x-")}
    kinds = {(each["$ref"], name, kind) for kind, h in places().items() for name, each in h.items()}
    for reference, name, kind in kinds:
        assert reference.removeprefix("#/$defs/") in {name, f"{name}@{kind}"}
    assert {d.split("@")[0] for d in named} == names()


@pytest.mark.parametrize("name", sorted(names()))
def test_the_prose_says_where_an_extension_stands(name: str) -> None:
    """A section names the places that the schema allows, and no other."""
    said = re.search(r"^Stands in: ([a-z, ]+)\.", SECTIONS[name], re.MULTILINE)
    assert said
    assert set(said[1].strip().split(", ")) == {k for k, v in places().items() if name in v}


@pytest.mark.parametrize("name", sorted(names()))
def test_the_prose_names_every_field(name: str) -> None:
    """A section names each field of its extension."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    described = [s for s in _schemas(schema["$defs"][name]) if s.get("type") == "object"]
    fields = {field for each in described for field in each.get("properties", {})}
    assert {f for f in fields if not re.search(rf"\b{f}\b", SECTIONS[name])} == set()


@pytest.mark.parametrize("name", sorted(names()))
def test_the_examples_of_the_prose_are_right(name: str) -> None:
    """An example in the prose is the extension it explains, in shape."""
    blocks = re.findall(r"```yaml\n(.*?)```", SECTIONS[name], re.DOTALL)
    values = [value for block in blocks for value in _named(yaml.safe_load(block), name)]
    kinds = [kind for kind, known in places().items() if name in known]
    validate = lint_extensions._validator().is_valid
    assert values
    assert [v for v in values if not any(validate({kind: {name: v}}) for kind in kinds)] == []


def _named(value: Json, name: str) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from (child for key, child in value.items() if key == name)
        for child in value.values():
            yield from _named(child, name)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The script, as it is called from a shell."""
    script = [sys.executable, "-m", "layers_contract", "lint", *arguments]
    return subprocess.run(script, capture_output=True, text=True, check=False)


def test_the_script_passes_the_document() -> None:
    """Called without a file, the script lints this repository's document and exits 0."""
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_script_names_what_is_wrong(tmp_path: Path) -> None:
    """Problems are printed one a line, with their pointer, and the exit code is 1."""
    file = tmp_path / "wrong.yaml"
    file.write_text("openapi: 3.1.0\npaths: {}\nx-promise: []\n", encoding="utf-8")
    done = run(str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "#/x-promise: unknown extension; do you mean x-promises?\n"


@pytest.mark.parametrize("text", [None, "[", "3"])
def test_the_script_refuses_what_it_cannot_read(tmp_path: Path, text: str | None) -> None:
    """A missing or unreadable file is one line on stderr and exit code 2."""
    file = tmp_path / "layers.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    done = run(str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "pointer", ["/paths", f"{GENERATE}/responses", f"{SCHEMAS}/Job/properties"]
)
def test_what_is_no_openapi_is_said(pointer: str) -> None:
    """Where the document itself is out of shape, that is the problem that is reported."""
    problem, *_ = check(mutant(pointer, 3))
    assert problem.startswith(f"#{pointer}: is no ")


def test_the_command_takes_one_file() -> None:
    """More than one argument is a wrong use."""
    assert run("one.yaml", "two.yaml").returncode == 2
