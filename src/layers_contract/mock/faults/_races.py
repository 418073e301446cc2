"""Decisions that look first and act a moment later."""

from __future__ import annotations

import contextlib

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call, Container, Render

MOMENT = 0.05
"""Seconds between looking and acting."""


class DecidesLate(Behaviour):
    """Looks at the state, lets a moment pass, and acts on what it saw."""

    operations: frozenset[str] = frozenset()

    async def carry_out(self, call: Call) -> Answer:
        if call.operation.id in self.operations:
            call.credential = self.authenticate(call)
            with contextlib.suppress(Refused):
                self.refuse_state(call, *self.owned_container(call))
                self._passed = {*getattr(self, "_passed", ()), call.request_id}
            await self.clock.sleep(MOMENT)
        return await super().carry_out(call)

    def refuse_state(self, call: Call, container: Container, render: Render) -> None:
        if call.request_id not in getattr(self, "_passed", ()):
            super().refuse_state(call, container, render)
