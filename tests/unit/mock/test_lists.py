"""Pages, filters and cursors of the mock."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.mock_client import BRIEF, RENDER, Api, simulate

from layers_contract.mock import FAILING_HOOK


async def walk(api: Api, **query: Any) -> list[dict[str, Any]]:
    """Every item, page by page; at most 100 pages."""
    items: list[dict[str, Any]] = []
    for _ in range(100):
        page = (await api.call("listContent", query=query, projectId=api.world.open)).json()
        items += page["items"]
        if page["nextCursor"] is None:
            return items
        query["cursor"] = page["nextCursor"]
    raise AssertionError("the walk does not end")


@given(count=st.integers(0, 12), limit=st.integers(1, 13), inserted=st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_a_walk_shows_each_container_once_newest_first(
    count: int, limit: int, inserted: int
) -> None:
    """Whatever the limit, and while others are added, a walk is complete and in order."""

    async def story(api: Api) -> None:
        made = [(await api.generate())["containerId"] for _ in range(count)]
        page = (
            await api.call("listContent", query={"limit": limit}, projectId=api.world.open)
        ).json()
        for _ in range(inserted):
            await api.generate()
        items = page["items"]
        if page["nextCursor"]:
            items += await walk(api, limit=limit, cursor=page["nextCursor"])
        assert [item["id"] for item in items] == made[::-1]

    simulate(story)


def test_filters_let_through_what_they_name() -> None:
    """Filters may be repeated and combined, and go on along the cursor."""

    async def story(api: Api) -> None:
        for number in range(9):
            hook = FAILING_HOOK if number % 3 == 0 else "fine"
            chosen = "ugc_remix" if number % 2 else "auto"
            await api.generate({"format": chosen, "brief": {"hook": hook}})
        await trio.sleep(RENDER)
        await api.generate()
        assert len(await walk(api, status=["failed"])) == 3
        assert len(await walk(api, status=["failed", "completed"], limit=2)) == 9
        both = await walk(api, status="completed", format="ugc_remix", limit=1)
        assert {(i["status"], i["format"]) for i in both} == {("completed", "ugc_remix")}
        assert len(both) == 3
        assert await walk(api, approvalStatus="approved") == []

    simulate(story)


def test_the_default_limit_is_the_documents() -> None:
    """Without a limit a page holds as many items as the document says."""

    async def story(api: Api) -> None:
        operation = api.contract.operations["listContent"]
        parameter = operation.parameter("limit")
        assert parameter
        default = parameter.schema["default"]
        for _ in range(default + 1):
            await api.generate()
        assert len(await api.items()) == default

    simulate(story)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"limit": ""}, {"limit": "1.0"},
        {"limit": "9" * 400}, {"limit": ["1", "2"]}, {"limit": "٣"}, {"status": "unknown"},
        {"status": ["completed", ""]}, {"status": "completed,failed"}, {"format": "AUTO"},
        {"cursor": ""}, {"cursor": "x"}, {"cursor": "bnVsbA"}, {"cursor": "W10"},
        {"cursor": "\U0001f600"}, {"cursor": "WzEsMiwiMyJd"}, {"cursor": "A" * 10_000},
    ],
)  # fmt: skip
def test_a_bad_query_is_invalid(query: dict[str, Any]) -> None:
    """A limit out of bounds, an unknown filter value and a foreign cursor are 422."""

    async def story(api: Api) -> None:
        await api.generate()
        answer = await api.call("listContent", query=query, projectId=api.world.open)
        assert answer.status_code == 422
        assert answer.json()["error"]["details"]["at"] in query

    simulate(story)


def test_a_cursor_is_good_for_its_own_project_only() -> None:
    """An altered cursor and the cursor of another project are refused."""

    async def story(api: Api) -> None:
        for _ in range(2):
            await api.generate()
        found = await api.call("listContent", query={"limit": 1}, projectId=api.world.open)
        cursor = found.json()["nextCursor"]
        elsewhere = await api.call(
            "listContent", query={"cursor": cursor}, projectId=api.world.gated
        )
        assert elsewhere.status_code == 422
        for place in (0, len(cursor) // 2, len(cursor) - 2):
            altered = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            answer = await api.call(
                "listContent", query={"cursor": altered}, projectId=api.world.open
            )
            assert answer.status_code == 422

    simulate(story)


def test_a_list_of_many_is_quick() -> None:
    """A rare filter over two thousand containers is answered, and rightly."""

    async def story(api: Api) -> None:
        first = await api.generate({"format": "ugc_remix", "brief": BRIEF})
        for _ in range(2000):
            await api.generate()
        found = await api.items(format="ugc_remix")
        assert [item["id"] for item in found] == [first["containerId"]]

    simulate(story, check=False)
