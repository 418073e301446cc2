"""Faults so narrow that one invariant alone sees them.

Most promises lean on each other: a job that runs again breaks four of them. Each fault here breaks
one promise where the others do not look, so that the invariant is seen to be needed.
"""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.faults.jobs import StartMoves
from layers_contract.mock.model import Answer, Call, Container, Record, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]

HOUR = 60 * 60.0


@fault(
    "created-moves-in-place",
    breaks="container.created",
    sentence="A container that is rendered again was created a second later than it said.",
)
class _CreatedMovesInPlace(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        later = self.stamp(container.created + 1)
        return {**view, "createdAt": later} if render.number > 1 else view

    def item_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().item_view(container, render, now, base)
        return {**view, "createdAt": self.stamp(container.created)}


@fault(
    "clone-moves-project-later",
    breaks="container.constant",
    sentence="Read an hour after it has ended, a clone names another project.",
)
class _CloneMovesProjectLater(Behaviour):
    def read_container(self, call: Call) -> Answer:
        answer = super().read_container(call)
        _, render = self.owned_container(call)
        is_clone = render.kind == self.contract.starts["cloneContentFromPost"].kind
        if is_clone and self.clock.now() > self.finished(render) + HOUR:
            answer.body["projectId"] = self.world.disposable[-1]
        return answer


@fault(
    "reviewed-url-changes",
    breaks="container.urls",
    sentence="The permanent URLs of what was reviewed are others an hour later.",
)
class _ReviewedUrlChanges(Behaviour):
    def assets(self, container: Container, render: Render, base: str) -> list[View]:
        found = super().assets(container, render, base)
        late = self.clock.now() > self.finished(render) + HOUR
        if late and container.review != self.words.gate.open:
            for each in found:
                each["url"] += "?archived"
        return found


@fault(
    "running-replay-has-fresh-start",
    breaks="idempotency.replay",
    sentence="A regenerate repeated while it runs says that it has started just now.",
)
class _RunningReplayHasFreshStart(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        answer, now = super().replay(call, record), self.clock.now()
        render = self.store.render(record.body["jobId"])
        if call.operation.id == "regenerateContent" and render and self.is_running(render, now):
            answer.body = {**record.body, "startedAt": self.stamp(now + 1)}
        return answer


@fault(
    "in-flight-is-not-found",
    breaks="idempotency.simultaneous",
    sentence="A call with the key of one in flight is answered 404.",
    latency=0.05,
)
class _InFlightIsNotFound(Behaviour):
    def in_flight(self) -> Refused:
        return self.words.refuse("NotFound", "There is no answer to that call yet.")


@fault(
    "conflict-makes-container",
    breaks="idempotency.conflict-starts-nothing",
    sentence="A generate with another hook, refused for its key, is in the list all the same.",
)
class _ConflictMakesContainer(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        first = self.store.container(record.body["containerId"])
        hook = call.field("brief", {}).get("hook")
        if call.operation.id == "generateContent" and first and first[0].brief["hook"] != hook:
            with self.store.transaction():
                self.generate(call)
        return super().on_conflict(call, record)


@fault(
    "polled-progress-falls",
    breaks="job.progress",
    sentence="A polled job falls back half way; the progress endpoint shows no number.",
)
class _PolledProgressFalls(Behaviour):
    def progress(self, render: Render, now: float) -> float:
        progress = super().progress(render, now)
        return progress if progress < 0.5 else round(progress - 0.4, 2)

    def progress_view(self, render: Render, now: float, base: str) -> View:
        view = super().progress_view(render, now, base)
        view.pop("progress", None)
        return view

    def tag(self, view: View, body: bytes) -> str:
        return super().tag(view, body + str(self.clock.now()).encode())


@fault(
    "polled-start-moves",
    breaks="job.constant",
    sentence="A polled job has started when it left the queue; the progress endpoint does not say.",
)
class _PolledStartMoves(StartMoves):
    def progress_view(self, render: Render, now: float, base: str) -> View:
        view = super().progress_view(render, now, base)
        view.pop("startedAt", None)
        return view
