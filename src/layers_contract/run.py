"""One run: stories and Schemathesis side by side against a target, then the judging."""

from __future__ import annotations

import json
import random
import signal
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import trio
from trio.testing import MockClock

from layers_contract import fuzz
from layers_contract.budget import Purse
from layers_contract.contract import Contract
from layers_contract.document import pointer
from layers_contract.driver import OutOfBudget, Session
from layers_contract.facts import Expectations, Facts, Started, refused
from layers_contract.history import Exchange, History
from layers_contract.invariants import CATALOGUE
from layers_contract.judge import judge
from layers_contract.outcome import Outcome, coverage
from layers_contract.target import Target
from layers_contract.workload import STORIES, Actor, GaveUp, Made, Roles, Story

__all__ = ["PROFILES", "Listener", "Unjudgeable", "run", "simulate"]

FUZZ_SHARE = 0.6
"""The part of the requests that may be spent before Schemathesis sends no more."""


class Unjudgeable(Exception):  # noqa: N818 - it says something of the server, not of us
    """The server cannot be judged at all: unreachable, or it refuses the key."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How thorough a run is: which stories, how often, and how much Schemathesis does."""

    rank: int
    rounds: int
    examples: int
    phases: tuple[str, ...]
    fuzzed_renders: int


PROFILES: Mapping[str, Profile] = {
    "quick": Profile(0, 1, 2, ("examples", "stateful"), 3),
    "standard": Profile(1, 1, 10, fuzz.PHASES, 12),
    "thorough": Profile(2, 3, 50, fuzz.PHASES, 100),
}
FUZZ = "schemathesis"
TICK = 1e-6
RANKS = {"quick": 0, "standard": 1, "thorough": 2}


class Listener(Protocol):
    """Is told how a run goes."""

    def activity(self, name: str, doing: str) -> None:
        """*name* is at something."""

    def done(self, name: str) -> None:
        """*name* has finished."""

    def sent(self, requests: int, generations: int) -> None:
        """So much was sent in all."""


class Silence:
    """A listener that says nothing."""

    def activity(self, name: str, doing: str) -> None:
        """Nothing."""

    def done(self, name: str) -> None:
        """Nothing."""

    def sent(self, requests: int, generations: int) -> None:
        """Nothing."""


