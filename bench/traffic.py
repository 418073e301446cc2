"""Traffic of any size that grows in one dimension: projects, decisions, keys, lists, renders.

Each dimension is a function that adds about so many exchanges to a `Traffic`; all of them are
those of a sound server as far as it matters. Nothing listens, nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count, islice
from typing import Any, Final
from uuid import UUID

from layers_contract.history.exchanges import Exchange, History
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load

EPOCH: Final = 1_776_513_851.0
MARKER: Final = "lc-growth"
PACE: Final = 0.02
"""Seconds between two requests."""

Json = Any
Step = Iterator[None]
"""Yields after each group of exchanges, so that dimensions can take turns."""


@cache
def contract() -> Contract:
    """The shipped contract."""
    return Contract(load())


def stamp(seconds: float) -> str:
    """A timestamp."""
    text = datetime.fromtimestamp(EPOCH + seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


@dataclass
class Made:
    """A container with its newest job."""

    container: str
    job: str
    project: str
    hook: str
    created: float
    gated: bool = False
    updated: float = 0.0
    state: str = "queued"
    review: str = "not_required"
    kind: str = "content_generate"


@dataclass
class Traffic:
    """Exchanges under way; `now` moves with each of them."""

    now: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=count)

    def call(  # noqa: PLR0913 - one exchange has that many sides
        self,
        operation: str,
        ids: Mapping[str, str],
        answer: Json = None,
        *,
        body: Json = None,
        status: int = 200,
        key: str | None = None,
        query: tuple[tuple[str, str], ...] = (),
        took: float = 0.01,
        lost: bool = False,
        sends: Mapping[str, str] | None = None,
        shows: Mapping[str, str] | None = None,
        credential: str = "own",
    ) -> Exchange:
        """Add one exchange."""
        spec = contract().operations[operation]
        code = contract().error_code(status) if status >= 400 else None
        shown = refusal(code) if status >= 400 and answer is None else answer
        sent = EPOCH + self.now
        self.now += PACE
        exchange = Exchange(
            method=spec.method,
            path=spec.url(**ids),
            sent=sent,
            received=None if lost else sent + took,
            status=None if lost else status,
            query=query,
            request_headers={
                **({"content-type": "application/json"} if body is not None else {}),
                **({"idempotency-key": key} if key else {}),
                **(sends or {}),
            },
            request_body=b"" if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", "x-request-id": "r", **(shows or {})},
            body=b"" if lost or shown is None else json.dumps(shown).encode(),
            operation=operation,
            path_params=dict(ids),
            credential=credential,
        )
        self.exchanges.append(exchange)
        return exchange

    def project(self) -> str:
        """A project of its own."""
        return str(UUID(int=next(self.ids) + 2**100))

    def generate(self, project: str, *, gated: bool = False, **call: Json) -> Made:
        """A container in *project*."""
        number = next(self.ids)
        hook = call.pop("hook", f"{MARKER} {number}")
        made = Made(f"cnt_{number}", f"job_{number}", project, hook, self.now, gated, self.now)
        made.review = "pending" if gated else "not_required"
        call = {"body": {"brief": {"hook": hook}}, "status": 202, **call}
        self.call("generateContent", {"projectId": project}, envelope(made), **call)
        return made

    def render(self, made: Made) -> None:
        """The render of *made* ends; seen running, completed, and read."""
        self.poll(made)
        made.state, made.updated = "completed", self.now
        self.poll(made)
        self.read(made)

    def poll(self, made: Made, **call: Json) -> Exchange:
        """A look at the job."""
        state = made.state if made.state in ("completed", "canceled") else "running"
        answer = {**envelope(made), "status": state}
        return self.call("getJob", {"jobId": made.job}, answer, **call)

    def read(self, made: Made) -> Exchange:
        """A look at the container."""
        return self.call("getContent", {"containerId": made.container}, container(made))

    def decide(self, made: Made) -> None:
        """An approval: taken where the review is pending."""
        taken = made.review == "pending" and made.state == "completed"
        made.review = "approved" if taken else made.review
        made.updated = self.now if taken else made.updated
        answer = {
            "id": made.container,
            "approvalStatus": "approved",
            "approvedAt": stamp(self.now),
            "approvedBy": "api_key_1",
        }
        status = 200 if taken else 409
        ids = {"containerId": made.container}
        self.call("approveContent", ids, answer if taken else None, body={}, status=status)

    def policy(self, project: str, *, review: bool = True) -> None:
        """A look at the policy of a project."""
        self.call("getApprovalPolicy", {"projectId": project}, policy(project, review=review))

    def regenerate(self, made: Made, **call: Json) -> None:
        """Another render of *made*."""
        made.job, made.state, made.updated = f"job_{next(self.ids)}", "queued", self.now
        made.review = "pending" if made.gated else "not_required"
        call = {"body": {}, "status": 202, **call}
        made.kind = "content_regenerate"
        self.call("regenerateContent", {"containerId": made.container}, envelope(made), **call)

    def page(self, shown: list[Made], leads_to: str | None = None, **call: Json) -> None:
        """A page of a list."""
        answer = {"items": [container(each) for each in shown], "nextCursor": leads_to}
        self.call("listContent", {"projectId": shown[0].project}, answer, **call)

    def walk(self, shown: list[Made], limit: int, query: tuple[tuple[str, str], ...] = ()) -> Step:
        """All pages of a list, newest first."""
        newest = shown[::-1]
        pages = [newest[at : at + limit] for at in range(0, len(newest), limit)]
        for number, each in enumerate(pages):
            after = (("cursor", f"c{number}"),) if number else ()
            leads_to = f"c{number + 1}" if number + 1 < len(pages) else None
            self.page(each, leads_to, query=(("limit", str(limit)), *query, *after))
            yield


def envelope(made: Made) -> dict[str, Json]:
    """A job as its 202 shows it."""
    return {
        "jobId": made.job,
        "kind": made.kind,
        "status": "running",
        "stage": "queued",
        "projectId": made.project,
        "containerId": made.container,
        "locationUrl": f"/v1/jobs/{made.job}",
        "startedAt": stamp(made.created),
    }


def container(made: Made) -> dict[str, Json]:
    """A container as a read shows it."""
    done = made.state == "completed"
    url = f"https://media.example/{made.job}.mp4"
    measures = {"width": 1080, "height": 1920, "durationMs": 27_500}
    video = {"id": f"med_{made.job}", "kind": "video", "url": url, **measures}
    return {
        "id": made.container,
        "projectId": made.project,
        "status": made.state,
        "approvalStatus": made.review,
        "format": "auto",
        "influencerId": None,
        "brief": {"hook": made.hook},
        "assets": [video] if done else [],
        "captions": [{"platform": "tiktok", "text": "Soon."}] if done else [],
        "lastError": None,
        "createdAt": stamp(made.created),
        "updatedAt": stamp(made.updated),
    }


def policy(project: str, *, review: bool = True) -> dict[str, Json]:
    """An approval policy."""
    shown = {"projectId": project, "requiresApproval": review, "updatedAt": stamp(0)}
    return {**shown, "firstNPostsBlocked": 0, "autoApproveAfter": None}


def refusal(code: str | None) -> dict[str, Json]:
    """An error."""
    return {"error": {"code": code, "message": "No.", "requestId": "req_1"}}


DIMENSIONS: Final[dict[str, Callable[[Traffic, int], Step]]] = {}


def dimension(grow: Callable[[Traffic, int], Step]) -> Callable[[Traffic, int], Step]:
    """Enter a dimension by its function's name."""
    DIMENSIONS[grow.__name__] = grow
    return grow


