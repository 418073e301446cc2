"""Send a script again, with fresh keys, and write down what comes back."""

from __future__ import annotations

import random
import string
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

import trio

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.replay.script import HEADER, Ref, Step, Value
from layers_contract.run.driver import NO_BODY, OutOfBudget, Session
from layers_contract.spec.document import pointer

__all__ = ["Renewal", "play"]


@dataclass(frozen=True, slots=True)
class Renewal:
    """Makes a run's idempotency keys and marker new, so that a server takes them for others.

    Letters become other letters and digits other digits, alike throughout: keys that were equal,
    began alike or differed in case still do.
    """

    header: str
    marker: str | None
    fresh: str
    table: Mapping[int, str]

    @classmethod
    def of(cls, header: str, marker: str | None, fresh: str) -> Renewal:
        """A renewal that *fresh*, the new marker, decides."""
        rng = random.Random(fresh)  # noqa: S311 - not for secrets
        table: dict[str, str] = {}
        for alphabet in (string.ascii_lowercase, string.digits):
            ring = rng.sample(alphabet, len(alphabet))
            table |= dict(zip(ring, [*ring[1:], ring[0]], strict=True))
        table |= {old.upper(): new.upper() for old, new in table.items()}
        return cls(header.lower(), marker, fresh, str.maketrans(table))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """*headers* with a new key."""
        return {n: v.translate(self.table) if n == self.header else v for n, v in headers.items()}

    def body(self, body: bytes) -> bytes:
        """*body* with the new marker."""
        return body.replace(self.marker.encode(), self.fresh.encode()) if self.marker else body


@dataclass
class _Player:
    """Plays steps in the order of sending, which is theirs."""

    session: Session
    renewal: Renewal
    answers: dict[int, Exchange] = field(default_factory=dict)
    done: dict[int, trio.Event] = field(default_factory=dict)

    async def play(self, steps: Sequence[Step]) -> None:
        """Send each step once those are done that were answered before it was sent.

        So must be those that were never answered and sent before. Takes n log n.
        """
        heard: list[tuple[float, int]] = []
        unheard: deque[Step] = deque()
        last = steps[0].sent
        async with trio.open_nursery() as nursery:
            for step in steps:
                while unheard and unheard[0].sent < step.sent:
                    await self.done[unheard.popleft().number].wait()
                while heard and heard[0][0] <= step.sent:
                    answered, number = heappop(heard)
                    last = max(last, answered)
                    await self.done[number].wait()
                await trio.sleep(max(step.sent - last, 0.0))
                last = max(last, step.sent)
                self.done[step.number] = trio.Event()
                nursery.start_soon(self._play, step)
                if step.answered is None:
                    unheard.append(step)
                else:
                    heappush(heard, (step.answered, step.number))

    async def _play(self, step: Step) -> None:
        try:
            self.answers[step.number] = await self._send(step)
        except (_Nothing, OutOfBudget):
            pass
        finally:
            self.done[step.number].set()

    async def _send(self, step: Step) -> Exchange:
        headers = {name: self._value(value) for name, value in step.headers.items()}
        return await self.session.call(
            step.operation,
            {name: self._value(value) for name, value in step.ids.items()},
            actor="replay",
            body=NO_BODY if step.body is None else self.renewal.body(step.body),
            query=[(name, self._value(value)) for name, value in step.query],
            headers=self.renewal.headers(headers),
            credential=step.credential,
            hang_up=step.answered is None,
        )

    def _value(self, value: Value) -> str:
        """A value as it is now.

        Raises:
            _Nothing: The answer that it is to be taken from has none.
        """
        if not isinstance(value, Ref):
            return value
        answer = self.answers.get(value.number)
        found = _taken(answer, value.at) if answer else None
        if not isinstance(found, str):
            raise _Nothing
        return found


class _Nothing(Exception):  # noqa: N818 - the step is left out
    """There is no such value."""


def _taken(answer: Exchange, at: str) -> object:
    name = at.removeprefix(HEADER)
    if name != at:
        return answer.headers.get(name)
    return None if answer.json is NOT_JSON else pointer(answer.json, at)


async def play(session: Session, steps: Sequence[Step], renewal: Renewal) -> None:
    """Send *steps* again, in their order in time; what they take from each other is new."""
    if steps:
        await _Player(session, renewal).play(steps)