@dataclass
class Run:
    """A run under way."""

    contract: Contract
    target: Target
    profile: str
    seed: int
    listener: Listener
    only: Collection[str] = ()
    history: History = field(default_factory=History)
    marker: str = field(default_factory=lambda: f"lc-{uuid.uuid4().hex[:10]}")
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    transport: httpx.AsyncBaseTransport | None = None
    epoch: float | None = None

    def __post_init__(self) -> None:
        self.purse = Purse(self.target.budget, trio.current_time if self.transport else time.monotonic)
        self.roles = Roles.of(self.contract)
        self.fuzzed_renders = 0

    async def play(self) -> None:
        """Send everything that the profile and the budget allow.

        Raises:

            Unjudgeable: The server does not answer, or refuses the key.
        """
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
        async with httpx.AsyncClient(  # noqa: S113 - the session has a deadline of its own
            limits=limits, timeout=None, trust_env=False, transport=self.transport
        ) as client:
            session = self._session(client)
            self.purse.begin()
            await self._greet(session)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._heed_interrupts, nursery.cancel_scope)
                async with trio.open_nursery() as stories:
                    for number, story in enumerate(self._chosen()):
                        stories.start_soon(self._tell, session, story, number)
                    stories.start_soon(self._fuzz, session)
                await self._encore(session)
                nursery.cancel_scope.cancel()
            await self._tidy(session)

    def _session(self, client: httpx.AsyncClient) -> Session:
        epoch = time.time() if self.epoch is None else self.epoch
        return Session(
            contract=self.contract,
            target=self.target,
            history=self.history,
            purse=self.purse,
            client=client,
            clock=_ticking(epoch - trio.current_time()),
            on_sent=lambda: self.listener.sent(self.purse.requests, self.purse.generations),
        )

    def _actor(self, session: Session, name: str) -> Actor:
        rng = random.Random(f"{self.seed} {self.marker} {name}")  # noqa: S311 - not for secrets
        return Actor(name, session, self.roles, self.marker, rng, self.listener.activity)

    async def _greet(self, session: Session) -> None:
        """Find out whether there is anybody to judge."""
        project = self.target.projects.open or self.target.projects.gated or str(uuid.uuid4())
        actor = self._actor(session, "greeting")
        answer = await actor.call(self.roles.policy, ids={"project": project})
        if not answer.answered:
            raise Unjudgeable(f"{self.target.url} does not answer ({answer.failure})")
        refusals = {status for code, status in self.contract.error_codes.items()} & {401, 403, 503}
        if answer.status in refusals:
            code = pointer(answer.json, "/error/code") or "no error code"
            given = "the key" if self.target.api_key else "a request without a key (none was given)"
            raise Unjudgeable(f"{self.target.url} refuses {given}: {answer.status} {code}")

    async def _encore(self, session: Session) -> None:
        """When all else is over: repeat keyed calls, and look at everything once more."""
        actor = self._actor(session, "encore")
        facts = Facts(self.contract, self.history)
        mine = [c for c in facts.own if c.created and _is_story(c.created.exchange)]
        try:
            for call in list(facts.keyed.values()):
                for started in call.started[:1]:
                    if _is_story(started.exchange):
                        await self._repeat(actor, started)
            for container in mine:
                actor.doing("looks at everything once more")
                last = container.renders[-1] if container.renders else None
                made = Made(last.job, container.id, last.first.exchange) if last else None
                if made:
                    await actor.read(made)
                    await actor.poll(made)
        except OutOfBudget:
            pass
        finally:
            self.listener.done("encore")

    async def _repeat(self, actor: Actor, started: Started) -> None:
        names = self.contract.operations[started.operation].path_parameters
        ids = {p.resource or "": started.exchange.path_params[p.name] for p in names}
        body = started.exchange.request_body
        await actor.call(started.operation, ids=ids, body=body, key=started.key)

    def _chosen(self) -> list[Story]:
        """What to tell, in order, as far as the renders last."""
        profile = PROFILES[self.profile]
        told = []
        left = self.target.budget.generations
        for round_ in range(profile.rounds):
            for each in STORIES:
                fits = RANKS[each.profile] <= profile.rank and each.lacks(self.target) is None
                once = round_ == 0 or each.renders > 0 and not each.name.startswith("archived")
                if fits and once and self._wanted(each) and each.renders <= left:
                    told.append(each)
                    left -= each.renders
        self.fuzzed_renders = min(profile.fuzzed_renders, left)
        return told

    def _wanted(self, story: Story) -> bool:
        if not self.only or not story.promises:
            return True
        return any(each.startswith(story.promises) for each in self.only)

    async def _tell(self, session: Session, story: Story, number: int) -> None:
        name = story.name if number < len(STORIES) else f"{story.name}-{number // len(STORIES) + 1}"
        actor = self._actor(session, name)
        actor.doing("begins")
        try:
            await story.play(actor)
        except GaveUp:
            pass
        except OutOfBudget:
            self.notes.append(f"the budget ended before {name} was over")
        finally:
            self.listener.done(name)

    async def _fuzz(self, session: Session) -> None:
        """Let Schemathesis loose on containers of its own."""
        if self.transport is not None:
            return
        if not self.target.allow.generate or not self.target.projects.open:
            self.notes.append("Schemathesis was not run: it needs [projects] open and [allow] generate")
            return
        actor = self._actor(session, "schemathesis")
        actor.doing("makes containers to work on")
        try:
            made = await actor.generate(self.target.projects.open)
            await actor.follow(made)
            shown = await actor.read(made)
        except (GaveUp, OutOfBudget):
            self.listener.done("schemathesis")
            return
        await trio.to_thread.run_sync(self._fuzz_here, self._feed(made, shown), abandon_on_cancel=True)
        self.listener.done("schemathesis")

    def _feed(self, made: Made, shown: dict[str, Any]) -> dict[str, str]:
        assets = pointer(shown, "/assets")
        asset = assets[0].get("id") if isinstance(assets, list) and assets else None
        ids = {
            "project": self.target.projects.open or "",
            "container": made.container,
            "job": made.job,
        }
        return {**ids, "asset": asset} if isinstance(asset, str) else ids

    def _fuzz_here(self, feed: Mapping[str, str]) -> None:
        profile = PROFILES[self.profile]
        header = self.contract.document.security_header
        plan = fuzz.Plan(
            url=self.target.url,
            headers={header: self.target.api_key} if self.target.api_key else {},
            secret_headers=frozenset({header.lower()}),
            operations=self._fuzzed(feed),
            ids=lambda operation: self._ids(operation, feed),
            may_send=self._may_send,
            examples=profile.examples,
            phases=profile.phases,
            seed=self.seed,
            stop=lambda: self.purse.over,
            run_id=self.marker,
        )
        outcome = fuzz.run(self.contract.document.raw, plan, self._record, self._fuzz_progress)
        self.notes += sorted({f"Schemathesis: {t.kind} on {t.operation}" for t in outcome.troubles})

    def _fuzzed(self, feed: Mapping[str, str]) -> list[str]:
        """The operations that may be called with anything: none that cannot be undone."""
        kept = {self.roles.archive, self.roles.update_policy}
        return [
            o.id
            for o in self.contract.operations.values()
            if o.id not in kept and all(p.resource in feed for p in o.path_parameters)
        ]

    def _ids(self, operation: str, feed: Mapping[str, str]) -> dict[str, str]:
        spec = self.contract.operations[operation]
        return {p.name: feed[p.resource or ""] for p in spec.path_parameters if p.resource in feed}

    def _may_send(self, operation: str, body: bytes) -> bool:
        starts = operation in self.contract.starts and self._is_sound(operation, body)
        if starts and self.fuzzed_renders <= 0:
            return False
        pause = self.purse.wait()
        if pause > 0:
            time.sleep(min(pause, 60))
        paid = self.purse.take(starts=starts, share=FUZZ_SHARE)
        self.fuzzed_renders -= paid and starts
        return paid

    def _is_sound(self, operation: str, body: bytes) -> bool:
        """Whether a body may start a render; what breaks the document costs nothing."""
        spec = self.contract.operations[operation]
        base = (*spec.base, "requestBody", "content", "application/json", "schema")
        try:
            return not self.contract.document.problems(base, json.loads(body or b"{}"))
        except ValueError:
            return False

    def _record(self, exchange: Exchange) -> None:
        self.history.add(exchange)
        starts = exchange.operation if exchange.operation in self.contract.starts else None
        if starts and refused(exchange) and self._is_sound(starts, exchange.request_body):
            self.purse.give_back()
            self.fuzzed_renders += 1
        self.listener.sent(self.purse.requests, self.purse.generations)

    def _fuzz_progress(self, progress: fuzz.Progress) -> None:
        of = f" of {progress.total}" if progress.total else ""
        self.listener.activity("schemathesis", f"{progress.phase}, {progress.done}{of}")

    async def _heed_interrupts(self, scope: trio.CancelScope) -> None:
        """End in order when the person running it has seen enough."""
        try:
            with trio.open_signal_receiver(signal.SIGINT) as signals:
                async for _ in signals:
                    self.interrupted = True
                    self.purse.stop()
                    scope.cancel()
                    return
        except RuntimeError:
            return

    async def _tidy(self, session: Session) -> None:
        """Cancel what this run left running, and say what stays."""
        facts = Facts(self.contract, self.history)
        endings = self.contract.job.endings
        running = [
            job
            for job in facts.jobs.values()
            if job.render
            and job.render.first.exchange.credential == "own"
            and not any(view.state in endings for view in job.views)
        ]
        self.purse.stopped = False
        actor = self._actor(session, "tidying")
        for job in running if self.target.allow.generate else ():
            try:
                await actor.call(self.roles.cancel, ids={"job": job.id})
            except OutOfBudget:
                break
        made = sum(1 for _ in facts.own)
        if made:
            self.notes.append(f"left behind: {made} containers, tagged {self.marker}")