@dimension
def projects(traffic: Traffic, _: int) -> Step:
    """Each container in a project of its own, listed, and archived."""
    while True:
        project = traffic.project()
        traffic.policy(project)
        made = traffic.generate(project, gated=True)
        traffic.render(made)
        traffic.page([made])
        traffic.call("archiveProject", {"projectId": project}, archived(project))
        yield


@dimension
def archives(traffic: Traffic, _: int) -> Step:
    """One project, archived again and again while its containers render."""
    project = traffic.project()
    while True:
        made = traffic.generate(project)
        traffic.poll(made)
        traffic.read(made)
        traffic.call("archiveProject", {"projectId": project}, archived(project))
        made.state = "canceled"
        traffic.poll(made)
        traffic.read(made)
        yield


def archived(project: str) -> dict[str, Json]:
    """An archived project."""
    return {"id": project, "status": "archived", "archivedAt": stamp(0)}


@dimension
def decisions(traffic: Traffic, size: int) -> Step:
    """Many containers of one project wait for a review; then all are decided, twice."""
    project = traffic.project()
    traffic.policy(project)
    waiting = []
    for _ in range(size // 9):
        waiting.append(traffic.generate(project, gated=True))
        traffic.render(waiting[-1])
        yield
    for made in waiting:
        traffic.read(made)
        traffic.decide(made)
        traffic.decide(made)
        traffic.read(made)
        yield


@dimension
def redecided(traffic: Traffic, _: int) -> Step:
    """One container is decided, and rendered again, without end; some decisions overlap."""
    project = traffic.project()
    traffic.policy(project)
    made = traffic.generate(project, gated=True)
    while True:
        traffic.render(made)
        traffic.decide(made)
        traffic.decide(made)
        traffic.read(made)
        traffic.regenerate(made)
        yield


@dimension
def one_key(traffic: Traffic, _: int) -> Step:
    """One key is used without end: repeated, with another body, invalid, lost, overlapping."""
    project, key = traffic.project(), f"key-{next(traffic.ids)}"
    made = traffic.generate(project, key=key)
    traffic.render(made)
    call: dict[str, Json] = {"key": key, "body": {"brief": {"hook": made.hook}}}
    other: dict[str, Json] = {"key": key, "body": {"brief": {"hook": "other"}}}
    ids = {"projectId": project}
    for turn in count():
        traffic.call("generateContent", ids, envelope(made), status=202, **call)
        traffic.call("generateContent", ids, envelope(made), status=202, took=0.1, **call)
        traffic.call("generateContent", ids, refusal("IDEMPOTENCY_CONFLICT"), status=409, **other)
        traffic.call("generateContent", ids, status=422, key=key, body={"brief": {}})
        unheard = turn % 9 == 8
        traffic.call("generateContent", ids, envelope(made), status=202, lost=unheard, **call)
        traffic.read(made)
        yield


@dimension
def lost(traffic: Traffic, _: int) -> Step:
    """Calls with one hook and a key each are not answered, and sent again."""
    project = traffic.project()
    while True:
        key = f"key-{next(traffic.ids)}"
        call: dict[str, Json] = {"key": key, "hook": f"{MARKER} the same"}
        ids = {"projectId": project}
        body = {"brief": {"hook": f"{MARKER} the same"}}
        traffic.call("generateContent", ids, lost=True, key=key, body=body)
        traffic.render(traffic.generate(project, **call))
        yield


@dimension
def keys(traffic: Traffic, _: int) -> Step:
    """Keys of their own, each repeated, also by another API key, and used with another body."""
    project = traffic.project()
    while True:
        key = f"key-{next(traffic.ids)}"
        made = traffic.generate(project, key=key, hook=f"{MARKER} alike")
        traffic.render(made)
        ids, body = {"projectId": project}, {"brief": {"hook": made.hook}}
        again: dict[str, Json] = {"key": key, "body": body}
        traffic.call("generateContent", ids, envelope(made), status=202, **again)
        other = {"brief": {"hook": f"{MARKER} other {key}"}}
        conflict = refusal("IDEMPOTENCY_CONFLICT")
        traffic.call("generateContent", ids, conflict, status=409, key=key, body=other)
        traffic.call("generateContent", ids, status=404, credential="other", **again)
        traffic.read(made)
        yield


@dimension
def first_pages(traffic: Traffic, _: int) -> Step:
    """One long list of which only first pages are read, some with a filter."""
    project, made = traffic.project(), list[Made]()
    traffic.policy(project)
    while True:
        made.append(traffic.generate(project, gated=True))
        traffic.page(made[-1:-6:-1], "more", query=(("limit", "5"),))
        waits = (("approvalStatus", "pending"),)
        traffic.page(made[-1:-2:-1], query=waits)
        traffic.render(made[-1])
        traffic.decide(made[-1])
        traffic.read(made[-1])
        yield


@dimension
def long_lists(traffic: Traffic, size: int) -> Step:
    """One list that is walked along as a whole, again and again, with and without a filter."""
    project, made = traffic.project(), list[Made]()
    for _ in range(max(size // 20, 1)):
        made.append(traffic.generate(project))
        traffic.render(made[-1])
        yield
    while True:
        yield from traffic.walk(made, 5)
        traffic.read(made[0])
        yield
        yield from traffic.walk(made, 5, (("status", "completed"),))
        traffic.read(made[-1])
        yield


@dimension
def renders(traffic: Traffic, _: int) -> Step:
    """One container is rendered without end; some calls are not answered, some overlap."""
    made = traffic.generate(traffic.project())
    while True:
        traffic.render(made)
        traffic.regenerate(made)
        traffic.call("regenerateContent", ids_of(made), status=409, body={})
        traffic.call("getContentProgress", ids_of(made), {**envelope(made), "status": "running"})
        yield


def ids_of(made: Made) -> dict[str, str]:
    """The path parameters that name a container."""
    return {"containerId": made.container}


@dimension
def polls(traffic: Traffic, _: int) -> Step:
    """One render that never ends is polled; all that it shows moves."""
    made = traffic.generate(traffic.project())
    for turn in count():
        shows = {"etag": f'"{turn}"'}
        progress = {**envelope(made), "progress": 1 - 1 / (turn + 2)}
        made.updated, made.state = traffic.now, "generating"
        traffic.call("getJob", {"jobId": made.job}, progress, shows=shows)
        traffic.call("getContentProgress", ids_of(made), progress)
        sends = {"if-none-match": f'"{turn}"'}
        traffic.call("getJob", {"jobId": made.job}, status=304, sends=sends)
        traffic.read(made)
        traffic.page([made])
        yield


@dimension
def cancels(traffic: Traffic, _: int) -> Step:
    """A job that has ended is canceled without end; others once."""
    project = traffic.project()
    done = traffic.generate(project)
    traffic.render(done)
    late = {"accepted": False, "reason": "ALREADY_COMPLETED"}
    while True:
        traffic.call("cancelJob", {"jobId": done.job}, {"jobId": done.job, **late})
        traffic.poll(done)
        traffic.read(done)
        made = traffic.generate(project)
        answer = {"jobId": made.job, "accepted": True}
        traffic.call("cancelJob", {"jobId": made.job}, answer, status=202)
        made.state = "canceled"
        traffic.poll(made)
        traffic.read(made)
        yield


@dimension
def policies(traffic: Traffic, _: int) -> Step:
    """The policy of one project is changed, read and refused without end."""
    project = traffic.project()
    ids = {"projectId": project}
    while True:
        for review in (True, False):
            body = {"requiresApproval": review}
            traffic.call("updateApprovalPolicy", ids, policy(project, review=review), body=body)
            traffic.policy(project, review=review)
            traffic.call("updateApprovalPolicy", ids, status=422, body={"firstNPostsBlocked": -1})
            traffic.policy(project, review=review)
        yield


@dimension
def assets(traffic: Traffic, _: int) -> Step:
    """The assets of one container are signed without end, and asked for under another."""
    project = traffic.project()
    one, other = traffic.generate(project), traffic.generate(project)
    traffic.render(one)
    traffic.render(other)
    while True:
        asset = container(one)["assets"][0]
        signed = {**asset, "url": "https://signed.example", "expiresAt": stamp(traffic.now + 900)}
        named = {"assetId": asset["id"]}
        traffic.call("getContentAsset", {**ids_of(one), **named}, signed)
        traffic.call("getContentAsset", {**ids_of(other), **named}, status=404)
        traffic.read(one)
        yield


@dimension
def refused(traffic: Traffic, _: int) -> Step:
    """Ids that stand for nothing, no key, a wrong key, invalid bodies, somebody else."""
    made = traffic.generate(project := traffic.project())
    traffic.render(made)
    while True:
        number = next(traffic.ids)
        traffic.call("getContent", {"containerId": f"cnt_{MARKER}-{number}"}, status=404)
        traffic.call("getContent", ids_of(made), status=401, credential="none")
        traffic.call("getContent", ids_of(made), status=404, credential="other")
        body = {"brief": {"hook": f"{MARKER} {number}"}, "format": number}
        traffic.call("generateContent", {"projectId": project}, status=422, body=body)
        traffic.call("regenerateContent", ids_of(made), status=403, body={}, key=f"k{number}")
        traffic.read(made)
        yield


@dimension
def clones(traffic: Traffic, _: int) -> Step:
    """One container is cloned without end; some calls are not answered."""
    of = traffic.generate(project := traffic.project())
    traffic.render(of)
    body = {"sourcePlatformPostId": "post_1", "overrides": {"hook": f"{MARKER} clone"}}
    while True:
        number = next(traffic.ids)
        made = Made(f"cnt_{number}", f"job_{number}", project, f"{MARKER} clone", traffic.now)
        made.kind = "content_clone"
        traffic.call("cloneContentFromPost", ids_of(of), envelope(made), status=202, body=body)
        traffic.call("cloneContentFromPost", ids_of(of), lost=True, body=body)
        traffic.render(made)
        traffic.read(of)
        yield


@dimension
def together(traffic: Traffic, size: int) -> Step:
    """All of it, taking turns."""
    others = {name: grow for name, grow in DIMENSIONS.items() if name != "together"}
    running = [grow(traffic, size // len(others)) for grow in others.values()]
    while running:
        for each in list(running):
            if next(each, traffic) is traffic:
                running.remove(each)
        yield


def grown(name: str, size: int) -> History:
    """A history of so many exchanges that grows in the dimension of that name."""
    traffic = Traffic()
    for _ in DIMENSIONS[name](traffic, size):
        if len(traffic.exchanges) >= size:
            break
    return History(islice(traffic.exchanges, size))
