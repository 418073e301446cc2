"""A wait for a job: the decision, the two drivers, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from tests.client.sides import (
    CONTAINER,
    DONE,
    JOB,
    KEY,
    URL,
    Server,
    Side,
    Sides,
    answer,
    generate,
)

from layers_client import (
    AsyncLayers,
    JobCanceledError,
    JobError,
    JobFailedError,
    WaitTimeoutError,
)
from layers_client._document import JOB_FLOW
from layers_client._runtime.waiting import Ended, Sleep, next_step

RUNNING = answer(200, JOB)
COMPLETED = answer(200, DONE)
FOUND = answer(200, CONTAINER)
ACCEPTED = answer(202, JOB)


def step(state: str = "running", polls: int = 0, **more: Any) -> Sleep | Ended:
    given = {"elapsed": 0, "timeout": None, "retry_after": None, "chance": 0, **more}
    return next_step(JOB_FLOW, state, polls, **given)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("completed", "success"), ("failed", "failure"), ("canceled", "cancel")],
)
def test_an_ended_job_ends_the_wait(state: str, outcome: str) -> None:
    """The states that end a job are those of the document, however late they are seen."""
    assert step(state) == Ended(outcome)  # type: ignore[arg-type]
    assert step(state, 9, elapsed=99, timeout=5) == Ended(outcome)  # type: ignore[arg-type]


def test_the_first_poll_comes_at_once() -> None:
    """Nothing is waited for before the first look."""
    assert step() == Sleep(0)
    assert step(retry_after=9) == Sleep(0)


def test_later_polls_follow_the_document_s_schedule() -> None:
    """2 s, then 1.3 times as long each time, 10 s at most, and up to half a second more."""
    pauses = [step(polls=n) for n in range(1, 9)]
    told = [round(each.seconds, 2) for each in pauses if isinstance(each, Sleep)]
    assert told == [2, 2.6, 3.38, 4.39, 5.71, 7.43, 9.65, 10]
    assert step(polls=1, chance=1) == Sleep(2.5)
    assert step(polls=10**6) == Sleep(10)


def test_a_server_that_says_when_is_heeded() -> None:
    """Retry-After replaces the schedule's pause."""
    assert step(polls=3, retry_after=30, chance=1) == Sleep(30)


def test_no_pause_goes_beyond_the_deadline() -> None:
    """The last pause ends with the time, for a last look; then it is over."""
    assert step(polls=1, elapsed=9, timeout=10) == Sleep(1)
    assert step(polls=2, elapsed=10, timeout=10) == Ended("timeout")
    assert step(elapsed=0, timeout=0) == Sleep(0)
    assert step(polls=1, elapsed=0, timeout=0) == Ended("timeout")


def test_an_unknown_state_is_not_an_end() -> None:
    """What a server invents later means that the job goes on."""
    assert step("paused", 1) == Sleep(2)


def test_a_wait_returns_what_the_job_made(side: Sides) -> None:
    """Polls until the job has ended, then reads the container."""
    client = side(ACCEPTED, RUNNING, RUNNING, COMPLETED, FOUND)
    container = client.settle(client.call(generate).wait)
    assert container.id == "cnt_1"
    paths = [request.url.path for request in client.server.requests]
    assert paths[1:] == ["/v1/jobs/job_1"] * 3 + ["/v1/content/cnt_1"]
    assert client.time.slept == [0, 2.5, 3.1]


def test_a_job_that_has_ended_already_is_not_polled(side: Sides) -> None:
    """A replayed 202 may be as late as it likes."""
    client = side(answer(202, {**JOB, "status": "completed"}), FOUND)
    client.settle(client.call(generate).wait)
    assert len(client.server.requests) == 2
    assert client.time.slept == []


def test_progress_is_told_after_each_poll(side: Sides) -> None:
    """The callback sees every envelope, states that nobody knows among them."""
    paused = answer(200, {**JOB, "status": "paused", "progress": 0.5})
    client = side(ACCEPTED, RUNNING, paused, COMPLETED, FOUND)
    seen: list[Any] = []
    job = client.call(generate)
    client.settle(lambda: job.wait(on_progress=seen.append))
    assert [each.status for each in seen] == ["running", "paused", "completed"]
    assert seen[1].progress == 0.5