def _ticking(offset: float) -> Callable[[], float]:
    """Trio's time moved by *offset*, never the same twice: what came first stays first."""
    last = 0.0

    def clock() -> float:
        nonlocal last
        last = max(trio.current_time() + offset, last + TICK)
        return last

    return clock


def _is_story(exchange: Exchange) -> bool:
    """Whether a call was made by one of our own stories, with our own key."""
    return not exchange.actor.startswith(FUZZ) and exchange.credential == "own"


def run(  # noqa: PLR0913 - the command line has this many options
    contract: Contract,
    target: Target,
    *,
    profile: str = "standard",
    seed: int = 0,
    strict: bool = False,
    only: Collection[str] = (),
    listener: Listener | None = None,
) -> Outcome:
    """Judge the server at *target*.

    Raises:

        Unjudgeable: The server does not answer, or refuses the key.
    """
    this = Run(contract, target, profile, seed, listener or Silence(), only)
    begun = time.monotonic()
    trio.run(this.play, restrict_keyboard_interrupt_to_checkpoints=True)
    return _outcome(this, strict=strict, seconds=time.monotonic() - begun)


def simulate(  # noqa: PLR0913 - as above
    contract: Contract,
    target: Target,
    app: Callable[..., Any],
    *,
    epoch: float,
    profile: str = "standard",
    seed: int = 0,
    strict: bool = False,
) -> Outcome:
    """Judge an ASGI application in this process, in simulated time.

    Nobody waits: time moves on when everybody sleeps. *epoch* is where the application's clock
    starts, in seconds. Schemathesis is left out: it knows no clock but the wall's.
    """
    this = Run(
        contract,
        target,
        profile,
        seed,
        Silence(),
        marker=f"lc-{seed:010d}",
        transport=httpx.ASGITransport(app),
        epoch=epoch,
    )
    clock = MockClock(autojump_threshold=0)
    trio.run(this.play, clock=clock)
    return _outcome(this, strict=strict, seconds=clock.current_time())


