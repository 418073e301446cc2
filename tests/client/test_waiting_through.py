"""A wait survives what lasts for a moment, and many jobs share one pace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.client.sides import CONTAINER, DONE, JOB, Side, Sides, answer, generate, refusal

from layers_client import (
    JobError,
    JobFailedError,
    NotFoundError,
    ResponseDecodeError,
    WaitTimeoutError,
)
from layers_client._document import JOB_FLOW
from layers_client._runtime.waiting import Queue

RUNNING = answer(200, JOB)
COMPLETED = answer(200, DONE)
FOUND = answer(200, CONTAINER)
ACCEPTED = answer(202, JOB)
BLIPS: dict[str, Callable[[], httpx.Response | Exception]] = {
    "no connection": lambda: httpx.ConnectError("refused"),
    "cut off": lambda: httpx.RemoteProtocolError("peer closed"),
    "too slow": lambda: httpx.ReadTimeout("slow"),
    "408": lambda: refusal(408, "TIMEOUT"),
    "425": lambda: refusal(425, "EARLY"),
    "429": lambda: refusal(429, "RATE_LIMITED", retry_after="3"),
    "500": lambda: refusal(500, "INTERNAL"),
    "503": lambda: answer(503),
    "522": lambda: answer(522),
}


@pytest.mark.parametrize("name", BLIPS)
@pytest.mark.parametrize("seconds", [1, 4, 8, 60])
def test_an_outage_ends_no_wait(side: Sides, name: str, seconds: int) -> None:
    """Whatever the server answers in the meantime, the result arrives."""
    client = side(ACCEPTED)
    job = client.call(generate)
    serve_after(client, seconds, BLIPS[name])
    assert client.settle(job.wait).id == "cnt_1"
    assert seconds <= client.time.passed < seconds + 30


def serve_after(client: Side, seconds: float, blip: Callable[[], Any]) -> None:
    """For so long the server has trouble; then the job is done."""

    def serve(request: httpx.Request) -> httpx.Response:
        if client.time.passed < seconds:
            trouble: httpx.Response | Exception = blip()
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        return answer(200, CONTAINER if request.url.path.startswith("/v1/content") else DONE)

    client.server.script = [serve]


def test_what_the_server_asks_for_is_waited_for(side: Sides) -> None:
    """A Retry-After of two minutes is within a wait of ten; nothing is sent in between."""
    client = side(ACCEPTED, refusal(429, "RATE_LIMITED", retry_after="121"), COMPLETED, FOUND)
    assert client.settle(client.call(generate).wait).id == "cnt_1"
    assert client.time.slept == [0, 121]


def test_the_time_ends_a_wait_that_heard_nothing(side: Sides) -> None:
    """The error carries the job, and what the last poll failed with."""
    client = side(ACCEPTED)
    job = client.call(generate)
    client.server.script = [answer(503)]
    with pytest.raises(WaitTimeoutError) as caught:
        client.settle(lambda: job.wait(timeout=30))
    assert caught.value.job.job_id == "job_1"
    assert caught.value.__cause__.status == 503  # type: ignore[union-attr]
    assert client.time.passed == 30


def test_silence_ends_a_wait_without_a_timeout(side: Sides) -> None:
    """Nothing was heard for ten minutes: the wait ends, typed, whatever Retry-After says."""
    client = side(ACCEPTED)
    job = client.call(generate)
    client.server.script = [refusal(503, "DOWN", retry_after="1000000000")]
    with pytest.raises(WaitTimeoutError, match="nothing was heard of job job_1"):
        client.settle(lambda: job.wait(timeout=None))
    assert client.time.passed == 600


def test_a_refusal_for_good_ends_the_wait_and_names_the_job(side: Sides) -> None:
    """What no moment mends is raised as it is, with the job."""
    client = side(ACCEPTED, RUNNING, refusal(404, "NOT_FOUND"))
    job = client.call(lambda layers: layers.jobs.resume("job_1"))
    client.server.script = [refusal(404, "NOT_FOUND")]
    with pytest.raises(NotFoundError) as caught:
        client.settle(job.wait)
    assert caught.value.job.job_id == "job_1"


def test_a_job_that_was_just_accepted_may_not_be_found_yet(side: Sides) -> None:
    """404 after the 202 is borne for ten seconds."""
    missing = refusal(404, "NOT_FOUND")
    client = side(ACCEPTED, missing, missing, COMPLETED, FOUND)
    assert client.settle(client.call(generate).wait).id == "cnt_1"
    gone = side(ACCEPTED)
    job = gone.call(generate)
    gone.server.script = [refusal(404, "NOT_FOUND")]
    with pytest.raises(NotFoundError):
        gone.settle(job.wait)
    assert 10 <= gone.time.passed < 25


def test_no_time_at_all_is_one_look(side: Sides) -> None:
    """`wait(timeout=0)` polls once."""
    client = side(ACCEPTED, COMPLETED, FOUND)
    job = client.call(generate)
    assert client.settle(lambda: job.wait(timeout=0)).id == "cnt_1"
    late = side(ACCEPTED, RUNNING)
    unfinished = late.call(generate)
    with pytest.raises(WaitTimeoutError):
        late.settle(lambda: unfinished.wait(timeout=0))
    assert len(late.server.requests) == 2


def test_what_nobody_can_read_is_no_blip(side: Sides) -> None:
    """A page in place of the job is borne twice; then it is the error."""
    page = httpx.Response(200, content=b"<html>")
    client = side(ACCEPTED, page, page, COMPLETED, FOUND)
    assert client.settle(client.call(generate).wait).id == "cnt_1"
    client = side(ACCEPTED)
    job = client.call(generate)
    client.server.script = [httpx.Response(200, json={"jobId": 7})]
    with pytest.raises(ResponseDecodeError):
        client.settle(job.wait)
    assert len(client.server.requests) == 4


def test_the_result_is_fetched_through_a_blip(side: Sides) -> None:
    """The job is done and paid for: what it made is asked for until it is there."""
    client = side(ACCEPTED, COMPLETED, *[answer(503)] * 7, FOUND)
    assert client.settle(client.call(generate).wait).id == "cnt_1"


@pytest.mark.parametrize("blip", ["no connection", "503", "429"])
def test_a_failure_cancels_no_job(side: Sides, blip: str) -> None:
    """`cancel_on_exit` is for Ctrl-C and cancellation alone."""
    client = side(ACCEPTED)
    job = client.call(generate)
    trouble = BLIPS[blip]()
    client.server.script = [trouble]
    with pytest.raises(WaitTimeoutError):
        client.settle(lambda: job.wait(timeout=20, cancel_on_exit=True))
    assert {request.method for request in client.server.requests[1:]} == {"GET"}


def _interrupt(_: Any) -> None:
    raise KeyboardInterrupt


def test_the_farewell_is_sent_again(side: Sides) -> None:
    """A cancel that meets a blip is repeated within its time."""
    accepted = answer(202, {"jobId": "job_1", "accepted": True})
    client = side(ACCEPTED, RUNNING, httpx.ConnectError("refused"), answer(503), accepted)
    job = client.call(generate)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.settle(lambda: job.wait(on_progress=_interrupt, cancel_on_exit=True))
    assert not hasattr(caught.value, "__notes__")
    assert [r.url.path.rsplit("/", 1)[1] for r in client.server.requests[2:]] == ["cancel"] * 3


def test_a_farewell_that_fails_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    """The interrupt says that the job goes on, the log too; it holds nobody up beyond its time."""
    client = Side("sync", ACCEPTED, RUNNING)
    job = client.call(generate)
    client.server.script = [RUNNING, answer(503)]
    with caplog.at_level(logging.WARNING), pytest.raises(KeyboardInterrupt) as caught:
        client.settle(lambda: job.wait(on_progress=_interrupt, cancel_on_exit=True))
    client.close()
    assert "job job_1 was not canceled, and goes on" in caught.value.__notes__[0]
    assert "was not canceled" in caplog.text
    assert client.time.passed <= 10


def test_zero_seconds_have_a_floor(side: Sides) -> None:
    """`Retry-After: 0` does not make a busy loop."""
    client = side(ACCEPTED, *[answer(200, JOB, retry_after="0")] * 4, COMPLETED, FOUND)
    client.settle(client.call(generate).wait)
    assert client.time.slept == [0, *[0.25] * 4]


def test_an_interval_replaces_the_schedule(side: Sides) -> None:
    """`poll_interval=` is what the caller wants."""
    client = side(ACCEPTED, RUNNING, RUNNING, COMPLETED, FOUND)
    job = client.call(generate)
    client.settle(lambda: job.wait(poll_interval=7))
    assert client.time.slept == [0, 7, 7]


def test_a_watch_shows_each_step(side: Sides) -> None:
    """`for update in job.watch()` ends with the job, in whatever way it ends."""
    failed = answer(200, {**DONE, "status": "failed"})
    client = side(ACCEPTED, RUNNING, answer(503), failed)
    job = client.call(generate)
    assert [each.status for each in client.listed(job.watch())] == ["running", "failed"]
    with pytest.raises(JobFailedError):
        client.settle(job.result)


def test_an_unfinished_job_has_no_result(side: Sides) -> None:
    """It says so, and asks the server for nothing."""
    client = side(ACCEPTED)
    job = client.call(generate)
    with pytest.raises(JobError, match="still running"):
        client.settle(job.result)
    assert len(client.server.requests) == 1


class Farm:
    """A server with many jobs, each done after its time, that takes so many calls a minute."""

    def __init__(self, client: Side, per_minute: int) -> None:
        self.client, self.per_minute = client, per_minute
        self.calls: list[float] = []
        self.refused = 0
        client.server.script = [self.serve]

    def serve(self, request: httpx.Request) -> httpx.Response:
        now = self.client.time.passed
        number = len(self.client.server.requests)
        if request.method == "POST":
            return answer(202, {**JOB, "jobId": f"job_{number}", "containerId": f"cnt_{number}"})
        self.calls = [each for each in self.calls if each > now - 60]
        if len(self.calls) >= self.per_minute:
            self.refused += 1
            return refusal(429, "RATE_LIMITED", retry_after="5")
        self.calls.append(now)
        name = request.url.path.rsplit("/", 1)[1]
        if request.url.path.startswith("/v1/content"):
            return answer(200, {**CONTAINER, "id": name})
        if now < 20 + int(name[4:]):
            return answer(200, {**JOB, "jobId": name, "containerId": f"cnt_{name[4:]}"})
        status = "failed" if name == "job_3" else "completed"
        return answer(200, {**DONE, "jobId": name, "status": status})


def test_many_jobs_share_one_pace(side: Sides) -> None:
    """20 jobs against 60 calls a minute: all results arrive, in the order of the jobs."""
    client = side()
    Farm(client, 60)
    jobs = [client.call(generate) for _ in range(20)]
    found = client.settle(lambda: client.layers.wait_all(jobs, return_errors=True))
    assert [getattr(each, "id", "failed") for each in found] == [
        "failed" if number == 3 else f"cnt_{number}" for number in range(1, 21)
    ]


def test_hundreds_of_jobs_stay_within_the_documented_rate(side: Sides) -> None:
    """At the standard tier's 120 calls a minute, no poll of 200 jobs is refused."""
    client = side()
    farm = Farm(client, 120 + 2)
    jobs = [client.call(generate) for _ in range(200)]
    client.settle(lambda: client.layers.wait_all(jobs, timeout=3600, return_errors=True))
    polls = [r for r in client.server.requests if r.url.path.startswith("/v1/jobs")]
    assert len(polls) >= 200
    assert farm.refused <= 4


