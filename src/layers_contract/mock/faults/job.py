"""Jobs that contradict themselves, or their container."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]


@fault(
    "kind-in-short",
    breaks="job.kind",
    sentence="The kind of a job that generates is given in short.",
)
class _KindInShort(Behaviour):
    def start_render(self, call: Call, container: Container, previous: Render | None) -> Render:
        render = super().start_render(call, container, previous)
        if previous is not None or call.operation.id != "generateContent":
            return render
        render = replace(render, kind="generate")
        self.store.put_render(render)
        return render


@fault(
    "location-names-container",
    breaks="job.location",
    sentence="The address in a 202 is that of the container.",
)
class _LocationNamesContainer(Behaviour):
    def accepted_view(self, render: Render) -> dict[str, Json]:
        return {**super().accepted_view(render), "locationUrl": f"/v1/content/{render.container}"}


@fault(
    "job-reopens",
    breaks="job.terminal",
    sentence="A while after its end a job is running again.",
)
class _JobReopens(Behaviour):
    def job_status(self, render: Render, now: float) -> str:
        over = now - self.finished(render) > self.options.render / 4
        return self.words.running if over else super().job_status(render, now)


@fault(
    "job-lags",
    breaks="job.one-story",
    sentence="A job is shown as running for a while after its container has ended.",
)
class _JobLags(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        lag = 0.4 * self.options.render
        return super().job_view(render, max(render.started, now - lag), base)


@fault(
    "canceled-job-completes",
    breaks="job.one-story",
    sentence="The job of a canceled container is shown as completed.",
)
class _CanceledJobCompletes(Behaviour):
    def job_status(self, render: Render, now: float) -> str:
        status = super().job_status(render, now)
        done = self.words.job_status[self.words.success]
        return done if self.is_canceled(render, now) else status


@fault(
    "failed-job-completes",
    breaks="job.one-story",
    sentence="The job of a failed container is shown as completed.",
)
class _FailedJobCompletes(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        view = super().job_view(render, now, base)
        if view.pop("error", None):
            view["status"] = self.words.job_status[self.words.success]
        return view


@fault(
    "progress-falls",
    breaks="job.progress",
    sentence="Progress falls back near the end of a render.",
)
class _ProgressFalls(Behaviour):
    def progress(self, render: Render, now: float) -> float:
        progress = super().progress(render, now)
        return progress if progress < 0.6 else round(progress - 0.5, 2)


@fault(
    "progress-in-percent",
    breaks="job.progress",
    sentence="Progress is given in percent.",
)
class _ProgressInPercent(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        view = super().job_view(render, now, base)
        return {**view, "progress": view["progress"] * 100} if "progress" in view else view


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
    "result-names-other-assets",
    breaks="job.result",
    sentence="The result of a job names assets that its container does not have.",
)
class _ResultNamesOtherAssets(Behaviour):
    def result(self, render: Render, base: str) -> dict[str, Json]:
        shown = super().result(render, base)
        other = [{**each, "id": f"{each['id']}x"} for each in shown["assets"]]
        return {**shown, "assets": other}


@fault(
    "result-names-other-container",
    breaks="job.result",
    sentence="The result of a completed job names another container.",
)
class _ResultNamesOtherContainer(Behaviour):
    def result(self, render: Render, base: str) -> View:
        result = super().result(render, base)
        return {**result, "containerId": result["containerId"][::-1].replace("_tnc", "") + "X"}


@fault(
    "completed-with-error",
    breaks="job.result",
    sentence="A completed job has an error beside its result.",
)
class _CompletedWithError(Behaviour):
    def outcome_view(self, render: Render, now: float, base: str) -> View:
        view = super().outcome_view(render, now, base)
        return {**view, "error": self.last_error(render)} if "result" in view else view


@fault(
    "running-with-result",
    breaks="job.result",
    sentence="A job shows its result while it still runs.",
)
class _RunningWithResult(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        view = super().job_view(render, now, base)
        early = view.get("progress", 0) > 0
        return {**view, "result": self.result(render, base)} if early else view


class StartMoves(Behaviour):
    """A job starts twice: when it was asked for, and when it left the queue."""

    def job_view(self, render: Render, now: float, base: str) -> View:
        """The job, with the later start once it is known."""
        view = super().job_view(render, now, base)
        begun = render.started + render.queue
        return {**view, "startedAt": self.stamp(begun)} if now >= begun else view


@fault(
    "started-moves",
    breaks="job.constant",
    sentence="A job's startedAt becomes the moment when the render left the queue.",
)
class _StartedMoves(StartMoves):
    pass


@fault(
    "kind-changes",
    breaks="job.constant",
    sentence="Every job calls itself a first render when it is read.",
)
class _KindChanges(Behaviour):
    def job_view(self, render: Render, now: float, base: str) -> View:
        first = self.contract.starts["generateContent"].kind
        return {**super().job_view(render, now, base), "kind": first}


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


@fault(
    "job-not-yet-there",
    breaks="job.readable",
    sentence="A job cannot be read until its render has left the queue.",
)
class _JobNotYetThere(Behaviour):
    def read_job(self, call: Call) -> Answer:
        render = self.owned_render(call)
        if self.clock.now() < render.started + render.queue:
            raise self.words.refuse("NotFound")
        return super().read_job(call)


@fault(
    "job-gone-when-done",
    breaks="job.readable",
    sentence="A job cannot be read once the container has a newer render.",
)
class _JobGoneWhenDone(Behaviour):
    def read_job(self, call: Call) -> Answer:
        render = self.owned_render(call)
        found = self.store.container(render.container)
        if found and found[0].job != render.job:
            raise self.words.refuse("NotFound")
        return super().read_job(call)


@fault(
    "etag-never-changes",
    breaks="job.unchanged",
    sentence="The ETag is made from the job's id, so that a poller never sees the end.",
)
class _EtagNeverChanges(Behaviour):
    def tag(self, view: View, body: bytes) -> str:
        return super().tag(view, view["jobId"].encode())


@fault(
    "etag-any-is-known",
    breaks="job.unchanged",
    sentence="Any If-None-Match is answered with 304.",
)
class _EtagAnyIsKnown(Behaviour):
    def is_known(self, known: str, tag: str) -> bool:
        return True


@fault(
    "etag-of-status",
    breaks="job.unchanged",
    sentence="The ETag changes with the status alone, not with stage and progress.",
)
class _EtagOfStatus(Behaviour):
    def tag(self, view: View, body: bytes) -> str:
        return f'"{hashlib.sha256((view["jobId"] + view["status"]).encode()).hexdigest()[:16]}"'