def _outcome(this: Run, *, strict: bool, seconds: float) -> Outcome:
    contract, target = this.contract, this.target
    return Outcome(
        contract=contract,
        target=target.url,
        profile=this.profile,
        seed=this.seed,
        strict=strict,
        judged=judge(
            contract,
            this.history,
            expectations(target, this.marker),
            strict=strict,
            only=this.only,
            why_not=_why_not(target, this.profile),
        ),
        history=this.history,
        seconds=seconds,
        generations=this.purse.generations,
        notes=this.notes,
        coverage=coverage(contract, this.history),
        interrupted=this.interrupted,
    )


def expectations(target: Target, marker: str | None = None) -> Expectations:
    """What the target file lets the invariants expect."""
    return Expectations(
        render=target.expect.render_seconds,
        clock_skew=target.expect.clock_skew_seconds,
        marker=marker,
        foreign=frozenset(filter(None, [target.projects.foreign])),
    )


def _why_not(target: Target, profile: str) -> Callable[[str], str | None]:
    """Why a promise had no occasion, where the target file or the profile is the reason."""

    def reason(promise: str) -> str | None:
        told = [s for s in STORIES if promise.startswith(s.promises)] if promise in CATALOGUE else []
        lacking = [r for s in told if (r := s.lacks(target))]
        if told and len(lacking) == len(told):
            return lacking[0]
        dear = [s for s in told if RANKS[s.profile] > RANKS[profile]]
        return f"the {dear[0].profile} profile looks at it" if dear else None

    return reason
