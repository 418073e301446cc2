"""Rows of the client's table about what takes several calls: lists, and jobs under way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from client_sides import (
    ACCEPTED,
    CONTAINER,
    DONE,
    JOB,
    KINDS,
    PROJECT,
    READ,
    SOON,
    Side,
    elsewhere,
    equal,
    generate,
    row,
    side,
)
from fake_server import Fake, Reply, reply
from layers_client import errors

RESUME: Final = """
import sys
from layers_client import Layers
print(Layers(base_url=sys.argv[1]).jobs.resume("job_1").wait(timeout=20).id)
"""


def page(cursor: str | None, *names: str) -> Reply:
    """A page of containers."""
    return reply(200, {"items": [{**CONTAINER, "id": n} for n in names], "nextCursor": cursor})


def look(status: str, **more: Any) -> Reply:
    """How a job stands; the next look may come at once."""
    return reply(200, {**JOB, "status": status, **more}, Retry_After=SOON)


FINISHED: Final = reply(200, DONE)


@row("Lists as one, lazily, sync and async")
def lists(fake: Fake) -> str:
    """Three pages, one of them empty; nothing is asked for before it is wanted."""
    for kind in KINDS:
        with side(kind, fake) as client:
            fake.script(page("a", "1", "2"), page("b"), page(None, "3"))
            items = client.layers.content.list(PROJECT)
            equal("requests before the first item", len(fake.requests), 0)
            equal("items", [each.id for each in client.listed(items)], ["1", "2", "3"])
            cursors = [each.path.partition("cursor=")[2] for each in fake.requests]
            equal("cursors", cursors, ["", "a", "b"])
            fake.script(page("a", "1", "2"), page("b"), page(None, "3"))
            sizes = [len(each.items) for each in client.listed(items.pages())]
            equal("items of each page", sizes, [2, 0, 1])
    return "three pages, the second empty: all items, by item and by page, no request too early"


@row("A list that would never end")
def endless(fake: Fake) -> str:
    """A cursor that comes twice."""
    for kind in KINDS:
        with side(kind, fake) as client:
            fake.script(page("a", "1"), page("b", "2"), page("a", "3"))
            try:
                client.listed(client.layers.content.list(PROJECT))
            except errors.PaginationError:
                equal("requests", len(fake.requests), 3)
            else:
                raise AssertionError("it went on")
    return "cursors a, b, a: `PaginationError` after three pages"


@row("Waiting for a job")
def waiting(fake: Fake) -> str:
    """Success, failure, cancel, a state that nobody knows, and a deadline; both clients alike."""
    for kind in KINDS:
        with side(kind, fake) as client:
            fake.script(ACCEPTED, look("running"), look("paused"), FINISHED, READ)
            job = client.call(generate)
            equal("what it made", client.settle(job.wait).id, "cnt_1")
            problem = {"code": "RENDER_FAILED", "message": "No media."}
            error = _ending(client, fake, look("failed", error=problem))
            equal("failed", (type(error), error.code), (errors.JobFailedError, "RENDER_FAILED"))
            error = _ending(client, fake, look("canceled"))
            equal("canceled", type(error), errors.JobCanceledError)
            error = _ending(client, fake, look("running"), timeout=0.3)
            equal("deadline", type(error), errors.WaitTimeoutError)
            equal("the job on the error", error.job.job_id, "job_1")
    return "running, paused, completed: result; failed, canceled, too late: a typed error each"


def _ending(client: Side, fake: Fake, *looks: Reply, **options: Any) -> Any:
    """The error that a wait ends with."""
    fake.script(ACCEPTED, *looks)
    job = client.call(generate)
    return client.error(lambda _: job.wait(**options))


@row("Waiting goes on after a restart")
def resumed(fake: Fake) -> str:
    """Another process, which has nothing but the job's id."""
    with side(KINDS[0], fake) as client:
        fake.script(ACCEPTED)
        client.call(generate)
    fake.script(look("running"), look("running"), FINISHED, READ)
    done = elsewhere(RESUME, fake)
    equal("what the other process printed", done.stdout + done.stderr, "cnt_1\n")
    return "another process, with the id alone: `jobs.resume(id).wait()` returned the container"


@row("A word on progress")
def progress(fake: Fake) -> str:
    """Called after each look; awaited where it is async; what it raises ends the wait."""
    looks = look("running", progress=0.2), look("running", progress=0.7), FINISHED
    for kind in KINDS:
        with side(kind, fake) as client:
            seen: list[Any] = []
            fake.script(ACCEPTED, *looks, READ)
            client.settle(partial(client.call(generate).wait, on_progress=_teller(seen)))
            equal("seen", seen, [0.2, 0.7, None])
            fake.script(ACCEPTED, *looks)
            wait = partial(client.call(generate).wait, on_progress=_stop)
            try:
                client.settle(wait)
            except EnoughError:
                equal("requests", len(fake.requests), 2)
            else:
                raise AssertionError("the callback's exception was lost")
    return "0.2, 0.7 and the end, in order; an exception of the callback ended the wait"


def _teller(seen: list[Any]) -> Callable[[Any], None]:
    return lambda job: seen.append(job.progress)


class EnoughError(Exception):
    """What a callback raises."""


def _stop(_: object) -> None:
    raise EnoughError


@row("Leaving a wait leaves the job alone")
def left_alone(fake: Fake) -> str:
    """Unless it is told otherwise, an end of the wait sends no cancel."""
    sent = []
    for options in ({}, {"cancel_on_exit": True}):
        with side(KINDS[0], fake) as client:
            fake.script(ACCEPTED, look("running"))
            job = client.call(generate)
            with suppress(KeyboardInterrupt):
                job.wait(on_progress=_interrupt, **options)
            sent.append([each.path for each in fake.requests if "cancel" in each.path])
    equal("cancels", sent, [[], ["/v1/jobs/job_1/cancel"]])
    return "Ctrl-C in a wait: no cancel was sent; with `cancel_on_exit=True`, one"


def _interrupt(_: object) -> None:
    raise KeyboardInterrupt
