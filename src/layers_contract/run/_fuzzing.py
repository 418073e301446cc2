"""Schemathesis within a run: on containers of its own, within the run's budget."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

import trio

from layers_contract.history.exchanges import Exchange
from layers_contract.history.infrastructure import set_apart
from layers_contract.run import fuzz
from layers_contract.run._stage import Stage
from layers_contract.run.driver import OutOfBudget, Session
from layers_contract.run.pace import heed
from layers_contract.run.workload import Actor, GaveUp, Made, Maker, asset_ids

__all__ = ["FUZZ", "Fuzzing"]

FUZZ: Final = "schemathesis"
FUZZING: Final = "fuzzing"
"""What the listener hears of."""
TAGS: Final = "themeTags"
LAST_MINUTE: Final = 60.0
"""Seconds that it is given at least once everybody else is done."""
SHARE: Final = 0.6
"""The part of the requests that may be spent before Schemathesis sends no more."""


class Fuzzing:
    """Lets Schemathesis loose. `renders` is how many it may still start."""

    def __init__(self, stage: Stage, renders: int) -> None:
        self._stage = stage
        self._contract = stage.contract
        self._renders = renders
        self._feed: dict[str, str] = {}
        self._abandoned = self._under_way = False
        self._rendered = threading.Event()
        self._deadline = math.inf
        self._asked = 0.0
        self._heard: Callable[[Exchange], None] = lambda _: None

    def hurry(self, seconds: float) -> None:
        """The stories are over after *seconds*: go on as long again, and a minute at least."""
        self._deadline = time.monotonic() + max(seconds, LAST_MINUTE)

    async def play(self, session: Session) -> None:
        """Make something to work on, and let it run in a thread.

        It begins while that still renders; what needs more than the project waits for the end.
        """
        target, rendered = self._stage.target, self._stage.roles.renders
        if not target.allow.generate or (rendered and not target.projects.open):
            entries = "[projects] open and " if rendered else ""
            self._stage.notes.append(
                f"Schemathesis was not run: it needs {entries}[allow] generate"
            )
            return
        actor = self._stage.actor(session, FUZZ)
        actor.doing("makes a container to work on")
        self._stage.listener.expect(FUZZING, 1.0)
        try:
            prepared = await self._prepare(actor)
            with trio.move_on_after(max(self._stage.purse.left, 0.0)) as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(prepared)
                    plan = self._plan(session)
                    await trio.to_thread.run_sync(self._run, plan, abandon_on_cancel=True)
            if scope.cancelled_caught:
                self._stage.note_end("before Schemathesis was over")
        except (GaveUp, OutOfBudget):
            self._stage.notes.append("Schemathesis was not run: it got no container to work on")
        finally:
            self._abandoned = True
            if self._under_way:
                told = "may be left behind: a render that Schemathesis was asking for"
                self._stage.notes.append(told)
            self._stage.listener.done(FUZZ)
            self._stage.listener.advance(FUZZING, 1.0)

    async def _prepare(self, actor: Actor) -> Callable[[], Awaitable[None]]:
        """Make what Schemathesis works on; what is left to be awaited."""
        if self._stage.roles.renders:
            made = await actor.generate(self._stage.target.projects.open or "")
            return partial(self._await_render, actor, made)
        return partial(self._await_things, Maker(actor, self._stage.world))

    async def _await_things(self, maker: Maker) -> None:
        """Ids for each path of the document: of things that were made, or that there are."""
        try:
            for operation in self._contract.operations.values():
                wanted = {p.resource or p.name for p in operation.path_parameters}
                if not wanted <= set(self._feed):
                    with suppress(GaveUp):
                        self._feed |= await maker.ids(operation.id, self._feed)
        except OutOfBudget:
            self._stage.notes.append("Schemathesis worked on less than there is")
        finally:
            self._rendered.set()

    async def _await_render(self, actor: Actor, made: Made) -> None:
        self._feed |= {"container": made.container, "job": made.job}
        try:
            await actor.follow(made)
            shown = await actor.read(made)
            self._feed |= dict(zip(["asset"], asset_ids(shown), strict=False))
        except (GaveUp, OutOfBudget):
            self._stage.notes.append("Schemathesis worked on a container that was not rendered")
        finally:
            self._rendered.set()

    def _run(self, plan: fuzz.Plan) -> None:
        stage = self._stage
        outcome = fuzz.run(self._contract.document.raw, plan, self._record, self._progress)
        if time.monotonic() > self._deadline:
            stage.notes.append("Schemathesis was ended before it was done: the server is slow")
        stage.notes += sorted(
            {f"Schemathesis: {t.kind} on {t.operation}" for t in outcome.troubles}
        )

    def _plan(self, session: Session) -> fuzz.Plan:
        """What Schemathesis is to send, and with what; made where the stories run."""
        stage, target = self._stage, self._stage.target
        keys, scheme = session.keyring, self._contract.document.key_scheme
        token = trio.lowlevel.current_trio_token()
        self._heard = session.watch.heard

        def carried() -> Mapping[str, str]:
            key = keys.key("own")
            return {scheme.header: scheme.value(key)} if key else {}

        def refused(exchange: Exchange, sent: Mapping[str, str]) -> bool:
            key = scheme.key(sent.get(scheme.header, ""))
            with suppress(trio.RunFinishedError):
                return trio.from_thread.run(session.watch.settle, exchange, key, trio_token=token)
            return False

        return fuzz.Plan(
            url=target.url,
            headers=carried(),
            secret_headers=frozenset({scheme.header.lower()}),
            unrecorded={each.name: each.value for each in target.headers},
            current=carried,
            refused=refused,
            context=target.trust,
            proxy=target.proxy.whole,
            operations=self._operations(),
            ids=self._ids,
            may_send=self._may_send,
            examples=stage.profile.examples,
            phases=stage.profile.phases,
            seed=stage.seed,
            stop=self._is_over,
            run_id=stage.marker,
            timeout=target.expect.answer_seconds,
            secrets=keys.secrets,
            mark=self._mark,
        )

    def _is_over(self) -> bool:
        return self._abandoned or self._stage.purse.over or time.monotonic() > self._deadline

    def _operations(self) -> list[str]:
        """The operations that may be called with anything: none that cannot be undone."""
        kept = {*self._stage.roles.some("archive", "update_policy"), *self._not_ours()}
        return [each.id for each in self._contract.operations.values() if each.id not in kept]

    def _not_ours(self) -> Iterator[str]:
        """The operations that would change what the target file names, and the run has not made."""
        target, world = self._stage.target, self._stage.world
        for operation in self._contract.operations.values():
            last = operation.path_parameters[-1:]
            named = bool(last) and target.known(last[0].resource or "") is not None
            creates = operation.id in self._contract.starts or world.creates(operation.id)
            if operation.method != "GET" and named and not creates:
                yield operation.id

    def _ids(self, operation: str) -> Mapping[str, str]:
        found = {"project": self._stage.target.projects.open or ""}
        needed = self._contract.operations[operation].path_parameters
        if any(p.resource not in found for p in needed) or not self._stage.roles.renders:
            self._rendered.wait()
            found |= self._feed
        return {p.name: found.get(p.resource or "", str(p.example)) for p in needed}

    def _may_send(self, operation: str, body: bytes) -> bool:
        starts = operation in self._contract.starts and self._is_sound(operation, body)
        if starts and self._renders <= 0:
            return False
        try:
            for pause in self._stage.purse.turn(starts=starts, share=SHARE):
                time.sleep(pause)
        except OutOfBudget:
            return False
        if self._abandoned:
            return False
        self._asked = self._stage.purse.now()
        self._renders -= starts
        self._under_way = starts
        return True

    def _mark(self, operation: str, body: Any) -> Any:
        """*body* with this run's tag, where it makes a container."""
        starts = self._contract.starts.get(operation)
        if starts is None or starts.container == "same" or not isinstance(body, dict):
            return body
        briefs = self._briefs(operation)
        for name in briefs:
            brief = body.get(name, {})
            tags = [*brief.get(TAGS, ()), self._stage.marker]
            body = {**body, name: {**brief, TAGS: tags}}
        return body if briefs else self._stage.world.bodies.marked(operation, body, self._tag)

    @property
    def _tag(self) -> str:
        return f"[{self._stage.marker} {FUZZ}]"

    def _briefs(self, operation: str) -> list[str]:
        """The members of an operation's body that may hold tags."""
        resolve = self._contract.document.resolve
        members = (resolve(self._contract.operations[operation].body) or {}).get("properties", {})
        return [n for n, each in members.items() if TAGS in resolve(each).get("properties", {})]

    def _is_sound(self, operation: str, body: bytes) -> bool:
        """Whether a body may start a render; what breaks the document costs nothing."""
        spec = self._contract.operations[operation]
        base = spec.body_base
        try:
            return not self._contract.document.problems(base, json.loads(body or b"{}"))
        except (ValueError, RecursionError):
            return False

    def _record(self, exchange: Exchange) -> None:
        self._under_way = False
        if self._abandoned:
            return  # the history is being judged by now
        set_apart(self._contract, exchange)
        self._heard(self._stage.history.add(exchange))
        self._stage.purse.weigh(len(exchange.body))
        heed(self._stage.purse, self._contract, exchange, self._asked)
        starts = exchange.operation if exchange.operation in self._contract.starts else None
        paid = starts and self._is_sound(starts, exchange.request_body)
        if paid and exchange.refused:
            self._stage.purse.give_back()
            self._renders += 1
        elif starts and not paid and exchange.succeeded:
            self._stage.purse.charge()
        self._stage.tell_sent()

    def _progress(self, progress: fuzz.Progress) -> None:
        of = f" of {progress.total}" if progress.done <= (progress.total or 0) else ""
        self._stage.listener.activity(FUZZ, f"{progress.phase}, {progress.done}{of}")
        phases = self._stage.profile.phases
        if progress.phase in phases:
            part = progress.done / progress.total if progress.total else 0.0
            done = phases.index(progress.phase) + min(part, 1.0)
            self._stage.listener.advance(FUZZING, done / len(phases))
