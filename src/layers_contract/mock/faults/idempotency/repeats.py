"""Keys that are forgotten, or replayed to the wrong call."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import ABSENT, Answer, Call, Record
from layers_contract.mock.registry import fault


@fault(
    "replay-starts-job",
    breaks="idempotency.replay",
    sentence="A retry with the same key and body starts a second job.",
)
class _ReplayStartsJob(Behaviour):
    async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
        await super().find_replay(call, scope, fingerprint)
        return None


@fault(
    "replay-is-not-accepted",
    breaks="idempotency.replay",
    sentence="A replay names the first job, but with another status than the original.",
)
class _ReplayIsNotAccepted(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        return Answer(self.successes["getJob"], super().replay(call, record).body)


@fault(
    "replay-has-fresh-start",
    breaks="idempotency.replay",
    sentence="A replay says that the job started at the time of the replay.",
)
class _ReplayHasFreshStart(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        answer = super().replay(call, record)
        return Answer(answer.status, {**answer.body, "startedAt": self.stamp(self.clock.now())})


@fault(
    "replay-fails-beyond-ascii",
    breaks="idempotency.replay",
    sentence="A retry starts a second job where the body holds a character beyond ASCII.",
)
class _ReplayFailsBeyondAscii(Behaviour):
    async def find_replay(self, call: Call, scope: str, fingerprint: str) -> Answer | None:
        found = await super().find_replay(call, scope, fingerprint)
        plain = json.dumps(call.field("brief"), ensure_ascii=False).isascii()
        return found if plain else None


class _IgnoresKey(Behaviour):
    operation = ""

    def key_of(self, call: Call) -> str | None:
        return None if call.operation.id == self.operation else super().key_of(call)


@fault(
    "regenerate-ignores-key",
    breaks="idempotency.replay",
    sentence="Regenerate does not look at the key.",
)
class _RegenerateIgnoresKey(_IgnoresKey):
    operation = "regenerateContent"


@fault(
    "clone-ignores-key",
    breaks="idempotency.replay",
    sentence="Clone does not look at the key.",
)
class _CloneIgnoresKey(_IgnoresKey):
    operation = "cloneContentFromPost"


@fault(
    "conflict-overwrites-key",
    breaks="idempotency.replay",
    sentence="After a key conflict the key stands for the other body.",
)
class _ConflictOverwritesKey(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        scope = self.scope(call, self.key_of(call) or "")
        self.store.put_record(scope, replace(record, fingerprint=self.fingerprint(call)))
        return super().on_conflict(call, record)


@fault(
    "running-replay-has-fresh-start",
    breaks="idempotency.replay",
    sentence="A regenerate repeated while it runs says that it has started just now.",
)
class _RunningReplayHasFreshStart(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        answer, now = super().replay(call, record), self.clock.now()
        render = self.store.render(record.body["jobId"])
        if call.operation.id == "regenerateContent" and render and self.is_running(render, now):
            answer.body = {**record.body, "startedAt": self.stamp(now + 1)}
        return answer


@fault(
    "replay-shows-today",
    breaks="idempotency.replay-later",
    sentence="A replay shows the job's status of today instead of the original answer.",
)
class _ReplayShowsToday(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        answer = super().replay(call, record)
        render = self.store.render(answer.body["jobId"])
        if render is None:
            return answer
        status = self.job_status(render, self.clock.now())
        return Answer(answer.status, {**answer.body, "status": status})


@fault(
    "key-forgotten-with-job",
    breaks="idempotency.replay-later",
    sentence="The key is forgotten as soon as its job has ended.",
)
class _KeyForgottenWithJob(Behaviour):
    def find_record(self, scope: str) -> Record | None:
        record = super().find_record(scope)
        render = self.store.render(record.body["jobId"]) if record else None
        return record if render and self.is_running(render, self.clock.now()) else None


@fault(
    "window-of-seconds",
    breaks="idempotency.replay-later",
    sentence="The key is forgotten after two render times instead of the documented window.",
)
class _WindowOfSeconds(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return self.clock.now() - record.created >= 2 * self.options.render


@fault(
    "window-of-half-a-day",
    breaks="idempotency.replay-later",
    sentence="The key is forgotten after half the documented window.",
)
class _WindowOfHalfADay(Behaviour):
    def is_expired(self, record: Record) -> bool:
        return self.clock.now() - record.created >= self._window / 2


@fault(
    "key-evicted",
    breaks="idempotency.replay-later",
    sentence="Only the newest ten keys are remembered.",
)
class _KeyEvicted(Behaviour):
    remembered: tuple[str, ...] = ()

    def record_key(self, scope: str, fingerprint: str, answer: Answer) -> None:
        super().record_key(scope, fingerprint, answer)
        self.remembered = (*self.remembered, scope)[-10:]

    def find_record(self, scope: str) -> Record | None:
        return super().find_record(scope) if scope in self.remembered else None


@fault(
    "replay-race",
    breaks="idempotency.simultaneous",
    sentence="Calls with one key that arrive together each start a job: checked, then stored.",
    latency=0.05,
)
class _ReplayRace(Behaviour):
    @contextmanager
    def reserve(self, scope: str, fingerprint: str) -> Iterator[None]:
        yield


@fault(
    "in-flight-is-not-found",
    breaks="idempotency.simultaneous",
    sentence="A call with the key of one in flight is answered 404.",
    latency=0.05,
)
class _InFlightIsNotFound(Behaviour):
    def in_flight(self) -> Refused:
        return self.words.refuse("NotFound", "There is no answer to that call yet.")


class _Ghost(Behaviour):
    def start_once_more(self, call: Call) -> None:
        with contextlib.suppress(Refused), self.store.transaction():
            self.handler(call)(call)


@fault(
    "replay-bills-twice",
    breaks="idempotency.replay-starts-nothing",
    sentence="A replay names the first job, and starts another behind it.",
)
class _ReplayBillsTwice(_Ghost):
    def replay(self, call: Call, record: Record) -> Answer:
        self.start_once_more(call)
        return super().replay(call, record)


@fault(
    "replay-touches-container",
    breaks="idempotency.replay-starts-nothing",
    sentence="A replay moves the container's updatedAt.",
)
class _ReplayTouchesContainer(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        found = self.store.container(record.body["containerId"])
        if found:
            self.store.put_container(replace(found[0], touched=self.clock.now()))
        return super().replay(call, record)


@fault(
    "replay-restarts-render",
    breaks="idempotency.replay-starts-nothing",
    sentence="A replay after the end renders the container again.",
)
class _ReplayRestartsRender(Behaviour):
    def replay(self, call: Call, record: Record) -> Answer:
        render = self.store.render(record.body["jobId"])
        if render and not self.is_running(render, self.clock.now()):
            self.store.put_render(replace(render, started=self.clock.now(), canceled=None))
        return super().replay(call, record)


@fault(
    "conflict-replays",
    breaks="idempotency.conflict",
    sentence="The same key with another body is answered with the first job.",
)
class _ConflictReplays(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        return self.replay(call, record)


@fault(
    "conflict-starts-job",
    breaks="idempotency.conflict",
    sentence="The same key with another body starts a job of its own.",
)
class _ConflictStartsJob(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        return None


@fault(
    "conflict-has-state-code",
    breaks="idempotency.conflict",
    sentence="A key conflict carries the code of a conflict about state.",
)
class _ConflictHasStateCode(Behaviour):
    def conflict(self) -> Refused:
        return self.words.refuse("Conflict")


@fault(
    "fingerprint-of-hook",
    breaks="idempotency.conflict",
    sentence="Bodies count as the same where the hook is, whatever the rest says.",
)
class _FingerprintOfHook(Behaviour):
    def fingerprint(self, call: Call) -> str:
        brief = call.field("brief")
        return str(brief["hook"]) if brief else super().fingerprint(call)


@fault(
    "fingerprint-of-beginning",
    breaks="idempotency.conflict",
    sentence="Only the first 256 characters of the body are compared.",
)
class _FingerprintOfBeginning(Behaviour):
    def fingerprint(self, call: Call) -> str:
        return "" if call.body is ABSENT else json.dumps(call.body, sort_keys=True)[:256]


@fault(
    "conflict-starts-anyway",
    breaks="idempotency.conflict-starts-nothing",
    sentence="A key conflict is refused, but the job is started all the same.",
)
class _ConflictStartsAnyway(_Ghost):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        self.start_once_more(call)
        return super().on_conflict(call, record)


@fault(
    "conflict-cancels-first",
    breaks="idempotency.conflict-starts-nothing",
    sentence="A key conflict cancels the first job.",
)
class _ConflictCancelsFirst(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        render = self.store.render(record.body["jobId"])
        if render and self.is_running(render, self.clock.now()):
            self.stop(render, self.clock.now())
        return super().on_conflict(call, record)


@fault(
    "conflict-makes-container",
    breaks="idempotency.conflict-starts-nothing",
    sentence="A generate with another hook, refused for its key, is in the list all the same.",
)
class _ConflictMakesContainer(Behaviour):
    def on_conflict(self, call: Call, record: Record) -> Answer | None:
        first = self.store.container(record.body["containerId"])
        hook = call.field("brief", {}).get("hook")
        if call.operation.id == "generateContent" and first and first[0].brief["hook"] != hook:
            with self.store.transaction():
                self.generate(call)
        return super().on_conflict(call, record)
