"""Renders that start, move or end as they must not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Project, Render
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
    "archive-cancels-finished",
    breaks="lifecycle.terminal",
    sentence="Archiving a project cancels what has ended long ago.",
)
class _ArchiveCancelsFinished(Behaviour):
    def end_all(self, project: Project) -> None:
        now = self.clock.now()
        for _, _, render in [*self.store.containers(project.id, (float("inf"), 0))]:
            self.store.put_render(replace(render, canceled=now))

    def state(self, render: Render, now: float) -> str:
        canceled = render.canceled is not None and render.canceled <= now
        return self.words.canceled if canceled else super().state(render, now)


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
    "failed-is-final",
    breaks="lifecycle.allowed",
    sentence="A container that has failed cannot be rendered again.",
)
class _FailedIsFinal(Behaviour):
    def regenerate(self, call: Call) -> Answer:
        _, render = self.owned_container(call)
        if self.state(render, self.clock.now()) == self.words.failure:
            raise self.words.refuse("Conflict")
        return super().regenerate(call)


@fault(
    "one-new-render-only",
    breaks="lifecycle.allowed",
    sentence="A container can be rendered again once, and not twice.",
)
class _OneNewRenderOnly(Behaviour):
    def regenerate(self, call: Call) -> Answer:
        _, render = self.owned_container(call)
        if render.number > 1 and not self.is_running(render, self.clock.now()):
            raise self.words.refuse("Conflict")
        return super().regenerate(call)
