"""The overlays for other generators say what the document says, in words that those know."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.helpers.mutants import GENERATE, GONE, JOB, LIST, SCHEMAS, edit
from tests.helpers.places import ROOT

from layers_contract.codegen import dialects
from layers_contract.codegen.client.facts import Facts
from layers_contract.spec import overlay, yaml_text
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, default_path, load
from layers_contract.spec.problems import RefusedError

Json = Any

KEY: Final = "/components/parameters/IdempotencyKey"
READS: Final = "$.paths.*.get"
START: Final = "$.paths['/v1/projects/{projectId}/content'].post"
PAGES: Final = "$.paths['/v1/projects/{projectId}/content'].get"
POLL: Final = "$.paths['/v1/jobs/{jobId}'].get"


def partner() -> Json:
    """The document that partners see."""
    return overlay.apply(load().raw, overlay.read(ROOT / "overlays" / "partner.yaml"))


def changed(folder: Path, edits: dict[str, Json]) -> Path:
    """A copy of the document with *edits* in it, as a file."""
    raw = load().raw
    for pointer, value in edits.items():
        edit(raw, pointer, value)
    path = folder / "changed.yaml"
    path.write_text(yaml_text.dump(raw), encoding="utf-8")
    return path


@cache
def written(name: str) -> str:
    """The overlay of the document as it is."""
    return dialects.texts(default_path())[f"{name}.yaml"]


def updates(name: str, document: Path | None = None) -> dict[str, Json]:
    """What an overlay lays on, by target."""
    text = dialects.texts(document)[f"{name}.yaml"] if document else written(name)
    return {each["target"]: each.get("update", {}) for each in yaml.safe_load(text)["actions"]}


def laid(name: str, tmp_path: Path, raw: Json) -> Document:
    """*raw* with an overlay on it."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(written(name), encoding="utf-8")
    return Document(overlay.apply(raw, overlay.read(path)))


@pytest.mark.parametrize("name", dialects.DIALECTS)
def test_the_overlay_fits_the_partners_document(name: str, tmp_path: Path) -> None:
    """Each target matches something there, although what is assumed is gone."""
    assert laid(name, tmp_path, partner()).operations.keys() == load().operations.keys()


@pytest.mark.parametrize("name", dialects.DIALECTS)
def test_every_action_says_what_it_is_for(name: str) -> None:
    """Each action has a description."""
    assert all(each["description"] for each in yaml.safe_load(written(name))["actions"])


@pytest.mark.parametrize(
    ("name", "group", "method"),
    [
        ("speakeasy", "x-speakeasy-group", "x-speakeasy-name-override"),
        ("fern", "x-fern-sdk-group-name", "x-fern-sdk-method-name"),
    ],
)
def test_methods_are_called_as_in_the_python_client(
    name: str, group: str, method: str, tmp_path: Path
) -> None:
    """`layers.content.generate` is `content.generate` everywhere."""
    operations = laid(name, tmp_path, load().raw).operations
    said = {each: (found.raw[group], found.raw[method]) for each, found in operations.items()}
    client = Facts(load()).operations.values()
    assert said == {each.id: (each.resource, each.name) for each in client}
    assert said["generateContent"] == ("content", "generate")


def test_only_what_is_safe_is_tried_again(tmp_path: Path) -> None:
    """Speakeasy retries reads and what takes a key, which it asks for; Fern, with none, reads."""
    document = load()
    reads = {o.id for o in document.operations.values() if o.method == "GET"}
    speakeasy = laid("speakeasy", tmp_path, document.raw).operations.values()
    assert {o.id for o in speakeasy if "x-speakeasy-retries" in o.raw} == (
        reads | Contract(document).idempotent
    )
    fern = laid("fern", tmp_path, document.raw).operations.values()
    assert {o.id for o in fern if o.raw.get("x-fern-retries") != {"disabled": True}} == reads


def test_a_call_that_is_tried_again_has_a_key(tmp_path: Path) -> None:
    """Speakeasy asks for the key of each call, for it would repeat a call without one."""
    operations = laid("speakeasy", tmp_path, load().raw).operations
    header = operations["generateContent"].parameter("Idempotency-Key")
    assert header
    assert header.required


def test_fern_knows_the_key_in_one_way(tmp_path: Path) -> None:
    """Calls that take a key are marked; the header is an option and no parameter any more."""
    document = laid("fern", tmp_path, load().raw)
    assert document.raw["x-fern-idempotency-headers"] == [
        {"header": "Idempotency-Key", "name": "idempotency_key"}
    ]
    marked = {o.id for o in document.operations.values() if o.raw.get("x-fern-idempotent")}
    assert marked == Contract(load()).idempotent
    assert not any(document.operations[name].parameter("Idempotency-Key") for name in marked)


