"""Renders and calls that take their time in other ways."""

from __future__ import annotations

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import variant


@variant(
    "waits-in-flight",
    sentence="A duplicate of a call in flight waits, and is answered with its job.",
    wait_in_flight=True,
)
class _WaitsInFlight(Behaviour):
    pass


@variant("slow-starts", sentence="A call that starts a render takes a tenth of a render time.")
class _SlowStarts(Behaviour):
    async def work(self, call: Call) -> None:
        await super().work(call)
        await self.clock.sleep(self.options.render / 10)


@variant("cooperative-cancel", sentence="A canceled render runs on for a while.")
class _CooperativeCancel(Behaviour):
    def heed(self) -> float:
        return super().heed() + self.options.render / 8


@variant("cancel-loses-race", sentence="A render past its half ends by itself, canceled or not.")
class _CancelLosesRace(Behaviour):
    def cancel(self, call: Call) -> Answer:
        render = self.owned_render(call)
        now = self.clock.now()
        if not self.is_running(render, now) or now < render.due - render.run / 2:
            return super().cancel(call)
        status = self.words.status(call.operation.id, accepted=True)
        return Answer(status, {"jobId": render.job, "accepted": True})


@variant("skips-generating", sentence="A container is shown in its first state until it has ended.")
class _SkipsGenerating(Behaviour):
    def step(self, render: Render, now: float) -> str:
        return self.contract.render.initial[0]


@variant("no-queue", sentence="A render leaves the queue at once.")
class _NoQueue(Behaviour):
    def pace(self, container: Container) -> tuple[float, float]:
        queue, run = super().pace(container)
        return 0.0, queue + run


@variant("long-queue", sentence="A render waits in the queue for most of its time.")
class _LongQueue(Behaviour):
    def pace(self, container: Container) -> tuple[float, float]:
        whole = sum(super().pace(container))
        return whole * 0.95, whole * 0.05


@variant("uneven-renders", sentence="Some renders take twice as long as others.")
class _UnevenRenders(Behaviour):
    def pace(self, container: Container) -> tuple[float, float]:
        queue, run = super().pace(container)
        slow = self.random.uniform(0.7, 1.4)
        return queue * slow, run * slow


@variant("fails-in-queue", sentence="A render that is to fail does so before it has begun.")
class _FailsInQueue(Behaviour):
    def step(self, render: Render, now: float) -> str:
        state = super().step(render, now)
        return state if self.succeeds(render) else self.contract.render.initial[0]


@variant(
    "updated-by-progress",
    sentence="A container's updatedAt moves all the time while a render runs.",
)
class _UpdatedByProgress(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        moment = super().updated(container, render, now)
        return max(moment, now) if self.is_running(render, now) else moment


@variant("progress-in-steps", sentence="Progress moves in quarters.")
class _ProgressInSteps(Behaviour):
    def progress(self, render: Render, now: float) -> float:
        return int(super().progress(render, now) * 4) / 4


@variant(
    "updated-by-edits",
    sentence="A container's updatedAt moves when somebody edits it.",
    against=["container.updated-moves"],
)
class _UpdatedByEdits(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        return container.touched


@variant(
    "renders-side-by-side",
    sentence="A new render may be asked for while the last one runs, and takes its place.",
    against=["lifecycle.refused"],
)
class _RendersSideBySide(Behaviour):
    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        if call.operation.id != "regenerateContent":
            super().refuse_state(call, container, render)

    def again(self, call: Call, container: Container, render: Render) -> Render:
        now = self.clock.now()
        if self.is_running(render, now):
            self.stop(render, now)
        return super().again(call, container, render)
