"""Lists: lazy, item by item or page by page, and never without an end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.client.sides import CONTAINER, PROJECT, Sides, answer

from layers_client import PaginationError


def page(*ids: str, cursor: str | None = None) -> httpx.Response:
    return answer(200, {"items": [{**CONTAINER, "id": i} for i in ids], "nextCursor": cursor})


def listed(layers: Any, **more: Any) -> Any:
    return layers.content.list(PROJECT, **more)


def test_items_come_from_all_pages_in_order(side: Sides) -> None:
    """One loop goes over every page, empty ones among them."""
    client = side(page("cnt_1", "cnt_2", cursor="a"), page(cursor="b"), page("cnt_3"))
    items = client.listed(listed(client.layers))
    assert [item.id for item in items] == ["cnt_1", "cnt_2", "cnt_3"]
    asked = [request.url.params.get("cursor") for request in client.server.requests]
    assert asked == [None, "a", "b"]


def test_pages_are_the_document_s_own(side: Sides) -> None:
    """`pages()` yields each page with its items and its cursor."""
    client = side(page("cnt_1", cursor="a"), page("cnt_2"))
    pages = client.listed(listed(client.layers).pages())
    assert [(len(each.items), each.next_cursor) for each in pages] == [(1, "a"), (1, None)]


def test_nothing_is_asked_for_before_it_is_wanted(side: Sides) -> None:
    """Making a list sends nothing; the second page waits for the first one's end."""
    client = side(page("cnt_1", "cnt_2", cursor="a"), page("cnt_3"))
    found = listed(client.layers)
    assert client.server.requests == []
    items = found.__aiter__() if hasattr(found, "__aiter__") else iter(found)
    for _ in range(2):
        client.settle(lambda: items.__anext__() if hasattr(items, "__anext__") else next(items))
        assert len(client.server.requests) == 1


def test_a_list_can_be_gone_over_again(side: Sides) -> None:
    """Each iteration begins with the first page."""
    client = side(page("cnt_1"))
    found = listed(client.layers)
    assert client.listed(found) == client.listed(found)
    assert len(client.server.requests) == 2


@pytest.mark.parametrize("second", ["a", "b"], ids=["the same", "a circle"])
def test_a_cursor_that_comes_back_is_an_error(side: Sides, second: str) -> None:
    """A list that names a page again would go on for ever."""
    client = side(page("cnt_1", cursor="a"), page("cnt_2", cursor=second), page(cursor="a"))
    with pytest.raises(PaginationError, match="'a'"):
        client.listed(listed(client.layers))


def test_a_walk_that_begins_in_the_middle_knows_where(side: Sides) -> None:
    """The cursor that a caller gives counts as seen."""
    client = side(page("cnt_1", cursor="mine"))
    with pytest.raises(PaginationError):
        client.listed(listed(client.layers, cursor="mine"))


@pytest.mark.parametrize("last", [{"items": []}, {"items": [], "nextCursor": ""}])
def test_no_cursor_is_the_end(side: Sides, last: dict[str, Any]) -> None:
    """Absent and empty mean what null means."""
    client = side(answer(200, last))
    assert client.listed(listed(client.layers)) == []


def test_filters_are_sent_once_for_each_value(side: Sides) -> None:
    """One value or several, text or member; the cursor of the next page keeps them."""
    client = side(page("cnt_1", cursor="a"), page())
    client.listed(listed(client.layers, status=["completed", "failed"], format="auto", limit=1))
    for request in client.server.requests:
        assert request.url.params.get_list("status") == ["completed", "failed"]
        assert request.url.params.get_list("format") == ["auto"]
        assert request.url.params["limit"] == "1"


def test_a_cursor_cannot_lead_to_another_host(side: Sides) -> None:
    """Whatever a cursor holds, it is a value of one query parameter."""
    evil = "https://evil.test/?x=1&status=failed#"
    client = side(page("cnt_1", cursor=evil), page())
    client.listed(listed(client.layers))
    second = client.server.requests[1].url
    assert (second.host, second.params["cursor"]) == ("api.test", evil)
    assert "status" not in second.params


def test_the_options_of_a_list_hold_for_all_its_pages(side: Sides) -> None:
    """Timeout, headers and retries are those given to the call."""
    client = side(page("cnt_1", cursor="a"), page())
    client.listed(listed(client.layers, timeout=3, headers={"X-Team": "growth"}))
    assert client.server.sent("x-team") == ["growth", "growth"]
    assert [r.extensions["timeout"]["read"] for r in client.server.requests] == [3, 3]


def test_a_page_can_be_had_with_its_answer(side: Sides) -> None:
    """`raw` takes any call that sends, the next page among them."""
    client = side(answer(200, {"items": []}, X_Request_Id="req_5"))
    pages = listed(client.layers).pages()
    advance = pages.__anext__ if hasattr(pages, "__anext__") else pages.__next__
    found = client.call(lambda layers: layers.raw(advance))
    assert found.request_id == "req_5"
    assert found.parsed.items == []
