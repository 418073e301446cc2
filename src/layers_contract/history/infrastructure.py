"""What stands between us and the API, and answers in its place.

Load balancers, gateways, firewalls and login pages speak for themselves, not for the API behind
them. Such an exchange is judged like one without an answer: the request may have been carried out.
What came is kept beside it, for the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, Response

__all__ = ["is_lost", "is_outage", "set_apart", "was_not_sent"]

UNREACHED: Final = frozenset({502, 503, 504, 509, 511, *range(520, 528), 529, 530, 561, 598, 599})
"""Statuses of a gateway that finds nobody behind it, or whom nobody lets pass."""
BLOCKED: Final = frozenset({403, 407, 408, 413, 414, 421, 425, 429, 431, 444, 451, 460, 463, 464})
REFUSED: Final = BLOCKED | frozenset(range(494, 500))
"""Statuses with which an edge refuses a request by itself."""
ELSEWHERE: Final = frozenset({301, 302, 303, 307, 308})
PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--[^>]*>\s*)?<(?:!doctype\s+)?html\b", re.IGNORECASE
)
HEAD: Final = 1000
"""Bytes of a body that say whether it is a page."""
BUSY, SERVER_ERROR = 429, 500
LOST: Final = re.compile(
    r"no whole answer|(?:Connect|Read|Write|Close|Network|Proxy|RemoteProtocol|Transport)\w*$"
    r"|Connection\w*Error|(?:OS|SSL|TLS)\w*Error|net::ERR_(?:CONNECTION|EMPTY|TIMED|NETWORK)"
)
"""Reasons for having no answer that lie on the way to the API, not with us."""


def set_apart(contract: Contract, exchange: Exchange) -> bool:
    """Make *exchange* one without an answer, if what came is not the API's; whether it is such.

    Doing it again changes nothing.
    """
    if exchange.gateway_status is not None:
        return True
    status = exchange.status
    if status is None or not _is_foreign(contract, exchange, status):
        return False
    exchange.gateway_status, exchange.gateway_received = status, exchange.received
    exchange.failure = f"{status} page of a gateway"
    exchange.status = exchange.received = None
    return True


def is_lost(exchange: Exchange) -> bool:
    """Whether the API has not answered, and not by our own doing."""
    if exchange.gateway_status is not None:
        return True
    return not exchange.answered and bool(LOST.match(exchange.failure or ""))


def is_outage(exchange: Exchange) -> bool:
    """Whether the API may be out of reach: no response, or that of a gateway that finds nobody.

    What an edge refuses by itself says nothing of the next request.
    """
    status = exchange.gateway_status
    return is_lost(exchange) and (status is None or status >= SERVER_ERROR or status == BUSY)


def was_not_sent(exchange: Exchange) -> bool:
    """Whether a request that was lost has certainly not reached the API."""
    status, failure = exchange.gateway_status, exchange.failure or ""
    return failure.startswith("Connect") or (status is not None and 400 <= status < SERVER_ERROR)


def _is_foreign(contract: Contract, exchange: Exchange, status: int) -> bool:
    if status in UNREACHED or status in REFUSED:
        return not _is_own_error(contract, exchange, status)
    if status in ELSEWHERE:
        documented = _documented(contract, exchange, status) is not None
        return exchange.credential == "own" and not documented and "location" in exchange.headers
    if 200 <= status < 300 and PAGE.match(exchange.body[:HEAD]):
        return _answers_in_json(contract, exchange)
    return False


def _answers_in_json(contract: Contract, exchange: Exchange) -> bool:
    """Whether a success of the operation that was called has a documented body."""
    operation = contract.operations.get(exchange.operation or "")
    successes = (operation.response(each) for each in operation.success) if operation else ()
    return any(each is not None and each.schema is not None for each in successes)


def _documented(contract: Contract, exchange: Exchange, status: int) -> Response | None:
    operation = contract.operations.get(exchange.operation or "")
    return operation.response(status) if operation else None


def _is_own_error(contract: Contract, exchange: Exchange, status: int) -> bool:
    """Whether an error is the API's own word.

    With a documented status it may lack something of the documented shape, for that is a fault to
    be found; with another one it is what a gateway says as well.
    """
    if exchange.json is NOT_JSON:
        return False
    documented = _documented(contract, exchange, status)
    if documented is not None and documented.schema is not None:
        return _resembles(contract.document, documented.schema, exchange.json)
    document = contract.document
    return any(not document.problems(e.base, exchange.json) for e in _errors(contract, exchange))


def _errors(contract: Contract, exchange: Exchange) -> Iterator[Response]:
    """The errors that are documented for an operation; for one that nobody knows, all there are."""
    known = contract.operations.get(exchange.operation or "")
    seen = set()
    for operation in [known] if known else contract.operations.values():
        for status, response in operation.responses.items():
            if status[0] in "45d" and response.schema is not None and response.base not in seen:
                seen.add(response.base)
                yield response


def _resembles(document: Document, schema: Any, value: Any) -> bool:
    """Whether a value has most of what its schema requires, and nothing of another type."""
    schema = document.resolve(schema)
    if not isinstance(value, dict):
        return False
    members = schema.get("properties", {})
    wanted = {name: document.resolve(members.get(name, {})) for name in schema.get("required", ())}
    there = [name for name in wanted if name in value]
    fitting = all(_is_like(document, wanted[name], value[name]) for name in there)
    return fitting and 2 * len(there) > len(wanted)


def _is_like(document: Document, schema: Any, value: Any) -> bool:
    if "properties" in schema:
        return _resembles(document, schema, value)
    return schema.get("type") != "string" or isinstance(value, str)
