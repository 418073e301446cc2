"""Reviews: approve, reject, and reject to render again."""

from __future__ import annotations

from dataclasses import replace

from layers_contract.mock.listing import Listing
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.spec.document import pointer

__all__ = ["Reviewing"]


class Reviewing(Listing):
    """Decisions on what was rendered."""

    def approve(self, call: Call) -> Answer:
        """Approve a container."""
        container, _ = self.decide(call)
        view = {
            "id": container.id,
            "approvalStatus": self.words.deciding(call.operation.id),
            "approvedAt": self.stamp(self.clock.now()),
            "approvedBy": call.credential.name,
        }
        return self.ok(call, view)

    def reject(self, call: Call) -> Answer:
        """Reject a container, and start its next render where the call asks for it."""
        container, render = self.decide(call)
        job = self.next_job(call, container, render)
        view = {
            "id": container.id,
            "approvalStatus": self.words.deciding(call.operation.id),
            "rejectedAt": self.stamp(self.clock.now()),
            "rejectedBy": call.credential.name,
            "reason": call.field("reason"),
            "job": None if job is None else self.accepted_view(job),
        }
        return self.ok(call, view)

    def decide(self, call: Call) -> tuple[Container, Render]:
        """Check that a decision is possible, and keep it."""
        container, render = self.owned_container(call)
        self.refuse_state(call, container, render)
        decided = self.decided(container, self.words.deciding(call.operation.id))
        self.store.put_container(decided)
        return decided, render

    def decided(self, container: Container, review: str) -> Container:
        """*container* after the decision."""
        return replace(container, review=review, touched=self.clock.now())

    def next_job(self, call: Call, container: Container, render: Render) -> Render | None:
        """The render that a rejection starts, where the call asks for it."""
        when = self.contract.starts[call.operation.id].when
        wanted = pointer(call.body, when) if when else False
        return self.again(call, container, render) if wanted else None