def test_a_progress_callback_may_be_async() -> None:
    """The async client awaits it."""
    client = Side("async", ACCEPTED, COMPLETED, FOUND)
    seen: list[str] = []

    async def tell(job: Any) -> None:
        await asyncio.sleep(0)
        seen.append(job.status)

    job = client.call(generate)
    client.settle(lambda: job.wait(on_progress=tell))
    client.close()
    assert seen == ["completed"]


def test_what_a_callback_raises_ends_the_wait(side: Sides) -> None:
    """It reaches the caller, and the job is left alone."""
    client = side(ACCEPTED, RUNNING)
    job = client.call(generate)

    def stop(_: Any) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        client.settle(lambda: job.wait(on_progress=stop))
    assert len(client.server.requests) == 2


def test_a_failed_job_is_a_typed_error(side: Sides) -> None:
    """It tells why, and carries the job."""
    error = {"code": "RENDER_FAILED", "message": "The renderer gave up."}
    client = side(ACCEPTED, answer(200, {**DONE, "status": "failed", "error": error}))
    job = client.call(generate)
    with pytest.raises(JobFailedError, match="RENDER_FAILED: The renderer gave up") as caught:
        client.settle(job.wait)
    assert caught.value.code == "RENDER_FAILED"
    assert caught.value.job.status == "failed"


def test_a_canceled_job_is_a_typed_error(side: Sides) -> None:
    """Seen at the first poll, not at the end of the time."""
    client = side(ACCEPTED, answer(200, {**DONE, "status": "canceled"}))
    job = client.call(generate)
    with pytest.raises(JobCanceledError) as caught:
        client.settle(lambda: job.wait(timeout=1))
    assert caught.value.job.job_id == "job_1"
    assert client.time.passed == 0


def test_the_deadline_is_a_typed_error_and_leaves_the_job_alone(side: Sides) -> None:
    """It carries the job as it was last seen; it is a TimeoutError too."""
    client = side(ACCEPTED, answer(200, {**JOB, "stage": "cutting"}))
    job = client.call(generate)
    with pytest.raises(WaitTimeoutError) as caught:
        client.settle(lambda: job.wait(timeout=7))
    assert caught.value.job.stage == "cutting"
    assert isinstance(caught.value, TimeoutError)
    assert client.time.passed == 7
    assert all(request.method == "GET" for request in client.server.requests[1:])


def test_a_hanging_poll_does_not_outlast_the_deadline(side: Sides) -> None:
    """The timeout of a poll is cut to what is left, and running out of it ends the wait."""
    client = side(ACCEPTED, RUNNING)
    job = client.call(generate)

    def hang(request: httpx.Request) -> httpx.Response:
        client.time.passed += request.extensions["timeout"]["read"]
        raise httpx.ReadTimeout("slow")

    client.server.script = [hang]
    with pytest.raises(WaitTimeoutError):
        client.settle(lambda: job.wait(timeout=5))
    assert client.time.passed == 5


def test_an_interrupt_leaves_the_job_alone(side: Sides) -> None:
    """Ctrl-C ends the wait, not the job."""
    client = side(ACCEPTED, RUNNING)
    job = client.call(generate)
    with pytest.raises(KeyboardInterrupt):
        client.settle(lambda: job.wait(on_progress=_interrupt))
    assert [request.method for request in client.server.requests] == ["POST", "GET"]


def test_an_interrupt_cancels_the_job_where_that_is_asked_for(side: Sides) -> None:
    """`cancel_on_exit` sends the cancel, and the interrupt goes on."""
    client = side(ACCEPTED, RUNNING, answer(202, {"jobId": "job_1", "accepted": True}))
    job = client.call(generate)
    with pytest.raises(KeyboardInterrupt):
        client.settle(lambda: job.wait(on_progress=_interrupt, cancel_on_exit=True))
    assert client.server.requests[-1].url.path == "/v1/jobs/job_1/cancel"


def _interrupt(_: Any) -> None:
    raise KeyboardInterrupt


def test_what_a_callback_raises_cancels_nothing(side: Sides) -> None:
    """`cancel_on_exit` is for Ctrl-C and cancellation; a failure leaves a paid render alone."""
    client = side(ACCEPTED, RUNNING)
    job = client.call(generate)
    with pytest.raises(LookupError):
        client.settle(lambda: job.wait(on_progress=_raise, cancel_on_exit=True))
    assert [request.method for request in client.server.requests] == ["POST", "GET"]


def _raise(_: Any) -> None:
    raise LookupError


