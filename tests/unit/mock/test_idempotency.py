"""One call, however often it is sent, in simulated time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import trio
from tests.helpers.mock_client import BRIEF, OTHER, RENDER, Api, simulate

DAY = 86_400.0


async def count(api: Api) -> int:
    return len(await api.items(limit=200))


@pytest.mark.parametrize("later", [0.0, RENDER / 2, RENDER, DAY - RENDER - 1])
def test_a_replay_is_the_original_answer(later: float) -> None:
    """Inside the window the first 202 comes back, whatever has happened since, and only that."""

    async def story(api: Api) -> None:
        first = await api.generate(key="k")
        await trio.sleep(later)
        before = await api.container(first["containerId"])
        assert await api.generate(key="k") == first
        assert await api.container(first["containerId"]) == before
        assert await count(api) == 1

    simulate(story)


@pytest.mark.parametrize(("after", "jobs"), [(DAY - 0.001, 1), (DAY, 2), (DAY + 0.001, 2)])
def test_the_window_closes_at_its_end(after: float, jobs: int) -> None:
    """A day later to the millisecond the key is new again, also with another body."""

    async def story(api: Api) -> None:
        await api.generate(key="k")
        await trio.sleep(after)
        await api.generate(key="k")
        assert await count(api) == jobs
        if jobs == 2:
            await trio.sleep(DAY)
            await api.generate({"brief": {"hook": "another"}}, key="k")

    simulate(story)


def test_another_body_is_a_conflict_and_starts_nothing() -> None:
    """The same key with another body is refused, and the first body still replays."""

    async def story(api: Api) -> None:
        first = await api.generate(key="k")
        body = {"brief": {**BRIEF, "hook": "another"}}
        refused = await api.call("generateContent", body, key="k", projectId=api.world.open)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == api.contract.idempotency.conflict_code
        assert await api.generate(key="k") == first
        assert await count(api) == 1

    simulate(story)


def test_bodies_that_are_equal_json_are_the_same() -> None:
    """Order of members, white space and escapes make no difference."""

    async def story(api: Api) -> None:
        url = api.contract.operations["generateContent"].url(projectId=api.world.open)
        sent = {"X-Api-Key": "lk_mock_own", "Idempotency-Key": "k"}
        sent["Content-Type"] = "application/json; charset=utf-8"
        texts = (
            '{"brief":{"hook":"hé","language":"en"},"format":"auto"}',
            ' {"format" : "auto",\n"brief":{"language":"en", "hook":"h\\u00e9"}} ',
        )
        answers = [await api.client.post(url, content=t, headers=sent) for t in texts]
        assert answers[0].json() == answers[1].json()
        assert await count(api) == 1

    simulate(story)


def test_calls_without_a_key_and_with_another_key_are_new() -> None:
    """No key, another key, a key in another case: each starts a job."""

    async def story(api: Api) -> None:
        jobs = [await api.generate(key=key) for key in (None, None, "k", "K", "k" * 255)]
        assert len({job["jobId"] for job in jobs}) == 5

    simulate(story)


def test_a_key_is_scoped_by_credential_operation_and_path() -> None:
    """Another organization, another project and another operation do not share a key."""

    async def story(api: Api) -> None:
        first = await api.generate(key="k")
        theirs = await api.generate(key="k", credential=OTHER.key, project=api.world.foreign)
        gated = await api.generate({"brief": {"hook": "x"}}, key="k", project=api.world.gated)
        assert len({first["jobId"], theirs["jobId"], gated["jobId"]}) == 3

    simulate(story)


@pytest.mark.parametrize("refused_body", [{}, {"brief": {"hook": ""}}, {"brief": 1}, [], "x"])
def test_an_invalid_request_keeps_its_key(refused_body: Any) -> None:
    """After a 422 the key is free for a valid body."""

    async def story(api: Api) -> None:
        ids = {"projectId": api.world.open}
        refused = await api.call("generateContent", refused_body, key="k", **ids)
        assert refused.status_code == 422
        await api.generate(key="k")

    simulate(story)


def test_a_refusal_about_state_keeps_its_key() -> None:
    """A regenerate that came too early can be sent again with its key."""

    async def story(api: Api) -> None:
        started = await api.generate()
        ids = {"containerId": started["containerId"]}
        early = await api.call("regenerateContent", {}, key="k", **ids)
        assert early.status_code == 409
        await trio.sleep(RENDER)
        again = await api.call("regenerateContent", {}, key="k", **ids)
        assert again.status_code == 202
        same = await api.call("regenerateContent", {}, key="k", **ids)
        assert same.json() == again.json()

    simulate(story)


async def together(api: Api, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    answers: list[httpx.Response] = []

    async def post(body: dict[str, Any]) -> None:
        ids = {"projectId": api.world.open}
        answers.append(await api.call("generateContent", body, key="k", **ids))

    async with trio.open_nursery() as nursery:
        for body in bodies:
            nursery.start_soon(post, body)
    return answers


@pytest.mark.parametrize("latency", [0.0, 1.0])
@pytest.mark.parametrize("waits", [False, True])
def test_simultaneous_calls_start_one_job(latency: float, waits: bool) -> None:
    """Of many calls with one key one starts a job; the others name it, or are told to wait."""

    async def story(api: Api) -> None:
        answers = await together(api, [{"brief": BRIEF}] * 50)
        jobs = {a.json()["jobId"] for a in answers if a.status_code == 202}
        statuses = {a.status_code for a in answers}
        assert len(jobs) == 1
        assert statuses == ({202} if waits or not latency else {202, 409})
        assert await count(api) == 1
        assert (await api.generate(key="k"))["jobId"] in jobs

    simulate(story, latency=latency, wait_in_flight=waits)


@pytest.mark.parametrize("waits", [False, True])
def test_of_simultaneous_calls_with_different_bodies_one_wins(waits: bool) -> None:
    """One body gets the key, every other body is a conflict."""

    async def story(api: Api) -> None:
        answers = await together(api, [{"brief": {"hook": f"{i}"}} for i in range(20)])
        assert sorted(a.status_code for a in answers) == [202] + [409] * 19
        assert await count(api) == 1

    simulate(story, latency=1.0, wait_in_flight=waits)


def test_a_caller_that_hangs_up_leaves_a_usable_key() -> None:
    """A call that is given up in flight either ran or did not; its key works either way."""

    async def story(api: Api) -> None:
        with trio.move_on_after(0.5):
            await api.generate(key="k")
        first = await api.generate(key="k")
        assert await api.generate(key="k") == first
        assert await count(api) == 1

    simulate(story, latency=1.0)
