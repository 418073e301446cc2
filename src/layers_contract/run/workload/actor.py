"""Somebody who uses the API: makes containers, follows them, decides on them."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import trio

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.acceptance import refusal
from layers_contract.run.driver import NO_BODY, Session
from layers_contract.run.workload.requests import Bodies
from layers_contract.run.workload.roles import Roles
from layers_contract.run.workload.schemas import fits_text
from layers_contract.run.workload.strategies import Deck, Filling
from layers_contract.spec.contract import UNSCHEDULED, Contract, Gate
from layers_contract.spec.document import pointer
from layers_contract.target import Target

__all__ = ["Actor", "GaveUp", "Made", "said"]

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
    """There is nothing to go on with; the message says why."""


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
    once it has had an answer. `greeting` is a read that costs little, with its ids.
    """

    name: str
    session: Session
    roles: Roles
    marker: str
    rng: random.Random
    deck: Deck
    bodies: Bodies
    seat: int = 0
    on_doing: Callable[[str, str], None] = _nobody_listens
    made: list[Made] = field(default_factory=list)
    under_way: trio.Event = field(default_factory=trio.Event)
    greeting: tuple[str, Mapping[str, str]] | None = None
    _fresh: dict[str, float] = field(default_factory=dict)
    _changed: float = -inf
    _count: int = 0
    _dealt: int = 0
    _tags: dict[str, list[str | None]] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """What the target file says."""
        return self.session.target

    @property
    def gate(self) -> Gate | None:
        """The gate of the first lifecycle that has one."""
        cycles = self.session.contract.lifecycles.values()
        return next((each.gate for each in cycles if each.gate), None)

    @property
    def open_project(self) -> str:
        """The project without a review."""
        return self.target.projects.open or ""

    def doing(self, what: str) -> None:
        """Say what this actor is at."""
        self.on_doing(self.name, what)

    def deal(self) -> Filling:
        """The next card."""
        return self.deck.filling(self.turn())

    def key(self) -> str:
        """A fresh idempotency key."""
        shape = self.deck.filling(self.seat + self._dealt).key
        key, schema = self.key_like(shape), self._key_schema
        if fits_text(schema, key):
            return key
        if shape.startswith("{key}") and fits_text(schema, cut := key[: schema.get("maxLength")]):
            return cut
        plain = key_of_uuid(self.rng)
        return next((each for each in plain if fits_text(schema, each)), plain[0])

    @property
    def _key_schema(self) -> Mapping[str, Any]:
        """What the document says of an idempotency key."""
        contract = self.session.contract
        for name in contract.idempotent:
            if parameter := contract.operations[name].parameter(contract.key_header):
                return parameter.schema
        return {}

    def key_like(self, shape: str) -> str:
        """A fresh idempotency key of a certain shape."""
        fresh = uuid.UUID(int=self.rng.getrandbits(128), version=4).hex
        return shape.format(key=fresh, KEY=fresh.upper())

    def turn(self) -> int:
        """The number of the next card."""
        self._dealt += 1
        return self.seat + self._dealt

    def mark(self) -> str:
        """A mark that no other request carries, within brackets."""
        self._count += 1
        return f"[{self.marker} {self.name} {self._count}]"

    def hook(self, line: str = "") -> str:
        """A hook that no other request carries."""
        line = line or self.deck.filling(self.seat + self._dealt).hook
        return f"{line} {self.mark()}"

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
        request = request if format_ is None else {"format": format_, **request}
        return self.valid(self.roles.generate, request)

    def failing(self) -> dict[str, Any]:
        """A generate request whose render fails, where the target file says how to ask for one.

        Raises:
            GaveUp: The document has no place for that text.
        """
        hook = self.target.samples.failing_hook
        request = {"brief": {"hook": hook, "themeTags": [self.marker]}}
        if not self.bodies.is_valid(self.roles.generate, request):
            drawn = self.bodies.valid(self.roles.generate, 0, self.mark())
            brief = drawn.get("brief") if isinstance(drawn, dict) else None
            request = {**drawn, "brief": {**brief, "hook": hook}} if isinstance(brief, dict) else {}
        if not self.bodies.is_valid(self.roles.generate, request):
            raise GaveUp(f"{self.roles.generate} has no place for [samples] failing_hook")
        return request

    def valid(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """*request*, or one made from the document alone where that does not allow it."""
        if self.bodies.is_valid(operation, request) or self.bodies.lacks(operation):
            return request
        made: dict[str, Any] = self.bodies.valid(operation, self.turn(), self.mark())
        return made

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

        Members of the *body* that the document does not know are left out, bytes are sent as they
        are. Where reads lag, one waits until it must show what this actor did last, and what is not
        found within the lag is asked for again.
        """
        header = self.session.contract.key_header
        named = self._named(operation, ids)
        body = self.bodies.known(operation, body) if isinstance(body, dict) else body
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
        if answer.status != NOT_FOUND or not lag:
            return False
        return any(answer.sent - self._fresh.get(name, -inf) < lag for name in names)

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
            raise GaveUp(f"{operation} {said(self.session.contract, answer)}")
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
        self.remember((job, container), answer)
        return made

    def remember(self, names: Iterable[str], answer: Exchange) -> None:
        """Keep in mind what *answer* has named for the first time: reads may not find it yet."""
        for name in names:
            self._fresh[name] = answer.received_at

    async def together(self, *calls: Callable[[], Awaitable[Exchange]]) -> list[Exchange]:
        """Make *calls* at one moment, each over a connection that stands already."""
        answers: dict[int, Exchange] = {}
        everybody, ready = trio.Event(), 0

        async def one(number: int, call: Callable[[], Awaitable[Exchange]]) -> None:
            nonlocal ready
            await self.greet()
            ready += 1
            if ready == len(calls):
                everybody.set()
            await everybody.wait()
            answers[number] = await call()

        async with trio.open_nursery() as nursery:
            for number, call in enumerate(calls):
                nursery.start_soon(one, number, call)
        return [answers[number] for number in range(len(calls))]

    async def greet(self) -> None:
        """Send a read that costs little."""
        if self.greeting:
            await self.call(self.greeting[0], ids=self.greeting[1])

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
        rule = self._validator or {}
        tags = [tag for tag in self._tags.get(made.job, ()) if tag]
        for tag in dict.fromkeys([*tags[:1], *tags[-1:]]) if rule else ():
            await self.call(self.roles.job, ids={"job": made.job}, headers={rule["request"]: tag})

    @property
    def _validator(self) -> Mapping[str, Any] | None:
        polling = self.session.contract.operations[self.roles.job].raw.get("x-polling", {})
        rule: Mapping[str, Any] | None = polling.get("validator")
        return rule

    def _tag_of(self, answer: Exchange) -> str | None:
        rule = self._validator
        return answer.headers.get(rule["response"].lower()) if rule else None

    async def sign(self, made: Made) -> None:
        """Sign the assets that the container shows now, where an operation does."""
        shown = await self.read(made)
        for name in asset_ids(shown)[:2] if self.roles.parts["sign"] else ():
            await self.call(self.roles.sign, ids={"container": made.container, "asset": name})

    async def read(self, made: Made) -> dict[str, Any]:
        """The container now; empty where the answer shows none."""
        answer = await self.call(self.roles.read, ids={"container": made.container})
        return answer.json if answer.succeeded and isinstance(answer.json, dict) else {}

    async def progress(self, made: Made) -> None:
        """The container's newest job, where an operation shows it."""
        for operation in self.roles.some("progress"):
            await self.call(operation, ids={"container": made.container})

    async def follow(self, made: Made, *, closely: bool = False) -> str:
        """Poll until the render has ended, looking at it from every side; how it ended.

        *closely* also polls with the ETags seen so far.

        Raises:
            GaveUp: It did not end within the time that the target allows.
        """
        clock, limit = self.session.clock, self.target.expect.render_seconds
        begun, pause = clock(), self.pace
        longest = self.session.contract.polls.get(self.roles.job, UNSCHEDULED).maximum
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
                raise GaveUp(f"a render did not end within {limit:g} s")
            await trio.sleep(pause)
            pause = min(pause * SLOWER, longest)

    @property
    def pace(self) -> float:
        """Seconds between two looks at a render, to begin with; long renders are not watched."""
        return max(FIRST_PAUSE, self.target.expect.render_seconds / 100)

    def limit(self, number: int) -> tuple[str, str]:
        """The query that asks for so many items a page."""
        if not self.roles.parts["list"]:
            return "", ""
        return self.session.contract.lists[self.roles.list].limit, str(number)

    @property
    def most(self) -> tuple[str, str]:
        """The query that asks for the longest page."""
        name, _ = self.limit(0)
        operations = (self.session.contract.operations[n] for n in self.roles.some("list"))
        limit = next((each.parameter(name) for each in operations), None)
        return self.limit(limit.schema.get("maximum", 1) if limit else 1)

    async def until_begun(self, made: Made) -> None:
        """Read until a render is seen to have left its first state, within reason."""
        render = self.session.contract.render
        for _ in range(PATIENCE):
            shown = await self.read(made)
            if pointer(shown, render.field) not in render.initial:
                return
            await trio.sleep(self.pace)

    async def walk(
        self, project: str, *query: tuple[str, str | None], pages: int = MOST_PAGES
    ) -> None:
        """Walk along a list to its end, or for so many *pages*, where there is one.

        What the list has no parameter for is left out of the *query*, and what has no value.
        """
        if not self.roles.parts["list"]:
            return
        pagination = self.session.contract.lists[self.roles.list]
        spec = self.session.contract.operations[self.roles.list]
        known = [(name, value) for name, value in query if value and spec.parameter(name)]
        cursor: tuple[tuple[str, str], ...] = ()
        for _ in range(pages):
            page = await self.call(
                self.roles.list,
                ids={"project": project},
                query=(*known, *cursor),
            )
            after = pointer(page.json, pagination.next)
            if not page.succeeded or not isinstance(after, str) or not after:
                return
            cursor = ((pagination.cursor, after),)


def key_of_uuid(rng: random.Random) -> tuple[str, ...]:
    """A fresh key in each way to write a UUID."""
    fresh = uuid.UUID(int=rng.getrandbits(128), version=4)
    return (fresh.hex, str(fresh), str(fresh).upper(), fresh.hex[:16])


def said(contract: Contract, answer: Exchange) -> str:
    """What became of a call, in words that follow its operation."""
    if answer.status is None:
        return f"was not answered ({answer.failure or 'no reason known'})"
    if answer.succeeded:
        return f"was answered {answer.status} without the ids that it makes"
    return f"was {refusal(contract, [answer])}"


def asset_ids(container: Any) -> list[str]:
    """The ids of a container's assets."""
    assets = pointer(container, "/assets")
    listed = assets if isinstance(assets, list) else []
    return [a["id"] for a in listed if isinstance(a, dict) and isinstance(a.get("id"), str)]


def _state(answer: Exchange, field_: str) -> str | None:
    state = pointer(answer.json, field_) if answer.succeeded else None
    return state if isinstance(state, str) else None