def test_a_canceled_task_leaves_the_job_alone_or_cancels_it() -> None:
    """The async wait can be canceled like any other."""
    for asked, last in ((False, "GET"), (True, "POST")):
        client = Side("async", ACCEPTED, RUNNING)
        job = client.call(generate)

        async def give_up(job: Any = job, *, asked: bool = asked) -> None:
            task = asyncio.ensure_future(job.wait(on_progress=_forever, cancel_on_exit=asked))
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        client.settle(give_up)
        client.close()
        assert client.server.requests[-1].method == last


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_a_canceled_scope_lets_the_cancel_through(library: str) -> None:
    """Whatever else is awaited within it is canceled at once, but not this."""
    server = Server(ACCEPTED, RUNNING)

    async def serve(request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        return server(request)

    async def main() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(serve))
        job = await generate(AsyncLayers(api_key=KEY, base_url=URL, http_client=http))
        with anyio.CancelScope() as scope:
            await job.wait(on_progress=lambda _: scope.cancel(), cancel_on_exit=True)
        assert scope.cancelled_caught

    anyio.run(main, backend=library)
    assert server.requests[-1].url.path == "/v1/jobs/job_1/cancel"


async def _forever(_: Any) -> None:
    await asyncio.sleep(60)


def test_a_job_is_resumed_from_its_id(side: Sides) -> None:
    """In another process the id is enough; the container's id is found in the result."""
    done = {**DONE, "result": {"containerId": "cnt_7", "assets": []}}
    client = side(answer(200, done), FOUND)
    job = client.call(lambda layers: layers.jobs.resume("job_1"))
    assert job.done
    client.settle(job.wait)
    assert client.server.requests[-1].url.path == "/v1/content/cnt_7"


def test_a_job_is_resumed_from_its_envelope(side: Sides) -> None:
    """An envelope that is at hand, as a rejection's, needs no request."""
    rejection = {
        "id": "cnt_1",
        "approvalStatus": "rejected",
        "rejectedAt": "2026-04-18T12:15:00Z",
        "rejectedBy": "me",
        "reason": "Off brand.",
        "job": JOB,
    }
    client = side(answer(200, rejection), COMPLETED, FOUND)
    rejected = client.call(
        lambda layers: layers.content.reject("cnt_1", reason="Off brand.", regenerate=True)
    )
    job = client.call(lambda layers: layers.jobs.resume(rejected.job))
    assert client.settle(job.wait).id == "cnt_1"
    assert len(client.server.requests) == 3


def test_an_ended_job_that_names_nothing_is_an_error(side: Sides) -> None:
    """A success without a container cannot be read, and says so."""
    client = side(COMPLETED)
    job = client.call(lambda layers: layers.jobs.resume("job_1"))
    with pytest.raises(JobError, match="does not say what it made"):
        client.settle(job.wait)


def test_a_poll_asks_only_for_what_has_changed(side: Sides) -> None:
    """The last ETag goes along; 304 keeps the job as it was."""
    first = answer(200, {**JOB, "stage": "cutting"}, ETag='"1"')
    same = httpx.Response(304, headers={"ETag": '"1"'})
    client = side(ACCEPTED, first, same, COMPLETED, FOUND)
    seen: list[str | None] = []
    job = client.call(generate)
    client.settle(lambda: job.wait(on_progress=lambda job: seen.append(job.stage)))
    assert client.server.sent("if-none-match")[1:4] == [None, '"1"', '"1"']
    assert seen == ["cutting", "cutting", None]


def test_the_pause_after_a_poll_is_the_server_s_where_it_says(side: Sides) -> None:
    """Retry-After on a poll's answer moves the next poll."""
    client = side(ACCEPTED, answer(200, JOB, retry_after="4"), COMPLETED, FOUND)
    client.settle(client.call(generate).wait)
    assert client.time.slept == [0, 4]


def test_a_handle_tells_and_asks_how_the_job_stands(side: Sides) -> None:
    """`status`, `done`, `envelope`, `refresh()`, `cancel()`."""
    canceled = answer(202, {"jobId": "job_1", "accepted": True})
    client = side(ACCEPTED, COMPLETED, canceled)
    job = client.call(generate)
    assert (job.id, job.status, job.done) == ("job_1", "running", False)
    assert job.envelope.container_id == "cnt_1"
    assert client.settle(job.refresh).status == "completed"
    assert job.done
    assert client.settle(job.cancel).accepted is True
