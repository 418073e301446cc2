"""Jobs: read one, and cancel it."""

from __future__ import annotations

from dataclasses import replace

from layers_contract.mock.model import Answer, Call, Render
from layers_contract.mock.reviewing import Reviewing

__all__ = ["Jobs"]


class Jobs(Reviewing):
    """One render, by its job."""

    def read_job(self, call: Call) -> Answer:
        """A job as it stands; nothing but headers while it is as the caller knows it."""
        render = self.owned_render(call)
        view = self.job_view(render, self.clock.now(), call.base)
        rule = self.words.validators[call.operation.id]
        body = self.encode(view)
        tag = self.tag(view, body)
        known = call.headers.get(rule.request)
        if known is not None and self.is_known(known, tag):
            return Answer(rule.unchanged, b"", {rule.response: tag})
        return Answer(self.successes[call.operation.id], body, {rule.response: tag})

    def cancel(self, call: Call) -> Answer:
        """Ask a render to stop."""
        render = self.owned_render(call)
        now = self.clock.now()
        if not self.is_running(render, now):
            return self.too_late(call, render, now)
        self.stop(render, now + self.heed())
        status = self.words.status(call.operation.id, accepted=True)
        return Answer(status, {"jobId": render.job, "accepted": True})

    def heed(self) -> float:
        """How long a render takes to notice that it was canceled, in seconds."""
        return self.options.cancel_delay

    def too_late(self, call: Call, render: Render, now: float) -> Answer:
        """The answer to a cancel of what has ended."""
        status = self.words.status(call.operation.id, accepted=False)
        reason = f"ALREADY_{self.job_status(render, now).upper()}"
        return Answer(status, {"jobId": render.job, "accepted": False, "reason": reason})

    def stop(self, render: Render, moment: float) -> None:
        """End *render* at *moment*, unless it ends before; the first signal counts."""
        if render.canceled is None or moment < render.canceled:
            self.store.put_render(replace(render, canceled=moment))
