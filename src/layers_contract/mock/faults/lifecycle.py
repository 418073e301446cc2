"""Renders that start, move or end as they must not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any


@fault(
    "accepted-as-finished",
    breaks="lifecycle.first",
    sentence="The 202 of a fresh render says that it has been canceled.",
)
class _AcceptedAsFinished(Behaviour):
    def accepted_view(self, render: Render) -> dict[str, Json]:
        return {**super().accepted_view(render), "status": self.words.canceled}


@fault(
    "starts-as-draft",
    breaks="schema.body",
    sentence="A container starts in a state that is not in its lifecycle.",
)
class _StartsAsDraft(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        state = super().container_state(container, render, now)
        return "draft" if state == self.contract.render.initial[0] else state


@fault(
    "falls-back-to-queue",
    breaks="lifecycle.order",
    sentence="Half way through its run a container is shown in its first state again.",
)
class _FallsBackToQueue(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        late = self.is_running(render, now) and now > render.due - render.run / 2
        first = self.contract.render.initial[0]
        return first if late else super().container_state(container, render, now)


@fault(
    "second-render-skips-back",
    breaks="lifecycle.order",
    sentence="In a container's second render the states come in the wrong order.",
)
class _SecondRenderSkipsBack(Behaviour):
    def container_state(self, container: Container, render: Render, now: float) -> str:
        steps = self.words.steps["success"]
        state = super().container_state(container, render, now)
        if render.number == 1 or state not in steps:
            return state
        return steps[len(steps) - 1 - steps.index(state)]


@fault(
    "completed-renders-again",
    breaks="lifecycle.terminal",
    sentence="A while after it has completed a container is shown as running, without a cause.",
)
class _CompletedRendersAgain(Behaviour):
    def state(self, render: Render, now: float) -> str:
        state = super().state(render, now)
        since = now - render.due
        again = state == self.words.success and since > self.options.render / 4
        return self.words.steps["success"][-1] if again else state


@fault(
    "failed-heals",
    breaks="lifecycle.terminal",
    sentence="A failed container completes a while later.",
)
class _FailedHeals(Behaviour):
    def state(self, render: Render, now: float) -> str:
        state = super().state(render, now)
        healed = state == self.words.failure and now - render.due > self.options.render / 2
        return self.words.success if healed else state


@fault(
    "canceled-completes",
    breaks="lifecycle.terminal",
    sentence="A canceled container completes when the render would have been done.",
)
class _CanceledCompletes(Behaviour):
    def is_canceled(self, render: Render, now: float) -> bool:
        return super().is_canceled(render, now) and now < render.due


@fault(
    "render-hangs",
    breaks="lifecycle.ends",
    sentence="Every third render never ends.",
)
class _RenderHangs(Behaviour):
    paced = 0

    def pace(self, container: Container) -> tuple[float, float]:
        queue, run = super().pace(container)
        self.paced += 1
        return (queue, run * 1e6) if self.paced % 3 == 0 else (queue, run)


@fault(
    "slideshow-hangs",
    breaks="lifecycle.ends",
    sentence="Slideshows never end.",
)
class _SlideshowHangs(Behaviour):
    def pace(self, container: Container) -> tuple[float, float]:
        queue, run = super().pace(container)
        return (queue, run * 1e6) if "slideshow" in container.format else (queue, run)


@fault(
    "long-hook-hangs",
    breaks="lifecycle.ends",
    sentence="A brief with a hook of more than 1,500 characters is never taken from the queue.",
)
class _LongHookHangs(Behaviour):
    def pace(self, container: Container) -> tuple[float, float]:
        queue, run = super().pace(container)
        long = len(str(container.brief.get("hook", ""))) > 1500
        return (queue * 1e6, run) if long else (queue, run)


class _Tolerates(Behaviour):
    """Lets regenerate through in some states."""

    def tolerated(self) -> tuple[str, ...]:
        return ()

    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        state = self.state(render, self.clock.now())
        if call.operation.id != "regenerateContent" or state not in self.tolerated():
            super().refuse_state(call, container, render)


@fault(
    "regenerate-while-rendering",
    breaks="lifecycle.refused",
    sentence="Regenerate is accepted while a render is under way.",
)
class _RegenerateWhileRendering(_Tolerates):
    def tolerated(self) -> tuple[str, ...]:
        return self.words.steps["success"]


@fault(
    "regenerate-canceled",
    breaks="lifecycle.refused",
    sentence="Regenerate is accepted on a canceled container.",
)
class _RegenerateCanceled(_Tolerates):
    def tolerated(self) -> tuple[str, ...]:
        return (self.words.canceled,)


@fault(
    "sibling-is-canceled",
    breaks="lifecycle.canceled",
    sentence="Cancelling a job cancels the container that was made before it too.",
)
class _SiblingIsCanceled(Behaviour):
    def cancel(self, call: Call) -> Any:
        answer = super().cancel(call)
        render, now = self.owned_render(call), self.clock.now()
        older = (r for r in self.store.unfinished(render.project, now) if r.job < render.job)
        for sibling in sorted(older, key=lambda r: r.job)[-1:]:
            self.stop(sibling, now)
        return answer


@fault(
    "fifth-render-is-canceled",
    breaks="lifecycle.canceled",
    sentence="Every fifth render is canceled half way, and nobody asked for it.",
)
class _FifthRenderIsCanceled(Behaviour):
    begun = 0

    def start_render(self, call: Call, container: Container, previous: Render | None) -> Render:
        render = super().start_render(call, container, previous)
        self.begun += 1
        if self.begun % 5 == 0:
            self.stop(render, (render.started + render.due) / 2)
        return render


@fault(
    "late-cancel-is-accepted",
    breaks="cancel.accepted",
    sentence="Cancelling an ended job is answered as if the signal had been taken.",
)
class _LateCancelIsAccepted(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Any:
        answer = super().too_late(call, render, now)
        answer.status = self.words.status(call.operation.id, accepted=True)
        return answer


@fault(
    "cancel-is-refused",
    breaks="cancel.accepted",
    sentence="Cancelling a job that is past its queue is answered as too late.",
)
class _CancelIsRefused(Behaviour):
    def cancel(self, call: Call) -> Any:
        render, now = self.owned_render(call), self.clock.now()
        begun = self.is_running(render, now) and now >= render.started + render.queue
        return self.too_late(call, render, now) if begun else super().cancel(call)


@fault(
    "cancel-is-lost",
    breaks="cancel.ends",
    sentence="A cancel is accepted, and the job goes on for ever.",
)
class _CancelIsLost(Behaviour):
    def stop(self, render: Render, moment: float) -> None:
        self.store.put_render(replace(render, run=render.run * 1e6))


@fault(
    "cancel-never-cancels",
    breaks="cancel.ends",
    sentence="A cancel is accepted, and the render completes as if nobody had asked.",
)
class _CancelNeverCancels(Behaviour):
    def cancel(self, call: Call) -> Any:
        render, now = self.owned_render(call), self.clock.now()
        if not self.is_running(render, now):
            return self.too_late(call, render, now)
        status = self.words.status(call.operation.id, accepted=True)
        return Answer(status, {"jobId": render.job, "accepted": True})


@fault(
    "cancel-only-in-queue",
    breaks="cancel.ends",
    sentence="A cancel that is accepted once the render has begun is not heeded.",
)
class _CancelOnlyInQueue(Behaviour):
    def stop(self, render: Render, moment: float) -> None:
        if moment < render.started + render.queue:
            super().stop(render, moment)


@fault(
    "late-cancel-cancels",
    breaks="cancel.keeps",
    sentence="A cancel that comes too late says so, and cancels the finished container.",
)
class _LateCancelCancels(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Any:
        answer = super().too_late(call, render, now)
        self.store.put_render(replace(render, canceled=now))
        return answer

    def is_canceled(self, render: Render, now: float) -> bool:
        return render.canceled is not None and render.canceled <= now
