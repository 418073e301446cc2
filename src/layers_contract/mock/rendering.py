"""A render as a function of time: what state it is in, how far it has come, how it ended."""

from __future__ import annotations

from layers_contract.mock.model import Container, Render
from layers_contract.mock.options import FAILING_HOOK
from layers_contract.mock.settled import Settled

__all__ = ["Rendering"]


class Rendering(Settled):
    """Where a render stands at a moment."""

    def state(self, render: Render, now: float) -> str:
        """The container's status while *render* is its newest."""
        if self.is_canceled(render, now):
            return self.words.canceled
        if now >= render.due:
            return self.ending(render)
        return self.step(render, now)

    def ending(self, render: Render) -> str:
        """The status in which *render* ends by itself."""
        return self.words.success if self.succeeds(render) else self.words.failure

    def step(self, render: Render, now: float) -> str:
        """The status of an unfinished render."""
        steps = self.words.steps["success" if self.succeeds(render) else "failure"]
        return steps[sum(now >= moment for moment in self.moments(render, len(steps))[1:])]

    def moments(self, render: Render, count: int) -> list[float]:
        """When each of *count* steps begins: the first with the queue, the rest in equal parts."""
        begun = render.started + render.queue
        parts = max(count - 1, 1)
        return [render.started, *(begun + render.run * i / parts for i in range(count - 1))]

    def is_canceled(self, render: Render, now: float) -> bool:
        """Whether a cancel has ended *render* before it was due."""
        return (
            render.canceled is not None and render.canceled <= now and render.canceled < render.due
        )

    def succeeds(self, render: Render) -> bool:
        """Whether *render* is to end well."""
        return render.outcome == "success"

    def is_running(self, render: Render, now: float) -> bool:
        """Whether *render* has not ended."""
        return now < render.due and not self.is_canceled(render, now)

    def is_completed(self, render: Render, now: float) -> bool:
        """Whether *render* has ended well."""
        return self.state(render, now) == self.words.success

    def job_status(self, render: Render, now: float) -> str:
        """The status of the render's job."""
        return self.words.job_status[self.state(render, now)]

    def finished(self, render: Render) -> float:
        """When *render* ends, or has ended."""
        return render.due if render.canceled is None else min(render.due, render.canceled)

    def changed(self, render: Render, now: float) -> float:
        """When *render* last changed the state that it shows."""
        if not self.is_running(render, now):
            return self.finished(render)
        steps = self.words.steps["success" if self.succeeds(render) else "failure"]
        return max(moment for moment in self.moments(render, len(steps)) if moment <= now)

    def progress(self, render: Render, now: float) -> float:
        """How much of a running render is done, 0 to 1."""
        part = (now - render.started - render.queue) / render.run if render.run else 1.0
        return int(min(max(part, 0.0), 0.99) * 100) / 100

    def stage(self, render: Render, now: float) -> str:
        """What the server says it is at."""
        first, *later = self.words.stages
        if now < render.started + render.queue or not later:
            return first
        return later[int(self.progress(render, now) * len(later))]

    def pace(self, container: Container) -> tuple[float, float]:
        """How long the next render queues and runs."""
        share = self.options.queue_share
        swing = 1 + self.options.jitter * self.random.uniform(-1, 1)
        return self.options.render * swing * share, self.options.render * swing * (1 - share)

    def outcome(self, container: Container) -> str:
        """How the next render is to end: `success` or `failure`."""
        return "failure" if FAILING_HOOK in str(container.brief.get("hook", "")) else "success"
