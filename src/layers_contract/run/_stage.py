"""What all parts of a run share."""

from __future__ import annotations

import math
import random
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import trio

from layers_contract.history.exchanges import History
from layers_contract.judge.facts import Facts
from layers_contract.run._listener import Listener
from layers_contract.run._profiles import PROFILES, Profile
from layers_contract.run._questions import cheapest
from layers_contract.run.budget import Purse
from layers_contract.run.driver import Session
from layers_contract.run.network import Transport
from layers_contract.run.workload import (
    STORIES,
    Actor,
    Bodies,
    Deck,
    Roles,
    Story,
    World,
    decks,
    drawn,
    plan,
)
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = ["Stage", "ticking"]

TICK = 1e-6
AT_ONCE = 4
"""Calls with one key at one moment: each is paid for as a render until its response has come."""
HAND = 3
"""Cards between one actor's and the next one's."""


@dataclass
class Stage:
    """A run's target, history, purse and listeners.

    With a `transport` the run is a simulation: *epoch* is then where its clock starts, in seconds.
    *at_once* is how many actors, Schemathesis among them, may be under way at a time; `wait` how
    many seconds a server may take to start.
    """

    contract: Contract
    target: Target
    profile_name: str
    seed: int
    listener: Listener
    only: Collection[str] = ()
    marker: str = field(default_factory=lambda: f"lc-{uuid.uuid4().hex[:10]}")
    transport: Transport | None = None
    epoch: float | None = None
    at_once: float = math.inf
    wait: float = 0.0
    history: History = field(default_factory=History)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    ended_early: str | None = None
    first_violation: Callable[[History], str | None] | None = None
    stopped: str | None = None
    purse: Purse = field(init=False)
    roles: Roles = field(init=False)
    world: World = field(init=False)
    stories: Sequence[Story] = field(init=False)
    gave_up: dict[str, list[str]] = field(default_factory=dict)
    _read: tuple[int, Facts | None] = (0, None)
    _done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = trio.current_time if self.transport else time.monotonic
        self.roles = Roles.of(self.contract)
        bodies = Bodies(self.contract, self.target, self.seed)
        self.world = World(self.contract, self.target, self.roles, bodies)
        generic = plan(self.world)
        self.stories = (*STORIES, *generic)
        cheap = sum(each.renders for each in generic if each.profile == "quick")
        cheap += AT_ONCE if cheap else 0
        generations = min(self.target.budget.generations, self.profile.renders + cheap)
        self.purse = Purse(replace(self.target.budget, generations=int(generations)), now)
        outage, expect = self.purse.outage, self.target.expect
        outage.share, outage.seconds = expect.away_share, expect.away_seconds
        outage.vital = next(iter(self.roles.some("generate")), None)

    @property
    def told(self) -> Sequence[Story]:
        """The stories that the document has a use for: ours only where something is rendered."""
        return [each for each in self.stories if each.is_derived or self.roles.renders]

    @property
    def profile(self) -> Profile:
        """How thorough the run is."""
        return PROFILES[self.profile_name]

    def session(self, transport: Transport) -> Session:
        """What actors send through."""
        return Session(
            contract=self.contract,
            target=self.target,
            history=self.history,
            purse=self.purse,
            transport=transport,
            clock=ticking(self.epoch),
            on_sent=self.tell_sent,
        )

    def facts(self) -> Facts:
        """What the history shows by now; read anew where it has grown."""
        size, known = self._read
        if known is None or size < len(self.history):
            size, known = len(self.history), Facts(self.contract, self.history)
            self._read = size, known
        return known

    def note_end(self, when: str) -> None:
        """Note that the budget ended, unless something else has stopped the run."""
        if not self.purse.stopped:
            self.notes.append(f"the budget ended {when}")

    def tell_sent(self) -> None:
        """Let the listener know how much was sent."""
        self.listener.sent(self.purse.requests, self.purse.generations)

    def begin_part(self, part: str, total: int) -> None:
        """Let the listener know of a part of the run with so much to do."""
        self._done[part] = 0
        self.listener.expect(part, total)
        self.listener.advance(part, 0)

    def finish_one(self, part: str) -> None:
        """Let the listener know that one more of a part is done."""
        self._done[part] = self._done.get(part, 0) + 1
        self.listener.advance(part, self._done[part])

    def actor(self, session: Session, name: str, seat: int = 0) -> Actor:
        """An actor with randomness of its own; actors of different seats get different cards."""
        rng = random.Random(f"{self.seed} {self.marker} {name}")  # noqa: S311 - not for secrets
        return Actor(
            name=name,
            session=session,
            roles=self.roles,
            marker=self.marker,
            rng=rng,
            deck=self.deck,
            bodies=self.world.bodies,
            greeting=self.greeting,
            seat=seat * HAND,
            on_doing=self.listener.activity,
        )

    @cached_property
    def greeting(self) -> tuple[str, Mapping[str, str]] | None:
        """A read that costs little, with ids for it."""
        if self.roles.renders and self.roles.parts["policy"]:
            return self.roles.policy, {"project": self.target.projects.open or ""}
        return next(iter(cheapest(self.contract, self.target)), None)

    def give_up(self, name: str, why: str) -> None:
        """Note that *name* had nothing to go on with."""
        self.gave_up.setdefault(why or "no reason known", []).append(name)

    @cached_property
    def deck(self) -> Deck:
        """The cards that this run's requests are filled in with."""
        return _deck(1 + len(self.roles.formats), self.seed)


@lru_cache(maxsize=64)
def _deck(formats: int, seed: int) -> Deck:
    """A deck, drawn once a process: nothing can change it."""
    return drawn(decks(formats), seed)


def ticking(epoch: float | None = None) -> Callable[[], float]:
    """Trio's time as seconds since the epoch, never the same twice: what came first stays first.

    *epoch* is when it is now; by the wall's clock, if not given.
    """
    offset = (time.time() if epoch is None else epoch) - trio.current_time()
    last = 0.0

    def clock() -> float:
        nonlocal last
        last = max(trio.current_time() + offset, last + TICK)
        return last

    return clock