def test_an_inline_key_is_taken_out_by_its_name(tmp_path: Path) -> None:
    """A parameter that is written in the operation itself is found as well."""
    inline = [{"name": "idempotency-key", "in": "header", "schema": {"type": "string"}}]
    found = updates("fern", changed(tmp_path, {f"{GENERATE}/parameters": inline}))
    assert f"{START}.parameters[?(@['name'] == 'idempotency-key')]" in found


def test_a_parameter_that_is_still_listed_stays(tmp_path: Path) -> None:
    """Where a call without keys lists the header too, Fern's document keeps its definition."""
    header = "$.components.parameters.IdempotencyKey"
    assert header in updates("fern")
    document = changed(tmp_path, {f"{GENERATE}/x-idempotent": GONE})
    assert header not in updates("fern", document)


def test_pages_are_followed_by_the_cursor_of_the_document() -> None:
    """Both take cursor, next cursor and, if they ask for them, items from `x-pagination`."""
    assert updates("speakeasy")[PAGES]["x-speakeasy-pagination"] == {
        "type": "cursor",
        "inputs": [{"name": "cursor", "in": "parameters", "type": "cursor"}],
        "outputs": {"nextCursor": "$.nextCursor"},
    }
    assert updates("fern")[PAGES]["x-fern-pagination"] == {
        "cursor": "$request.cursor",
        "next_cursor": "$response.nextCursor",
        "results": "$response.items",
    }


def test_polling_ends_where_the_lifecycle_ends() -> None:
    """Each ending of the job's lifecycle is a success or a failure; running is neither."""
    (polling,) = updates("speakeasy")[POLL]["x-speakeasy-polling"]
    assert (polling["name"], polling["delaySeconds"]) == ("WaitForCompleted", 2)
    assert polling["successCriteria"] == [
        {"condition": "$statusCode == 200"},
        {"condition": '$response.body#/status == "completed"'},
    ]
    assert polling["failureCriteria"][1] == {
        "context": "$response.body#/status",
        "condition": "^(failed|canceled)$",
        "type": "regex",
    }


def test_polling_is_never_faster_than_the_schedule() -> None:
    """Speakeasy waits as long as the document's schedule does in the end."""
    schedule = Contract(load()).polls["getJob"]
    (polling,) = updates("speakeasy")[POLL]["x-speakeasy-polling"]
    assert polling["intervalSeconds"] == schedule.maximum


def test_enums_of_answers_may_grow() -> None:
    """Those that only requests hold stay closed; one that is only assumed is not named."""
    found = updates("speakeasy")
    grown = {target for target, update in found.items() if "x-speakeasy-unknown-values" in update}
    named = {target.rpartition(".")[2] for target in grown}
    assert {"ContainerStatus", "JobStatus", "Format", "code"} <= named
    assert not {"CloneMode", "AssetKind"} & named


def test_error_codes_are_an_enum_that_may_grow() -> None:
    """The codes are those of `x-error-codes`."""
    found = updates("speakeasy")["$.components.schemas.ErrorDetail.properties.code"]
    assert found["enum"] == list(Contract(load()).error_codes)
    assert found["x-speakeasy-unknown-values"] == "allow"


def test_examples_of_errors_fit_that_enum() -> None:
    """Those with another code are taken out; why a render failed is no such code."""
    actions = yaml.safe_load(written("speakeasy"))["actions"]
    gone = [each["target"] for each in actions if "remove" in each]
    assert [target.rpartition(".")[2] for target in gone] == ["method", "internal"]


Changes = dict[str, tuple[dict[str, Json], str, str, str]]

