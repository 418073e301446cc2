"""In Fern's words: names, idempotency keys, what is never tried again, pages.

Fern makes the key an option that a caller may leave out, and would try again without it. A call
that must not be carried out twice is therefore not tried again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from layers_contract.codegen.client.operations import Paging, identifier
from layers_contract.codegen.dialects.reading import Reading, Said

Json = Any

TITLE: Final = "The extensions in Fern's words"
ABOUT: Final = "names, idempotency keys, pages, and what is never tried again"


def actions(reading: Reading) -> Iterator[Json]:
    """The overlay's actions."""
    keyed = [each for each in reading.operations if each.keyed]
    if keyed:
        header = {"header": reading.header, "name": identifier(reading.header)}
        yield {
            "target": "$",
            "description": "The header that names one logical call.",
            "update": {"x-fern-idempotency-headers": [header]},
        }
    for each in reading.operations:
        yield {
            "target": each.target,
            "description": _told(each),
            "update": dict(_words(each)),
        }
    for each in keyed:
        yield from _without_parameter(reading, each)
    yield from _without_unused(reading)


def _told(each: Said) -> str:
    name = f"`{each.group}.{each.method}`"
    if each.keyed:
        return f"{name}: sent once, for Fern leaves the key to the caller; try again with it."
    return f"{name}." if each.repeatable else f"{name}, which is sent once."


def _words(each: Said) -> Iterator[tuple[str, Json]]:
    yield "x-fern-sdk-group-name", each.group
    yield "x-fern-sdk-method-name", each.method
    if each.keyed:
        yield "x-fern-idempotent", True
    if each.keyed or not each.repeatable:
        yield "x-fern-retries", {"disabled": True}
    if each.paging:
        yield "x-fern-pagination", _pagination(each.paging)


def _pagination(paging: Paging) -> Json:
    return {
        "cursor": f"$request.{paging.cursor}",
        "next_cursor": _access(paging.next),
        "results": _access(paging.items),
    }


def _access(way: Sequence[str]) -> str:
    return ".".join(["$response", *way])


def _without_parameter(reading: Reading, each: Said) -> Iterator[Json]:
    """Fern makes the key an option of the call; as a parameter it would be there twice.

    Without parentheses around the filter Fern's own overlays find nothing.
    """
    for selected in reading.key_listed(each.id):
        yield {
            "target": f"{each.target}.parameters[?({selected})]",
            "description": f"The key is an option of `{each.group}.{each.method}` by now.",
            "remove": True,
        }


def _without_unused(reading: Reading) -> Iterator[Json]:
    """The parameter itself, where no other operation lists it."""
    if any(list(reading.key_listed(e.id)) for e in reading.operations if not e.keyed):
        return
    for place in reading.key_parameters():
        if place.startswith("$.components."):
            yield {"target": place, "description": "Nothing refers to it by now.", "remove": True}
