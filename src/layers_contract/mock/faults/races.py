"""What goes wrong when two things happen at once, or when nobody waits for the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.model import Answer, Call, Container, Record, Render
from layers_contract.mock.registry import fault

MOMENT = 0.05
"""Seconds between looking and acting."""


@fault(
    "two-bodies-race",
    breaks="idempotency.race",
    sentence="Two bodies under one key that arrive together each start a job.",
    latency=MOMENT,
)
class _TwoBodiesRace(Behaviour):
    async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
        known = self.find_record(scope)
        place = scope if known else scope + fingerprint
        return await super().find_replay(call, place, fingerprint)

    @contextmanager
    def reserve(self, scope: str, fingerprint: str) -> Iterator[None]:
        with super().reserve(scope + fingerprint, fingerprint):
            yield


@fault(
    "unheard-call-is-forgotten",
    breaks="idempotency.lost-answer",
    sentence="Where the caller has hung up, the job is started and its key is not kept.",
    latency=MOMENT,
)
class _UnheardCallIsForgotten(Behaviour):
    async def once(self, call: Call, handler: Handler) -> Answer:
        if self.key_of(call) is None or not await call.hung_up():
            return await super().once(call, handler)
        await self.work(call)
        return self.commit(call, handler)


@fault(
    "unheard-call-blocks-key",
    breaks="idempotency.lost-answer",
    sentence="Where the caller has hung up, its key stays in flight for ever.",
    latency=MOMENT,
)
class _UnheardCallBlocksKey(Behaviour):
    async def once(self, call: Call, handler: Handler) -> Answer:
        key = self.key_of(call)
        if key is not None and await call.hung_up():
            self._blocked = {*getattr(self, "_blocked", ()), self.scope(call, key)}
        return await super().once(call, handler)

    def find_record(self, scope: str) -> Record | None:
        if scope in getattr(self, "_blocked", ()):
            raise self.in_flight()
        return super().find_record(scope)


@fault(
    "key-lasts-for-ever",
    breaks="idempotency.window-ends",
    sentence="A key is never new again.",
)
class _KeyLastsForEver(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return False


@fault(
    "window-moves-on",
    breaks="idempotency.window-ends",
    sentence="The window of a key ends a day late.",
)
class _WindowMovesOn(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return self.clock.now() - record.created >= 4 * self._window


class _DecidesLate(Behaviour):
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


@fault(
    "decisions-race",
    breaks="approval.race",
    sentence="Two decisions that arrive together are both taken: checked, then stored.",
)
class _DecisionsRace(_DecidesLate):
    operations = frozenset({"approveContent", "rejectContent"})


@fault(
    "renders-race",
    breaks="regenerate.race",
    sentence="Two calls for a new render that arrive together are both accepted.",
)
class _RendersRace(_DecidesLate):
    operations = frozenset({"regenerateContent"})