CHANGES: Final[Changes] = {
    "another cursor": (
        {f"{LIST}/x-pagination/cursor": "after", f"{LIST}/x-pagination/next": "/page/next"},
        *("speakeasy", PAGES, "'name': 'after'"),
    ),
    "another next cursor": (
        {f"{LIST}/x-pagination/next": "/page/next"},
        *("fern", PAGES, "'next_cursor': '$response.page.next'"),
    ),
    "a window shorter than the retries": (
        {"/x-idempotency/window": "PT30S"},
        *("speakeasy", START, "'maxElapsedTime': 30000"),
    ),
    "another schedule": (
        {f"{JOB}/x-polling/schedule/maximum": "PT20S", f"{JOB}/x-polling/schedule/initial": "PT4S"},
        *("speakeasy", POLL, "'delaySeconds': 4, 'intervalSeconds': 20"),
    ),
    "another header": (
        {"/x-idempotency/header": "Request-Key", f"{KEY}/name": "Request-Key"},
        *("fern", "$", "{'header': 'Request-Key', 'name': 'request_key'}"),
    ),
    "another answer to a call too many": (
        {"/x-rate-limits/exceeded/status": 420},
        *("speakeasy", READS, "408, 420, 425"),
    ),
    "another ending": (
        {f"{SCHEMAS}/Job/x-lifecycles/job/states/failed": {"source": "seed"}},
        *("speakeasy", POLL, "'$response.body#/status == \"canceled\"'"),
    ),
    "another error code": (
        {f"{SCHEMAS}/ErrorDetail/x-error-codes/BUSY": {"status": 409, "source": "seed"}},
        *("speakeasy", "$.components.schemas.ErrorDetail.properties.code", "'BUSY'"),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_document_changes_the_overlay(name: str, tmp_path: Path) -> None:
    """What the extensions say is read from them: nothing of it is written down anywhere else."""
    edits, dialect, target, wanted = CHANGES[name]
    assert wanted in str(updates(dialect, changed(tmp_path, edits))[target])
    assert wanted not in str(updates(dialect)[target])


ASSUMED: Final = {
    "paging": (f"{LIST}/x-pagination/source", PAGES, "pagination"),
    "polling": (f"{JOB}/x-polling/source", POLL, "polling"),
    "a key": (f"{GENERATE}/x-idempotent/source", START, "idempotent"),
}


@pytest.mark.parametrize("what", ASSUMED)
@pytest.mark.parametrize("name", dialects.DIALECTS)
def test_what_is_only_assumed_is_not_said(name: str, what: str, tmp_path: Path) -> None:
    """An extension with `source: assumed` is no promise to generate code for."""
    pointer, target, word = ASSUMED[what]
    found = updates(name, changed(tmp_path, {pointer: "assumed"}))
    assert not [each for each in found[target] if each.endswith(word)]


def test_a_document_without_keys_has_no_word_of_them(tmp_path: Path) -> None:
    """No action is about a header that nothing takes."""
    edits: dict[str, Json] = {
        f"/paths/{path}/post/x-idempotent": GONE
        for path in (
            "~1v1~1projects~1{projectId}~1content",
            "~1v1~1content~1{containerId}~1regenerate",
            "~1v1~1content~1{containerId}~1clone-from-post",
        )
    }
    document = changed(tmp_path, edits)
    assert "$" not in updates("fern", document)
    assert "$.components.parameters.IdempotencyKey" not in updates("speakeasy", document)


def test_the_committed_overlays_are_what_the_document_makes() -> None:
    """`make generate` has been run since the document changed."""
    assert dialects.outdated(default_path(), ROOT / "overlays") is None


def test_a_difference_is_told_with_its_place(tmp_path: Path) -> None:
    """The line names the file, the first line that differs, and what to do."""
    dialects.write(default_path(), tmp_path)
    assert dialects.outdated(default_path(), tmp_path) is None
    path = tmp_path / "fern.yaml"
    path.write_text(path.read_text().replace("1.1.0", "1.0.0"))
    assert dialects.outdated(default_path(), tmp_path) == (
        f"{path} is not what layers.yaml makes: line 3 should be `overlay: 1.1.0`; "
        "run: make generate"
    )
    dialects.write(default_path(), tmp_path)
    path.write_text(path.read_text() + "more: 1\n")
    assert "should not be there; run" in str(dialects.outdated(default_path(), tmp_path))
    path.unlink()
    with pytest.raises(RefusedError, match=r"fern\.yaml is not there; run: make generate"):
        dialects.check(default_path(), tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("--check", 0, ""),
        ("--check --document {tmp}/changed.yaml", 1, "run: make generate"),
        ("--document {tmp}/none.yaml", 2, "none.yaml: cannot be read"),
        ("--into {tmp}/client --overlays-into {tmp}/changed.yaml/x", 2, "Not a directory"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: str, code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1 for a difference, 2 for what cannot be read or written, never a traceback."""
    monkeypatch.chdir(ROOT)
    changed(tmp_path, {f"{JOB}/x-polling/schedule/maximum": "PT20S"})
    command = [sys.executable, "-m", "layers_contract", "generate"]
    command += arguments.format(tmp=tmp_path).split()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert told in done.stderr
    assert bool(done.stderr) == bool(code)
    assert "Traceback" not in done.stderr
