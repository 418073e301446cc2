"""What all parts of a run share."""

from __future__ import annotations

import math
import random
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import httpx
import trio

from layers_contract.budget import Purse
from layers_contract.contract import Contract
from layers_contract.driver import Session
from layers_contract.history import History
from layers_contract.run._listener import Listener
from layers_contract.run._profiles import PROFILES, Profile
from layers_contract.target import Target
from layers_contract.workload import Actor, Roles

__all__ = ["Stage"]

TICK = 1e-6


@dataclass
class Stage:
    """A run's target, history, purse and listeners.

    With a `transport` the run is a simulation: *epoch* is then where its clock starts, in seconds.
    *at_once* is how many stories, Schemathesis among them, may be under way at a time.
    """

    contract: Contract
    target: Target
    profile_name: str
    seed: int
    listener: Listener
    only: Collection[str] = ()
    marker: str = field(default_factory=lambda: f"lc-{uuid.uuid4().hex[:10]}")
    transport: httpx.AsyncBaseTransport | None = None
    epoch: float | None = None
    at_once: float = math.inf
    history: History = field(default_factory=History)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    purse: Purse = field(init=False)
    roles: Roles = field(init=False)

    def __post_init__(self) -> None:
        now = trio.current_time if self.transport else time.monotonic
        self.purse = Purse(self.target.budget, now)
        self.roles = Roles.of(self.contract)

    @property
    def profile(self) -> Profile:
        """How thorough the run is."""
        return PROFILES[self.profile_name]

    def session(self, client: httpx.AsyncClient) -> Session:
        """What actors send through."""
        epoch = time.time() if self.epoch is None else self.epoch
        return Session(
            contract=self.contract,
            target=self.target,
            history=self.history,
            purse=self.purse,
            client=client,
            clock=_ticking(epoch - trio.current_time()),
            on_sent=self.tell_sent,
        )

    def tell_sent(self) -> None:
        """Let the listener know how much was sent."""
        self.listener.sent(self.purse.requests, self.purse.generations)

    def actor(self, session: Session, name: str) -> Actor:
        """An actor with randomness of its own."""
        rng = random.Random(f"{self.seed} {self.marker} {name}")  # noqa: S311 - not for secrets
        return Actor(name, session, self.roles, self.marker, rng, self.listener.activity)


def _ticking(offset: float) -> Callable[[], float]:
    """Trio's time moved by *offset*, never the same twice: what came first stays first."""
    last = 0.0

    def clock() -> float:
        nonlocal last
        last = max(trio.current_time() + offset, last + TICK)
        return last

    return clock
