"""Somebody who uses the API: makes containers, follows them, decides on them."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import trio

from layers_contract.document import pointer
from layers_contract.driver import NO_BODY, Session
from layers_contract.history import Exchange
from layers_contract.target import Target
from layers_contract.workload.roles import Roles
from layers_contract.workload.strategies import Deck, Filling

__all__ = ["Actor", "GaveUp", "Made"]

FIRST_PAUSE, SLOWER = 0.1, 1.4
MOST_PAGES = 40
FRESH = "a fresh one"
"""In place of a key: make one."""
NOT_FOUND = 404
LOOKS = 3
"""How often to look within the lag of reads for what was made."""
PATIENCE = 50
"""How often to look whether a render has left the queue before going on without."""


class GaveUp(Exception):  # noqa: N818 - the actor goes home; what was seen is judged
    """The server's answer leaves nothing to go on with."""


def _nobody_listens(_name: str, _doing: str) -> None:
    """Let an actor's doings go unheard."""


@dataclass(slots=True)
class Made:
    """A render that this actor started."""

    job: str
    container: str
    answer: Exchange


@dataclass
class Actor:
    """One line of work. `marker` stands in every hook that it writes.

    What it writes else comes from the *deck*, card by card from its *seat* on. It is `under_way`
    once it has had an answer.
    """

    name: str
    session: Session
    roles: Roles
    marker: str
    rng: random.Random
    deck: Deck
    seat: int = 0
    on_doing: Callable[[str, str], None] = _nobody_listens
    made: list[Made] = field(default_factory=list)
    under_way: trio.Event = field(default_factory=trio.Event)
    _changed: float = -inf
    _count: int = 0
    _dealt: int = 0
    _tags: dict[str, list[str | None]] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """What the target file says."""
        return self.session.target

    @property
    def open_project(self) -> str:
        """The project without a review."""
        return self.target.projects.open or ""

    def doing(self, what: str) -> None:
        """Say what this actor is at."""
        self.on_doing(self.name, what)

    def deal(self) -> Filling:
        """The next card."""
        self._dealt += 1
        return self.deck.filling(self.seat + self._dealt)

    def key(self) -> str:
        """A fresh idempotency key."""
        return self.key_like(self.deck.filling(self.seat + self._dealt).key)

    def key_like(self, shape: str) -> str:
        """A fresh idempotency key of a certain shape."""
        fresh = uuid.UUID(int=self.rng.getrandbits(128), version=4).hex
        return shape.format(key=fresh, KEY=fresh.upper())

    def hook(self, line: str = "") -> str:
        """A hook that no other request carries."""
        self._count += 1
        line = line or self.deck.filling(self.seat + self._dealt).hook
        return f"{line} [{self.marker} {self.name} {self._count}]"

    def brief(self, **fields: Any) -> dict[str, Any]:
        """A generate request with a hook of its own; *fields* go into the brief.

        A `format` goes beside it, and None leaves a field out.
        """
        card = self.deal()
        samples = self.target.samples
        brief = {
            "hook": self.hook(),
            "themeTags": [self.marker, *card.tags],
            "targetPlatforms": card.platforms and list(card.platforms),
            "language": card.language,
            "influencerId": samples.influencer if card.influencer else None,
            "referenceMediaIds": [samples.reference_media]
            if card.media and samples.reference_media
            else None,
            **fields,
        }
        format_ = brief.pop("format", (None, *self.roles.formats)[card.format])
        request = {"brief": {k: v for k, v in brief.items() if v is not None}}
        return request if format_ is None else {"format": format_, **request}

    async def call(  # noqa: PLR0913 - a request has this many parts
        self,
        operation: str,
        *,
        ids: Mapping[str, str],
        body: Any = NO_BODY,
        query: Sequence[tuple[str, str]] = (),
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        credential: str = "own",
        hang_up: bool = False,
    ) -> Exchange:
        """Call an operation; *key* is an idempotency key.

        Where reads lag, one waits until it must show what this actor did last, and what is not
        found within the lag is asked for again.
        """
        header = self.session.contract.idempotency.header
        named = self._named(operation, ids)
        await self._let_settle(operation)
        while True:
            answer = await self.session.call(
                operation,
                named,
                actor=self.name,
                body=body,
                query=query,
                headers={**(headers or {}), **({header: key} if key else {})},
                credential=credential,
                hang_up=hang_up,
            )
            if credential != "own" or not self._may_be_late(answer):
                break
            await trio.sleep(self.target.expect.read_lag_seconds / LOOKS)
        if answer.method != "GET" and credential == "own":
            self._changed = self.session.clock()
        self.under_way.set()
        return answer

    async def _let_settle(self, operation: str) -> None:
        """Before a look, wait until what this actor did last must be seen."""
        contract, expect = self.session.contract, self.target.expect
        if contract.operations[operation].method == "GET":
            lists = operation in contract.lists
            lag = expect.list_lag_seconds if lists else expect.read_lag_seconds
            if lag:
                await trio.sleep(max(self._changed + lag - self.session.clock(), 0.0))

    def _may_be_late(self, answer: Exchange) -> bool:
        """Whether something was not found that this actor has just made."""
        lag, names = self.target.expect.read_lag_seconds, set(answer.path_params.values())
        return answer.status == NOT_FOUND and any(
            answer.sent - made.answer.received_at < lag
            for made in self.made
            if made.job in names or made.container in names
        )

    def _named(self, operation: str, ids: Mapping[str, str]) -> dict[str, str]:
        """*ids* by resource, as the path parameters that the operation takes."""
        spec = self.session.contract.operations[operation]
        return {p.name: ids[p.resource or p.name] for p in spec.path_parameters}

    async def start(
        self,
        operation: str,
        *,
        ids: Mapping[str, str],
        body: Any = NO_BODY,
        key: str | None = None,
        credential: str = "own",
    ) -> Made:
        """Start a render.

        Raises:
            GaveUp: The answer names no job and container.
        """
        answer = await self.call(operation, ids=ids, body=body, key=key, credential=credential)
        made = self.made_by(operation, ids, answer)
        if made is None:
            raise GaveUp
        return made

    def made_by(self, operation: str, ids: Mapping[str, str], answer: Exchange) -> Made | None:
        """The render that *answer* names, if it names one."""
        envelope = pointer(answer.json, self.session.contract.starts[operation].job)
        spec = self.session.contract.document.schema(self.session.contract.job.schema)["x-resource"]
        job, container = pointer(envelope, spec["id"]), pointer(envelope, spec["container"])
        container = container or ids.get("container")
        if not answer.succeeded or not isinstance(job, str) or not isinstance(container, str):
            return None
        made = Made(job, container, answer)
        self.made.append(made)
        return made

    async def together(self, *calls: Callable[[], Awaitable[Exchange]]) -> list[Exchange]:
        """Make *calls* at one moment, each over a connection that stands already."""
        answers: dict[int, Exchange] = {}
        everybody, ready = trio.Event(), 0

        async def one(number: int, call: Callable[[], Awaitable[Exchange]]) -> None:
            nonlocal ready
            await self.call(self.roles.policy, ids={"project": self.open_project})
            ready += 1
            if ready == len(calls):
                everybody.set()
            await everybody.wait()
            answers[number] = await call()

        async with trio.open_nursery() as nursery:
            for number, call in enumerate(calls):
                nursery.start_soon(one, number, call)
        return [answers[number] for number in range(len(calls))]

    async def generate(
        self, project: str, body: Any = None, key: str | None = FRESH, credential: str = "own"
    ) -> Made:
        """Start a render of a new container in *project*, with a key of its own unless told."""
        body = body or self.brief()
        return await self.start(
            self.roles.generate,
            ids={"project": project},
            body=body,
            key=self.key() if key == FRESH else key,
            credential=credential,
        )

    async def rendered(self, project: str, body: Any = None) -> Made:
        """Start a render of a new container in *project*, follow it to its end, and read it."""
        made = await self.generate(project, body)
        await self.follow(made)
        await self.read(made)
        return made

    async def poll(self, made: Made) -> str | None:
        """The job's status now, or None where the answer shows none."""
        answer = await self.call(self.roles.job, ids={"job": made.job})
        self._tags.setdefault(made.job, []).append(self._tag_of(answer))
        return _state(answer, self.session.contract.job.field)

    async def poll_unchanged(self, made: Made) -> None:
        """Poll with the first and with the last ETag that the job has shown."""
        rule = self.session.contract.operations[self.roles.job].raw["x-polling"].get("validator")
        tags = [tag for tag in self._tags.get(made.job, ()) if tag]
        for tag in dict.fromkeys([*tags[:1], *tags[-1:]]) if rule else ():
            await self.call(self.roles.job, ids={"job": made.job}, headers={rule["request"]: tag})

    def _tag_of(self, answer: Exchange) -> str | None:
        rule = self.session.contract.operations[self.roles.job].raw["x-polling"].get("validator")
        return answer.headers.get(rule["response"].lower()) if rule else None

    async def sign(self, made: Made) -> None:
        """Sign the assets that the container shows now."""
        shown = await self.read(made)
        for name in asset_ids(shown)[:2]:
            await self.call(self.roles.sign, ids={"container": made.container, "asset": name})

    async def read(self, made: Made) -> dict[str, Any]:
        """The container now; empty where the answer shows none."""
        answer = await self.call(self.roles.read, ids={"container": made.container})
        return answer.json if answer.succeeded and isinstance(answer.json, dict) else {}

    async def progress(self, made: Made) -> Exchange:
        """The container's newest job."""
        return await self.call(self.roles.progress, ids={"container": made.container})

    async def follow(self, made: Made, *, closely: bool = False) -> str:
        """Poll until the render has ended, looking at it from every side; how it ended.

        *closely* also polls with the ETags seen so far.

        Raises:
            GaveUp: It did not end within the time that the target allows.
        """
        clock, limit = self.session.clock, self.target.expect.render_seconds
        begun, pause = clock(), self.pace
        longest = self.session.contract.polls[self.roles.job].maximum
        looks = itertools.cycle((True, closely))
        while True:
            state = await self.poll(made)
            await self.read(made)
            if next(looks):
                await self.progress(made)
            if closely:
                await self.poll_unchanged(made)
            if state is not None and state in self.session.contract.job.endings:
                return state
            self.doing(f"waits for a render, {clock() - begun:.0f} s")
            if clock() - begun > limit + longest:
                raise GaveUp
            await trio.sleep(pause)
            pause = min(pause * SLOWER, longest)

    @property
    def pace(self) -> float:
        """Seconds between two looks at a render, to begin with; long renders are not watched."""
        return max(FIRST_PAUSE, self.target.expect.render_seconds / 100)

    def limit(self, number: int) -> tuple[str, str]:
        """The query that asks for so many items a page."""
        return self.session.contract.lists[self.roles.list].limit, str(number)

    @property
    def most(self) -> tuple[str, str]:
        """The query that asks for the longest page."""
        name, _ = self.limit(0)
        limit = self.session.contract.operations[self.roles.list].parameter(name)
        return self.limit(limit.schema["maximum"] if limit else 1)

    async def until_begun(self, made: Made) -> None:
        """Read until a render is seen to have left its first state, within reason."""
        render = self.session.contract.render
        for _ in range(PATIENCE):
            shown = await self.read(made)
            if pointer(shown, render.field) not in render.initial:
                return
            await trio.sleep(self.pace)

    async def walk(self, project: str, *query: tuple[str, str], pages: int = MOST_PAGES) -> None:
        """Walk along a list to its end, or for so many *pages*."""
        pagination = self.session.contract.lists[self.roles.list]
        cursor: tuple[tuple[str, str], ...] = ()
        for _ in range(pages):
            page = await self.call(
                self.roles.list,
                ids={"project": project},
                query=(*query, *cursor),
            )
            after = pointer(page.json, pagination.next)
            if not page.succeeded or not isinstance(after, str) or not after:
                return
            cursor = ((pagination.cursor, after),)


def asset_ids(container: Any) -> list[str]:
    """The ids of a container's assets."""
    assets = pointer(container, "/assets")
    listed = assets if isinstance(assets, list) else []
    return [a["id"] for a in listed if isinstance(a, dict) and isinstance(a.get("id"), str)]


def _state(answer: Exchange, field_: str) -> str | None:
    state = pointer(answer.json, field_) if answer.succeeded else None
    return state if isinstance(state, str) else None
