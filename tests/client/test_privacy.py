"""The key is nowhere but in the request."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.client.sides import CONTAINER, KEY, TROUBLES, Sides, answer, read

from layers_client import AsyncLayers, ConfigurationError, Layers, LayersError
from layers_client.models import Container


def reachable(root: Any) -> Iterator[Any]:
    """Whatever hangs on *root*: attributes, members, and the same of those."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        each = pending.pop()
        if id(each) in seen or isinstance(each, type | str | bytes | int):
            yield each
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, dict):
            pending += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple | set | frozenset):
            pending += list(each)
        elif type(each).__module__.startswith("httpx._models"):
            pending += list(vars(each).values())
        elif isinstance(each, BaseException):
            pending += [*vars(each).values(), each.args, each.__cause__, each.__context__]


def test_the_key_is_sent_in_its_header_and_nowhere_else(side: Sides) -> None:
    """One header of the document's, no query, no body."""
    client = side(answer(200, CONTAINER))
    client.call(read)
    (request,) = client.server.requests
    assert [n for n, v in request.headers.items() if KEY in v] == ["x-api-key"]
    assert KEY not in str(request.url)


def test_no_repr_of_a_client_shows_the_key(side: Sides) -> None:
    """Neither before nor after a call, nor those of what it is made of."""
    client = side(answer(200, CONTAINER))
    client.call(read)
    layers = client.layers
    derived = layers.with_options(timeout=3)
    for each in (layers, derived, layers.content, vars(layers), vars(layers._transport)):
        assert KEY not in repr(each)
    assert repr(layers).endswith("Layers(base_url='https://api.test')")


def test_a_client_is_not_pickled(side: Sides) -> None:
    """It would take the key along."""
    with pytest.raises(TypeError, match="key"):
        pickle.dumps(side(answer(200)).layers)
    with pytest.raises(TypeError, match="key"):
        pickle.dumps(side(answer(200)).layers._transport.settings)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_no_error_has_the_key(side: Sides, trouble: httpx.Response | Exception) -> None:
    """Not in its text, its pickle, its traceback with all variables, nor in what hangs on it."""
    client = side(trouble, max_retries=0)
    with pytest.raises(LayersError) as caught:
        client.call(read)
    error = caught.value
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert KEY not in "".join(told.format())
    assert KEY not in f"{error} {error!r}"
    assert KEY.encode() not in pickle.dumps(error)
    for each in reachable(error):
        assert KEY not in repr(each)


def test_no_result_has_the_key(side: Sides) -> None:
    """`raw` keeps the answer and its request, without the key."""
    client = side(answer(200, CONTAINER))
    found = client.call(lambda layers: layers.raw(layers.content.get, "cnt_1"))
    assert KEY.encode() not in pickle.dumps(found.http_response)
    assert "x-api-key" not in found.http_response.request.headers
    for each in reachable(found.http_response):
        assert KEY not in repr(each)


def test_no_log_has_the_key(side: Sides, caplog: pytest.LogCaptureFixture) -> None:
    """At level DEBUG every attempt is told; of headers that may be secret only the name."""
    caplog.set_level(logging.DEBUG)
    secret = {"Set-Cookie": "session=s3cret", "X-Request-Id": "req_1"}
    failing = httpx.Response(503, headers=secret)
    client = side(failing, answer(200, CONTAINER), headers={"X-Team-Token": "t0ken"})
    client.call(read)
    assert KEY not in caplog.text
    assert "s3cret" not in caplog.text
    assert "t0ken" not in caplog.text
    assert "GET /v1/content/cnt_1: 503" in caplog.text
    assert "'x-request-id': 'req_1'" in caplog.text
    assert "attempt 1 came to 503" in caplog.text


def test_logging_is_silent_unless_asked(side: Sides, caplog: pytest.LogCaptureFixture) -> None:
    """At level WARNING a call says nothing."""
    caplog.set_level(logging.WARNING)
    side(answer(503), answer(200, CONTAINER)).call(read)
    assert not [each for each in caplog.records if each.name == "layers_client"]


@pytest.mark.parametrize(
    "path", ["https://evil.test/", "//evil.test/", "evil", "", "/\\evil.test", "@evil.test/"]
)
def test_no_address_leads_away(side: Sides, path: str) -> None:
    """`request` takes a path of the API, and no other host."""
    client = side(answer(200))
    with pytest.raises(ConfigurationError):
        client.call(lambda layers: layers.request("GET", path))
    assert client.server.requests == []


@pytest.mark.parametrize("container_id", ["", ".", ".."])
def test_an_id_that_would_lead_to_another_path_is_refused(side: Sides, container_id: str) -> None:
    """Nothing is sent."""
    client = side(answer(200))
    with pytest.raises(ConfigurationError):
        client.call(lambda layers: layers.content.get(container_id))
    assert client.server.requests == []


@pytest.mark.parametrize("container_id", [None, b"cnt_1"])
def test_what_is_no_text_is_no_id(side: Sides, container_id: Any) -> None:
    """Such as that of an envelope that names no container: `/v1/content/None` is nobody's."""
    client = side(answer(200))
    with pytest.raises(ConfigurationError):
        client.call(lambda layers: layers.content.get(container_id))
    assert client.server.requests == []


def test_an_id_stays_one_segment_of_the_path(side: Sides) -> None:
    """Slashes, question marks and the like are escaped."""
    client = side(answer(200, CONTAINER))
    client.call(lambda layers: layers.content.get("../jobs?x=1#y"))
    raw = client.server.requests[0].url.raw_path
    assert raw == b"/v1/content/..%2Fjobs%3Fx%3D1%23y"


@pytest.mark.parametrize("kind", [Layers, AsyncLayers])
@pytest.mark.parametrize(
    "base_url", ["api.test", "ftp://api.test", "https://", "https://u:p@api.test", "https://a/?x=1"]
)
def test_a_base_url_that_hides_something_is_refused(kind: Any, base_url: str) -> None:
    """A scheme and a host; no user, no query."""
    with pytest.raises(ConfigurationError, match="base_url"):
        kind(api_key=KEY, base_url=base_url)


@pytest.mark.parametrize("key", ["", "  ", "lk\nX-Evil: 1", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    """And is not repeated in the error."""
    with pytest.raises(ConfigurationError) as caught:
        Layers(api_key=key)
    assert not key.strip() or key not in str(caught.value)


def test_a_model_knows_nothing_of_the_key(side: Sides) -> None:
    """A result can go anywhere."""
    container = side(answer(200, CONTAINER)).call(read)
    assert isinstance(container, Container)
    assert KEY.encode() not in pickle.dumps(container)
