"""Cancels that are not heeded, or undo what is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Render
from layers_contract.mock.registry import fault


@fault(
    "late-cancel-has-other-reason",
    breaks="cancel.reason",
    sentence="A cancel that comes too late is given another reason than the documented one.",
)
class _LateCancelHasOtherReason(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        answer = super().too_late(call, render, now)
        return Answer(answer.status, {**answer.body, "reason": "TOO_LATE"})


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
    "late-cancel-reopens-review",
    breaks="cancel.keeps",
    sentence="A cancel that comes too late makes a decided container pending again.",
)
class _LateCancelReopensReview(Behaviour):
    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        found = self.store.container(render.container)
        if found and found[0].review not in (self.words.gate.open, self.words.gate.closed):
            self.store.put_container(replace(found[0], review=self.words.gate.closed))
        return super().too_late(call, render, now)


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
