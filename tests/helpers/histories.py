"""Histories made by hand: a tape that takes down exchanges, and cases that say what they show.

    def completes(tape: Tape) -> None:
        made = tape.generate()
        tape.read(made, "generating")
        tape.read(made, "completed")

What is left out is as a sound server would have it: every answer fits the document. A call is sent
one second after the one before and takes a tenth; `at` and `took` make calls overlap, `lost=True`
leaves one without an answer, `status` alone makes it a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Literal

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Expectations, Facts
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load

Json = Any
Fields = Mapping[str, Json]

EPOCH: Final = 1_776_513_851.0
OPEN: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
GATED: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d40"
FOREIGN: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d41"
MARKER: Final = "lc-tape"
RENDER: Final = 60.0
GONE: Final = object()
"""As a field's value: the answer lacks it."""


@cache
def contract() -> Contract:
    """The shipped contract."""
    return Contract(load())


def stamp(seconds: float, digits: int = 3) -> str:
    """A timestamp so many seconds after the tape's beginning, with so many digits after the dot."""
    text = datetime.fromtimestamp(EPOCH + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return (text[: len(text) - 6 + digits] if digits else text[:-7]) + "Z"


@dataclass(frozen=True)
class Made:
    """A render of a container: what its 202 said, and what was asked for."""

    exchange: Exchange
    job: str
    container: str
    project: str
    brief: dict[str, Json]
    format: str
    created: float
    started: float
    envelope: dict[str, Json]


@dataclass
class Tape:
    """A history under way."""

    expect: Expectations = field(
        default_factory=lambda: Expectations(
            render=RENDER, marker=MARKER, foreign=frozenset({FOREIGN})
        )
    )
    now: float = 0.0
    exchanges: list[Exchange] = field(default_factory=list)
    _count: int = 0

    @property
    def history(self) -> History:
        """What was taken down."""
        return History(self.exchanges)

    @property
    def facts(self) -> Facts:
        """What it shows."""
        return Facts(contract(), self.history, self.expect)

    def verdicts(self, *, strict: bool = True) -> dict[str, Judged]:
        """The whole catalogue's verdicts, by id."""
        found = judge(contract(), self.history, self.expect, strict=strict)
        return {each.promise.id: each for each in found}

    def wait(self, seconds: float) -> None:
        """Send nothing for so long."""
        self.now += seconds

    def call(
        self,
        operation: str,
        ids: Mapping[str, str],
        *,
        status: int = 200,
        answer: Json = None,
        code: str | None = None,
        body: Json = None,
        query: Sequence[tuple[str, str]] = (),
        key: str | None = None,
        sends: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        at: float | None = None,
        took: float = 0.1,
        lost: bool = False,
        credential: str = "own",
        actor: str = "story",
    ) -> Exchange:
        """Take down one call. Bodies are JSON values, or bytes as they are; None is no body."""
        spec = contract().operations[operation]
        sent = self.now if at is None else at
        self.now = max(self.now, sent + 1.0)
        shown = refusal(code or code_of(status)) if status >= 400 and answer is None else answer
        shown = _at_home(shown)
        limited = {"retry-after": "1"} if status == 429 else {}
        exchange = Exchange(
            method=spec.method,
            path=spec.url(**ids),
            sent=EPOCH + sent,
            query=tuple(query),
            request_headers={
                **({"content-type": "application/json"} if body is not None else {}),
                **({"idempotency-key": key} if key is not None else {}),
                **(sends or {}),
            },
            request_body=encoded(body),
            operation=operation,
            path_params=dict(ids),
            credential=credential,
            actor=actor,
        )
        if lost:
            exchange.failure = "ReadError"
        else:
            exchange.received = EPOCH + sent + took
            exchange.status = status
            exchange.body = encoded(shown)
            kind = {"content-type": "application/json"} if exchange.body else {}
            exchange.headers = {**kind, **limited, **(headers or {})}
        self.exchanges.append(exchange)
        return exchange

    # What starts a render.

    def generate(
        self,
        brief: Fields | None = None,
        envelope: Fields | None = None,
        *,
        project: str = OPEN,
        format: str | None = None,  # noqa: A002 - the field's name
        **call: Any,
    ) -> Made:
        """A render of a new container. *envelope* changes the 202."""
        number = self._next()
        wanted = {"hook": f"Evenings [{MARKER} {number}]", **(brief or {})}
        body = {"brief": wanted} if format is None else {"format": format, "brief": wanted}
        names = {"job": f"job_{number}", "container": f"cnt_{number}", "project": project}
        return self._start(
            "generateContent",
            {"projectId": project},
            {"body": body, **call},
            names,
            envelope,
            brief=wanted,
            format=format or "auto",
        )

    def regenerate(
        self, made: Made, patch: Fields | None = None, envelope: Fields | None = None, **call: Any
    ) -> Made:
        """Another render of a container."""
        names = {"job": f"job_{self._next()}", "container": made.container}
        return self._start(
            "regenerateContent",
            {"containerId": made.container},
            {"body": {} if patch is None else {"patch": dict(patch)}, **call},
            {**names, "project": made.project},
            {"kind": "content_regenerate", **(envelope or {})},
            of=made,
            brief={**made.brief, **(patch or {})},
            format=made.format,
        )

    def clone(
        self,
        made: Made,
        overrides: Fields | None = None,
        envelope: Fields | None = None,
        **call: Any,
    ) -> Made:
        """Another container, from a post."""
        number = self._next()
        asked = {} if overrides is None else {"overrides": dict(overrides)}
        return self._start(
            "cloneContentFromPost",
            {"containerId": made.container},
            {"body": {"sourcePlatformPostId": "post_1", **asked}, **call},
            {"job": f"job_{number}", "container": f"cnt_{number}", "project": made.project},
            {"kind": "content_clone", **(envelope or {})},
            brief={"hook": "From a post", **(overrides or {})},
            format="video_remix",
        )

    def reject_again(self, made: Made, envelope: Fields | None = None, **call: Any) -> Made:
        """A rejection with a new render."""
        number = self._next()
        names = {"job": f"job_{number}", "container": made.container, "project": made.project}
        shown = _envelope(names, self._at(call), {"kind": "content_regenerate", **(envelope or {})})
        decision = {**_decision(made, "rejected", self._at(call)), "job": shown}
        body = {"reason": "Off brand.", "regenerate": True}
        exchange = self.call(
            "rejectContent",
            {"containerId": made.container},
            **{"body": body, "answer": decision, **call},
        )
        return replace(
            made,
            exchange=exchange,
            job=str(shown.get("jobId")),
            started=self._at(call, exchange),
            envelope=shown,
        )

    def again(self, made: Made, **call: Any) -> Exchange:
        """The call that made something once more; answered as the first time unless told."""
        first = made.exchange
        shape: dict[str, Any] = {
            "body": first.request_body,
            "key": first.request_headers.get("idempotency-key"),
            "status": first.status or 202,
        }
        shape |= {"answer": made.envelope} if call.get("status", 202) < 400 else {}
        return self.call(first.operation or "", first.path_params, **{**shape, **call})

    # What looks at it.

    def read(
        self, made: Made, state: str = "completed", show: Fields | None = None, **call: Any
    ) -> Exchange:
        """The container."""
        answer = {} if call.get("status", 200) >= 400 else {"answer": container(made, state, show)}
        return self.call("getContent", {"containerId": made.container}, **{**answer, **call})

    def poll(
        self, made: Made, state: str = "running", show: Fields | None = None, **call: Any
    ) -> Exchange:
        """The job."""
        answer = {} if call.get("status", 200) >= 300 else {"answer": job(made, state, show)}
        return self.call("getJob", {"jobId": made.job}, **{**answer, **call})

    def progress(
        self, made: Made, state: str = "running", show: Fields | None = None, **call: Any
    ) -> Exchange:
        """The newest job of the container."""
        ids = {"containerId": made.container}
        return self.call("getContentProgress", ids, **{"answer": job(made, state, show), **call})

    def page(
        self,
        *items: Fields,
        project: str = OPEN,
        after: str | None = None,
        leads_to: str | None = None,
        query: Sequence[tuple[str, str]] = (),
        **call: Any,
    ) -> Exchange:
        """A page of a list; *after* is the cursor that it was asked for with."""
        asked = [*query, *([("cursor", after)] if after else [])]
        answer = {"items": list(items), "nextCursor": leads_to}
        ids = {"projectId": project}
        return self.call("listContent", ids, **{"answer": answer, "query": asked, **call})

    def sign(
        self, made: Made, show: Fields | None = None, asset: str | None = None, **call: Any
    ) -> Exchange:
        """A signed asset of a completed container."""
        first = assets(made)[0]
        url = f"{first['url']}?signature=1"
        expires = stamp(self._at(call) + 900)
        answer = _with({**first, "url": url, "expiresAt": expires}, show)
        ids = {"containerId": made.container, "assetId": asset or first["id"]}
        return self.call("getContentAsset", ids, **{"answer": answer, **call})

    def policy(
        self, project: str = GATED, *, review: bool = True, show: Fields | None = None, **call: Any
    ) -> Exchange:
        """A project's approval policy."""
        answer = policy(project, review=review, show=show)
        return self.call("getApprovalPolicy", {"projectId": project}, **{"answer": answer, **call})

    # What changes something.

    def change_policy(
        self, project: str = GATED, answer: Fields | None = None, **settings: Any
    ) -> Exchange:
        """A change of a policy, answered with a gated project's where not told otherwise."""
        call = {n: settings.pop(n) for n in ("at", "took", "lost", "status") if n in settings}
        shown = answer or policy(project, show=settings)
        refused = call.get("status", 200) >= 400
        answered: dict[str, Any] = {} if refused else {"answer": shown}
        ids = {"projectId": project}
        return self.call("updateApprovalPolicy", ids, body=settings, **(answered | call))

    def approve(self, made: Made, **call: Any) -> Exchange:
        """An approval."""
        answer = _decision(made, "approved", self._at(call))
        answered = {} if call.get("status", 200) >= 400 else {"answer": answer}
        ids = {"containerId": made.container}
        return self.call("approveContent", ids, **{"body": {}, **answered, **call})

    def reject(self, made: Made, **call: Any) -> Exchange:
        """A rejection without a new render."""
        answer = {**_decision(made, "rejected", self._at(call)), "job": None}
        answered = {} if call.get("status", 200) >= 400 else {"answer": answer}
        ids = {"containerId": made.container}
        body = {"reason": "Off brand."}
        return self.call("rejectContent", ids, **{"body": body, **answered, **call})

    def cancel(self, made: Made, **call: Any) -> Exchange:
        """A cancel; taken, unless told otherwise."""
        status = call.get("status", 202)
        answer = {"jobId": made.job, "accepted": status == 202}
        answered = {} if status >= 400 else {"answer": answer}
        return self.call("cancelJob", {"jobId": made.job}, **{"status": 202, **answered, **call})

    def archive(self, project: str = OPEN, **call: Any) -> Exchange:
        """The archive of a project."""
        at = stamp(self._at(call))
        answer = {"id": project, "status": "archived", "archivedAt": at}
        answered = {} if call.get("status", 200) >= 400 else {"answer": answer}
        return self.call("archiveProject", {"projectId": project}, **{**answered, **call})

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _at(self, call: Mapping[str, Any], exchange: Exchange | None = None) -> float:
        at = call.get("at")
        if at is not None:
            return float(at)
        return self.now if exchange is None else exchange.sent - EPOCH

    def _start(
        self,
        operation: str,
        ids: Mapping[str, str],
        call: dict[str, Any],
        names: Mapping[str, str],
        changes: Fields | None,
        *,
        brief: dict[str, Json],
        format: str,  # noqa: A002 - the field's name
        of: Made | None = None,
    ) -> Made:
        begun = self._at(call)
        shown = _envelope(names, begun, changes)
        refused = call.get("status", 202) >= 400
        answered = {} if refused else {"status": 202, "answer": shown}
        exchange = self.call(operation, ids, **{**answered, **call})
        return Made(
            exchange=exchange,
            job=str(shown.get("jobId")),
            container=str(shown.get("containerId")),
            project=str(shown.get("projectId")),
            brief=brief,
            format=format,
            created=of.created if of else begun,
            started=begun,
            envelope=shown,
        )


def somebody_elses(number: int = 0) -> Made:
    """A container that no exchange of the tape has made."""
    names = {"job": f"job_theirs{number}", "container": f"cnt_theirs{number}", "project": OPEN}
    return Made(
        exchange=Exchange("POST", "/", EPOCH - 100),
        job=names["job"],
        container=names["container"],
        project=OPEN,
        brief={"hook": "Somebody else’s"},
        format="auto",
        created=-100.0,
        started=-100.0,
        envelope=_envelope(names, -100.0, None),
    )


def container(made: Made, state: str, show: Fields | None = None) -> dict[str, Json]:
    """A container as a sound server shows it in *state*."""
    completed = state == "completed"
    failed = {"code": "RENDER_FAILED", "message": "The renderer gave up."}
    return _with(
        {
            "id": made.container,
            "projectId": made.project,
            "status": state,
            "approvalStatus": "not_required",
            "format": made.format,
            "influencerId": None,
            "brief": made.brief,
            "assets": assets(made) if completed else [],
            "captions": [{"platform": "tiktok", "text": "Soon."}] if completed else [],
            "lastError": failed if state == "failed" else None,
            "createdAt": stamp(made.created),
            "updatedAt": stamp(made.started),
        },
        show,
    )


def assets(made: Made) -> list[dict[str, Json]]:
    """What a render of a container makes."""
    name = f"med_{made.job.removeprefix('job_')}"
    url = f"https://media.example/{name}.mp4"
    measures = {"width": 1080, "height": 1920, "durationMs": 27_500}
    return [{"id": name, "kind": "video", "url": url, **measures}]


def job(made: Made, state: str, show: Fields | None = None) -> dict[str, Json]:
    """A job as a sound server shows it in *state*."""
    known = ("jobId", "kind", "containerId", "projectId", "startedAt")
    shown = {name: made.envelope[name] for name in known if name in made.envelope}
    return _with({**shown, "status": state}, show)


def policy(project: str, *, review: bool = True, show: Fields | None = None) -> dict[str, Json]:
    """An approval policy."""
    settings = {"firstNPostsBlocked": 0, "autoApproveAfter": None}
    return _with({"projectId": project, "requiresApproval": review, **settings}, show)


def refusal(code: str) -> dict[str, Json]:
    """An error's body."""
    return {"error": {"code": code, "message": "No.", "requestId": "req_1"}}


def code_of(status: int) -> str:
    """A code that may go with *status*."""
    return contract().error_code(status) or f"STATUS_{status}"


def encoded(body: Json) -> bytes:
    """A body as it is sent."""
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()


def _envelope(names: Mapping[str, str], begun: float, changes: Fields | None) -> dict[str, Json]:
    shown = {
        "jobId": names["job"],
        "kind": "content_generate",
        "status": "running",
        "stage": "queued",
        "projectId": names["project"],
        "containerId": names["container"],
        "locationUrl": f"/v1/jobs/{names['job']}",
        "startedAt": stamp(begun),
    }
    return _with(shown, changes)


def _at_home(answer: Json) -> Json:
    """*answer* with the address of its own job, where it still has another one's."""
    if isinstance(answer, dict) and isinstance(answer.get("job"), dict):
        return {**answer, "job": _at_home(answer["job"])}
    job_id = answer.get("jobId") if isinstance(answer, dict) else None
    if job_id is None or not str(answer.get("locationUrl", "")).startswith("/v1/jobs/"):
        return answer
    return {**answer, "locationUrl": f"/v1/jobs/{job_id}"}


def _decision(made: Made, state: str, at: float) -> dict[str, Json]:
    who = {f"{state}At": stamp(at), f"{state}By": "api_key_1"}
    reason = {"reason": "Off brand."} if state == "rejected" else {}
    return {"id": made.container, "approvalStatus": state, **who, **reason}


def _with(shown: Fields, changes: Fields | None) -> dict[str, Json]:
    whole = {**shown, **(changes or {})}
    return {name: value for name, value in whole.items() if value is not GONE}


# Cases: a history, and what the catalogue must say of it.

Verdict = Literal["held", "violated", "not_judged"]
Tell = Callable[[Tape], None]


@dataclass(frozen=True)
class Case:
    """A history, the promise that it is about, and the verdict; its sentence is a docstring.

    No promise but this one, where the verdict is `violated`, and those named in `also` may be
    violated by it.
    """

    promise: str
    verdict: Verdict
    tell: Tell
    also: frozenset[str]

    def __str__(self) -> str:
        return f"{self.promise}-{self.verdict}-{self.tell.__name__}"

    @property
    def alarms(self) -> set[str]:
        """The promises that the history breaks."""
        return {*self.also, *([self.promise] if self.verdict == "violated" else [])}


class Cases(list[Case]):
    """The cases of one module, entered by decorating functions that take a tape."""

    def held(self, *promises: str, also: Iterable[str] = ()) -> Callable[[Tell], Tell]:
        """The promise was kept, and the history shows it."""
        return self._enter(promises, "held", also)

    def violated(self, *promises: str, also: Iterable[str] = ()) -> Callable[[Tell], Tell]:
        """The promise was broken, and no other but those in *also*."""
        return self._enter(promises, "violated", also)

    def silent(self, *promises: str, also: Iterable[str] = ()) -> Callable[[Tell], Tell]:
        """The history says nothing about the promise."""
        return self._enter(promises, "not_judged", also)

    def _enter(
        self, promises: Sequence[str], verdict: Verdict, also: Iterable[str]
    ) -> Callable[[Tell], Tell]:
        def enter(tell: Tell) -> Tell:
            self.extend(Case(each, verdict, tell, frozenset(also)) for each in promises)
            return tell

        return enter


@dataclass(frozen=True)
class Found:
    """What the catalogue says of a case: the verdict on its promise, and all alarms."""

    verdict: str
    alarms: frozenset[str]


def wanted(case: Case) -> Found:
    """What the catalogue must say."""
    return Found(case.verdict, frozenset(case.alarms))


def found(case: Case) -> Found:
    """What the catalogue says, when strict."""
    tape = Tape()
    case.tell(tape)
    verdicts = tape.verdicts()
    alarms = {name for name, each in verdicts.items() if each.verdict == "violated"}
    return Found(verdicts[case.promise].verdict, frozenset(alarms))
