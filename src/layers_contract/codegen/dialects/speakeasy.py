"""In Speakeasy's words: names, retries, pages, polling, enums that may grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from layers_contract.codegen import runtime
from layers_contract.codegen.client.operations import Paging
from layers_contract.codegen.dialects.reading import Polling, Reading, Said

Json = Any

_CLIENT: Final = runtime.module("client")
_RETRY: Final = runtime.module("retry")

TITLE: Final = "The extensions in Speakeasy's words"
ABOUT: Final = "names, retries, pages, polling, and enums that may grow"

_OPEN: Final = {"x-speakeasy-unknown-values": "allow"}


def actions(reading: Reading) -> Iterator[Json]:
    """The overlay's actions."""
    for each in reading.operations:
        yield {
            "target": each.target,
            "description": _told(each),
            "update": dict(_words(reading, each)),
        }
    if any(each.reads for each in reading.operations):
        yield {
            "target": "$.paths.*.get",
            "description": "Reading may be tried again.",
            "update": {"x-speakeasy-retries": _retries(reading, _CLIENT.DEFAULT_RETRY_TIME)},
        }
    if any(each.keyed for each in reading.operations):
        yield from _required_key(reading)
    yield from _open_enums(reading)
    yield from _error_codes(reading)


def _open_enums(reading: Reading) -> Iterator[Json]:
    for enum in reading.answered_enums():
        yield {
            "target": enum,
            "description": "A client survives the values of later versions.",
            "update": dict(_OPEN),
        }


def _error_codes(reading: Reading) -> Iterator[Json]:
    """The codes as an enum that may grow, and no example that does not fit it."""
    known: set[str] = set()
    for place, codes in reading.error_codes():
        known |= set(codes)
        yield {
            "target": place,
            "description": "The codes that are known; the list is open.",
            "update": {"enum": codes, **_OPEN},
        }
    for place in reading.other_codes(known) if known else ():
        yield {
            "target": place,
            "description": "Its code is not among those that are known.",
            "remove": True,
        }


def _told(each: Said) -> str:
    again = ", which may be tried again with its key" if each.keyed else ""
    return f"`{each.group}.{each.method}`{again}."


def _words(reading: Reading, each: Said) -> Iterator[tuple[str, Json]]:
    yield "x-speakeasy-group", each.group
    yield "x-speakeasy-name-override", each.method
    if each.keyed:
        seconds = min(_CLIENT.DEFAULT_RETRY_TIME, reading.window)
        yield "x-speakeasy-retries", _retries(reading, seconds)
    if each.paging:
        yield "x-speakeasy-pagination", _pagination(each.paging)
    if each.polling:
        yield "x-speakeasy-polling", [_polling(each.polling)]


def _retries(reading: Reading, longest: float) -> Json:
    """What the Python client does; after a key's window a call would be another one."""
    return {
        "strategy": "backoff",
        "backoff": {
            "initialInterval": _milliseconds(_RETRY.FIRST_PAUSE),
            "maxInterval": _milliseconds(_RETRY.LONGEST_PAUSE),
            "maxElapsedTime": _milliseconds(longest),
            "exponent": 2,
        },
        "statusCodes": sorted(_RETRY.RETRIED | reading.exceeded),
        "retryConnectionErrors": True,
    }


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)


def _required_key(reading: Reading) -> Iterator[Json]:
    for place in reading.key_parameters():
        yield {
            "target": place,
            "description": (
                "A repeated call is safe with a key alone, and Speakeasy's clients make none up."
            ),
            "update": {"required": True},
        }


def _pagination(paging: Paging) -> Json:
    """Without the limit: Speakeasy would take a page that is not full for the last one."""
    return {
        "type": "cursor",
        "inputs": [{"name": paging.cursor, "in": "parameters", "type": "cursor"}],
        "outputs": {"nextCursor": _jsonpath(paging.next)},
    }


def _jsonpath(way: Sequence[str]) -> str:
    return ".".join(["$", *way])


def _polling(polling: Polling) -> Json:
    """Speakeasy knows one interval: the schedule's longest wait, which is never too often."""
    made = {
        "name": "WaitFor" + "Or".join(state.title().replace("_", "") for state in polling.good),
        "delaySeconds": polling.first,
        "intervalSeconds": polling.interval,
        "successCriteria": _criteria(polling, polling.good),
    }
    return made | ({"failureCriteria": _criteria(polling, polling.bad)} if polling.bad else {})


def _criteria(polling: Polling, states: Sequence[str]) -> list[Json]:
    """That the answer shows one of *states*."""
    answered = {"condition": f"$statusCode == {polling.status}"}
    context = f"$response.body#{polling.state}"
    if len(states) == 1:
        return [answered, {"condition": f'{context} == "{states[0]}"'}]
    pattern = f"^({'|'.join(states)})$"
    return [answered, {"context": context, "condition": pattern, "type": "regex"}]
