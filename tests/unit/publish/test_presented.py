"""Nothing that is only assumed reaches partners as a fact."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pytest
from tests.helpers.mutants import GENERATE, GONE, LIST, READ, SCHEMAS, edit
from tests.helpers.places import ROOT

from layers_contract.publish.presented import presented_as_fact
from layers_contract.spec import overlay
from layers_contract.spec.document import Document, load
from layers_contract.spec.lint import extensions as lint_extensions

Json = Any

HOOK: Final = f"{SCHEMAS}/Brief/properties/hook"
LIFECYCLE: Final = f"{SCHEMAS}/Container/x-lifecycles/render"
DEEP: Final = {
    "name": "deep",
    "in": "query",
    "schema": {"type": "boolean"},
    "x-source": "assumed",
}
PROMISE: Final = {"id": "generate.fast", "statement": "It is fast.", "source": "assumed"}


@cache
def seen() -> str:
    made = overlay.apply(load().raw, overlay.read(ROOT / "overlays" / "partner.yaml"))
    return json.dumps(made)


@pytest.fixture
def partner() -> Json:
    """The document that partners see."""
    return json.loads(seen())


def test_the_partners_document_presents_nothing_assumed(partner: Json) -> None:
    """What the overlay leaves is promised by a page, follows from one, or says that it is not."""
    assert presented_as_fact(partner) == []


def test_the_document_itself_does(partner: Json) -> None:
    """The rule sees what the overlay takes out: without the overlay there is plenty."""
    assert len(presented_as_fact(load().raw)) > 50


def test_the_partners_document_keeps_every_rule_of_the_extensions(partner: Json) -> None:
    """What is taken out leaves no extension that refers to it."""
    assert lint_extensions.check(partner) == []


def test_partners_see_every_other_promise(partner: Json) -> None:
    """Just the assumed promises are missing."""
    ours, theirs = load().promises, Document(partner).promises
    assert ours.keys() - theirs.keys() == {p.id for p in ours.values() if p.source == "assumed"}


def test_no_word_of_ours_is_left(partner: Json) -> None:
    """Neither a place of this repository nor an assumed limit stands in the texts."""
    text = str(partner)
    assert not [each for each in ("openapi/", "scripts/", "2,000", "decided here") if each in text]


def test_partners_know_whom_to_ask_and_the_terms(partner: Json) -> None:
    """Contact and terms of service are in the document."""
    info = partner["info"]
    assert info["contact"]["url"].startswith("https://")
    assert info["termsOfService"].startswith("https://")


CASES: Final[dict[str, tuple[dict[str, Json], str]]] = {
    "a promise": ({f"{GENERATE}/x-promises/-": PROMISE}, "/post/x-promises/"),
    "a transition": (
        {f"{LIFECYCLE}/transitions/0/source": "assumed"},
        "#/components/schemas/Container/x-lifecycles/render/transitions/0: is assumed",
    ),
    "a state": ({f"{LIFECYCLE}/states/failed/source": "assumed"}, "/states/failed: is assumed"),
    "a rule for keys": (
        {"/x-idempotency/in-flight/source": "assumed"},
        "#/x-idempotency/in-flight: is assumed",
    ),
    "a filter": (
        {f"{LIST}/x-pagination/filters/approvalStatus": "/approvalStatus"},
        "listContent: the filter approvalStatus of x-pagination is assumed",
    ),
    "a limit by keyword": (
        {f"{HOOK}/maxLength": 9, f"{HOOK}/x-source/maxLength": "assumed"},
        "#/components/schemas/Brief/properties/hook/maxLength: is assumed",
    ),
    "a limit of an assumed schema": (
        {
            f"{SCHEMAS}/RenderError/required": ["code"],
        },
        "#/components/schemas/RenderError/required: is assumed",
    ),
    "a limit behind a reference": (
        {f"{SCHEMAS}/Container/properties/id/x-source": {"pattern": "assumed"}},
        "#/components/schemas/Container/properties/id: the pattern of what it refers to is",
    ),
    "a parameter without a word": (
        {f"{READ}/parameters": [DEEP]},
        "/get/parameters/0/description: does not say that it is not confirmed",
    ),
    "a field without a word": (
        {f"{SCHEMAS}/Rejection/properties/job/description": "The job."},
        "#/components/schemas/Rejection/properties/job/description: does not say",
    ),
    "a field without a description": (
        {f"{SCHEMAS}/Rejection/properties/job/description": GONE},
        "#/components/schemas/Rejection/properties/job/description: does not say",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_presented_as_fact_is_told_with_its_place(name: str, partner: Json) -> None:
    """One assumed thing more in the document is one line more, and says where it is."""
    edits, told = CASES[name]
    for pointer, value in edits.items():
        edit(partner, pointer, value)
    found = presented_as_fact(partner)
    assert len(found) == 1
    assert told in found[0]
