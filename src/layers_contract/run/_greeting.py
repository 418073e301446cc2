"""Whether there is a server to judge: this API answers, and takes the key."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import TracebackType
from typing import Final, Self

import trio

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.likeness import speaks
from layers_contract.run._questions import cheapest
from layers_contract.run._stage import Stage
from layers_contract.run._strangers import BUSY, given, misplaced, stranger, which_key
from layers_contract.run._unreached import why_failed
from layers_contract.run.budget import Purse
from layers_contract.run.driver import Session
from layers_contract.run.network import Answer, HungUp, Request, Transport
from layers_contract.spec.document import pointer
from layers_contract.target import Budget

__all__ = ["Unjudgeable", "await_server", "greet"]

GREETS_EVERY: Final = 1.0
"""Seconds between two greetings of a server that is still starting."""
MOST: Final = 4
"""Questions that a greeting asks at most."""
RESTS: Final = 0.5
"""Seconds until a server that may be away for a moment is asked again."""
REFUSALS: Final = frozenset({401, 403})
AWAY: Final = frozenset({429, 502, 503, 504})
UNKNOWN_KEY, OFF = 401, 503
CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
"""What an error code may hold to be shown to people."""


class Unjudgeable(Exception):  # noqa: N818 - it says something of the server, not of us
    """The server cannot be judged at all: unreachable, another one, or it refuses the key.

    Where it is `settled` the API itself has said so, and will not say anything else later.
    """

    def __init__(self, message: str, *, settled: bool = False) -> None:
        super().__init__(message)
        self.settled = settled


async def await_server(stage: Stage, session: Session) -> None:
    """Greet a server that is still starting until it answers as the API, off the records.

    Raises:
        Unjudgeable: It did not in `stage.wait` seconds.
    """
    until = trio.current_time() + stage.wait
    while True:
        trial = replace(session, history=History(), purse=Purse(Budget()))
        try:
            await greet(stage, trial)
            break
        except Unjudgeable as error:
            left = until - trio.current_time()
            if error.settled or left <= 0:
                raise
            stage.listener.activity("greeting", f"waits, for {left:.0f} s at most: {error}")
            await trio.sleep(min(GREETS_EVERY, left))
    stage.purse.begin()


async def greet(stage: Stage, session: Session) -> None:
    """Find out whether this API is there, and takes the key.

    It is asked for one thing after another until it answers in its own words: a single operation
    may be broken, and a gateway may be away for a moment.

    Raises:
        Unjudgeable: It is not, or does not.
    """
    heard = _Heard(session.transport)
    actor = stage.actor(replace(session, transport=heard), "greeting")
    first: Unjudgeable | None = None
    for operation, ids in _questions(stage):
        answer = await actor.call(operation, ids=ids)
        trouble = _trouble(stage, session, answer, heard.error)
        if trouble is None:
            return
        first = first or trouble
        if _status(answer) == UNKNOWN_KEY or _is_final(answer):
            break
        if _status(answer) is None or _status(answer) in AWAY:
            await trio.sleep(RESTS)
    if first:
        raise first


def _questions(stage: Stage) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Operations that only read, with ids for them."""
    projects, roles = stage.target.projects, stage.roles
    if not (roles.renders and roles.parts["policy"] and roles.parts["list"]):
        yield from islice(cheapest(stage.contract, stage.target), MOST)
        return
    project = {"project": projects.open or projects.gated or str(uuid.uuid4())}
    yield roles.policy, project
    yield roles.list, project
    for operation in (roles.job, roles.policy):
        names = stage.contract.operations[operation].path_parameters
        ids = {p.resource or p.name: str(p.example) for p in names}
        yield operation, {**ids, **project}


def _is_final(answer: Exchange) -> bool:
    """Whether the next request would fare no better: nobody was reached, or in time."""
    return _status(answer) is None and answer.failure not in ("ReadError", "RemoteProtocolError")


def _status(answer: Exchange) -> int | None:
    """The status that came, whoever sent it."""
    return answer.gateway_status if answer.status is None else answer.status


def _trouble(
    stage: Stage, session: Session, answer: Exchange, error: Exception | None
) -> Unjudgeable | None:
    """What stands in the way of judging a server that gives this answer, if anything does."""
    target, status = stage.target, _status(answer)
    if status is None:
        return Unjudgeable(f"{target.url} {_no_answer(stage, answer, error)}")
    own = speaks(stage.contract, answer)
    if not own:
        said = stranger(stage.contract, target, answer, status)
        return Unjudgeable(_without_keys(session, f"{target.url} {said}"))
    code = _code(answer)
    if status in REFUSALS:
        message = f"{target.url} refuses {given(target)} ({status}, {code})"
        return Unjudgeable(f"{message}; {which_key(target)}", settled=True)
    if status in (OFF, BUSY):
        return Unjudgeable(f"{target.url} is away or busy ({status}, {code}); try again later")
    return None


def _code(answer: Exchange) -> str:
    code = pointer(answer.json, "/error/code")
    return code if isinstance(code, str) and CODE.fullmatch(code) else "no error code"


def _no_answer(stage: Stage, answer: Exchange, error: Exception | None) -> str:
    if error is not None:
        return why_failed(stage.target, error)
    if (answer.failure or "").startswith("no whole answer"):
        hint = "is there a firewall, or a slow start ([expect] answer_seconds, --wait)?"
        return f"does not answer within {stage.target.expect.answer_seconds:g} s; {hint}"
    hint = misplaced(stage.contract, stage.target)
    return f"does not answer ({answer.failure}); {hint}"


def _without_keys(session: Session, text: str) -> str:
    return session.keyring.redact(text.encode()).decode()


@dataclass
class _Heard:
    """A transport that keeps the last error, with all that it came from."""

    inner: Transport
    error: Exception | None = None

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    async def send(self, request: Request) -> Answer:
        """Send *request*, and keep what went wrong."""
        self.error = None
        try:
            return await self.inner.send(request)
        except HungUp:
            raise
        except Exception as error:
            self.error = error
            raise
