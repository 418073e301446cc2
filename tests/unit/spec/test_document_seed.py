"""What the page that the project began with shows stands in the document, as it is."""

from __future__ import annotations

from typing import Any, Final

import pytest

from layers_contract.spec.document import load

Json = Any

GENERATE: Final = ("paths", "/v1/projects/{projectId}/content", "post")
READ: Final = ("paths", "/v1/content/{containerId}", "get")

REQUEST: Final = {
    "format": "auto",
    "brief": {
        "hook": "The calendar app that finally respects your evenings",
        "targetPlatforms": ["tiktok", "instagram"],
        "influencerId": "inf_01HX9Y6K7EJ4T2ABCDEF",
        "themeTags": ["launch"],
        "referenceMediaIds": ["med_01HX9Y6K7EJ4T2ABCDEF"],
        "language": "en-US",
    },
}
ACCEPTED: Final = {
    "jobId": "job_01HX9Y6K7EJ4T2ABCDEF01234",
    "kind": "content_generate",
    "status": "running",
    "stage": "queued",
    "projectId": "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39",
    "containerId": "cnt_01HX9Y6K7EJ4T2ABCDEF",
    "locationUrl": "/v1/jobs/job_01HX9Y6K7EJ4T2ABCDEF01234",
    "startedAt": "2026-04-18T12:04:11.000Z",
}
CONTAINER: Final = {
    "id": "cnt_01HX9Y6K7EJ4T2ABCDEF",
    "projectId": "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39",
    "status": "completed",
    "approvalStatus": "approved",
    "format": "video_remix",
    "influencerId": "inf_01HX9Y6K7EJ4T2ABCDEF",
    "brief": {"hook": "The calendar app that finally...", "targetPlatforms": ["tiktok"]},
    "assets": [
        {
            "id": "med_01HX9Y6K7EJ4T2ABCDEF",
            "kind": "video",
            "url": "https://media.layers.com/...",
            "width": 1080,
            "height": 1920,
            "durationMs": 27500,
        }
    ],
    "captions": [{"platform": "tiktok", "text": "..."}],
    "lastError": None,
    "createdAt": "2026-04-18T12:04:11.000Z",
    "updatedAt": "2026-04-18T12:07:33.000Z",
}

PAYLOADS: Final[dict[str, tuple[tuple[str, ...], dict[str, Json]]]] = {
    "request": ((*GENERATE, "requestBody"), REQUEST),
    "accepted": ((*GENERATE, "responses", "202"), ACCEPTED),
    "container": ((*READ, "responses", "200"), CONTAINER),
}
ENUMS: Final = {
    "ContainerStatus": ["queued", "generating", "completed", "failed", "canceled"],
    "ApprovalStatus": ["not_required", "pending", "approved", "rejected"],
    "Format": ["video_remix", "slideshow_remix", "ugc_remix", "auto"],
    "CloneMode": ["fork", "reimagine"],
}
PARAMETERS: Final[dict[tuple[str, str], Json]] = {
    ("header", "Idempotency-Key"): "7c2f1a3e-0b4c-4a11-9f7e-33c0a2c1bd55",
    ("query", "status"): ["completed"],
    ("query", "format"): ["video_remix"],
    ("query", "limit"): 25,
}


def media(place: tuple[str, ...]) -> dict[str, Json]:
    """The media type object of a request or response of the document."""
    found: Json = load().raw
    for part in place:
        found = found[part]
    content: dict[str, Json] = found["content"]["application/json"]
    return content


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_stands_as_it_is(name: str) -> None:
    """The example named `seed` is the page's payload, member for member and in its order."""
    place, payload = PAYLOADS[name]
    shown = media(place)["examples"]["seed"]["value"]
    assert shown == payload
    assert list(shown) == list(payload)


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_fits_its_schema(name: str) -> None:
    """The example named `seed`, taken from the document, fits the schema that it stands beside."""
    place, _ = PAYLOADS[name]
    shown = media(place)["examples"]["seed"]["value"]
    base = (*place, "content", "application/json", "schema")
    assert load().problems(base, shown) == []


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_broken_payload_does_not_fit(name: str) -> None:
    """The schemas are no sieve: without its members a payload fits no longer."""
    place, _ = PAYLOADS[name]
    base = (*place, "content", "application/json", "schema")
    assert load().problems(base, {}) != []


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_values_of_the_page_and_no_other(name: str) -> None:
    """The four closed enums are the page's, in its order."""
    assert load().schema(name)["enum"] == ENUMS[name]


@pytest.mark.parametrize(("place", "name"), PARAMETERS)
def test_a_parameter_shows_what_the_page_sends(place: str, name: str) -> None:
    """The header and the query of the page's samples are the examples of their parameters."""
    everything = (p for each in load().operations.values() for p in each.parameters)
    parameter = next(p for p in everything if (p.place, p.name) == (place, name))
    assert parameter.example == PARAMETERS[place, name]