def test_the_first_error_is_raised_once_all_have_ended(side: Sides) -> None:
    """Without `return_errors` a failed job is raised; the others have been waited for."""
    client = side()
    Farm(client, 1000)
    jobs = [client.call(generate) for _ in range(5)]
    with pytest.raises(JobFailedError):
        client.settle(lambda: client.layers.wait_all(jobs))
    assert all(job.done for job in jobs)


def test_jobs_come_as_they_end(side: Sides) -> None:
    """`as_completed` gives the job that ends first first; `on_progress` sees every poll."""
    client = side()
    Farm(client, 1000)
    jobs = [client.call(generate) for _ in range(4)]
    seen: list[str] = []
    ended = client.listed(
        client.layers.as_completed(
            reversed(jobs), on_progress=lambda job: seen.append(job.status), poll_interval=0.5
        )
    )
    assert [job.id for job in ended] == ["job_1", "job_2", "job_3", "job_4"]
    assert [job.status for job in ended] == ["completed", "completed", "failed", "completed"]
    assert seen.count("completed") == 3


def test_jobs_that_do_not_end_in_time(side: Sides) -> None:
    """Each is an error of its own; the time holds for all of them together."""
    client = side()
    Farm(client, 1000)
    jobs = [client.call(generate) for _ in range(3)]
    found = client.settle(lambda: client.layers.wait_all(jobs, timeout=5, return_errors=True))
    assert [type(each) for each in found] == [WaitTimeoutError] * 3
    assert client.time.passed <= 6
    assert client.settle(lambda: client.layers.wait_all([])) == []


def test_the_queue_polls_who_is_due_first() -> None:
    """One pace for all, and a server that says when is heeded for all."""
    queue = Queue(2, 0.5, 0.0)
    assert queue.next() == (0, 0.0)
    queue.polled(0.1)
    queue.put(0, 2.0)
    assert queue.next() == (1, 0.6)
    assert JOB_FLOW.rate == 0.5
