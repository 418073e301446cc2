"""A run under way: stories and Schemathesis side by side, within one budget."""

from __future__ import annotations

import re
import signal
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial

import trio

from layers_contract.budget import Purse
from layers_contract.document import pointer
from layers_contract.driver import OutOfBudget, Session
from layers_contract.history import History
from layers_contract.network import Network, Transport
from layers_contract.run._ending import encore, leave, long_after, tidy
from layers_contract.run._fuzzing import Fuzzing
from layers_contract.run._profiles import PROFILES
from layers_contract.run._stage import Stage
from layers_contract.target import Budget, Target
from layers_contract.workload import (
    STORIES,
    Actor,
    GaveUp,
    Program,
    Story,
    drawn,
    play_program,
    programs,
    renders_of,
)

__all__ = ["Unjudgeable", "connection", "play"]

Play = Callable[[Actor], Awaitable[None]]
KEPT_BACK = 15
"""One render of so many is kept for Schemathesis."""
ENTRANCE = 0.5
"""Seconds that the next actor waits at most for the first answer to the one before."""
UNWELCOME = frozenset({401, 403, 503})
BUSY = 429
UNVERIFIED = "WARNING: no certificate was checked ([tls] verify = false): anybody may have answered"
GREETS_EVERY = 1.0
"""Seconds between two greetings of a server that is still starting."""
CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
"""What an error code may hold to be shown to people."""


class Unjudgeable(Exception):  # noqa: N818 - it says something of the server, not of us
    """The server cannot be judged at all: unreachable, or it refuses the key.

    Where it is `settled` the API itself has said so, and will not say anything else later.
    """

    def __init__(self, message: str, *, settled: bool = False) -> None:
        super().__init__(message)
        self.settled = settled


async def play(stage: Stage) -> None:
    """Send everything that the profile and the budget allow.

    Raises:
        Unjudgeable: The server does not answer, or refuses the key.
    """
    async with connection(stage.target, stage.transport) as transport:
        session = stage.session(transport)
        stage.purse.begin()
        if stage.target.trust and not stage.target.tls.verify:
            stage.notes.append(UNVERIFIED)
        if refusal := await _in_order(stage, session):
            raise refusal


async def _in_order(stage: Stage, session: Session) -> Unjudgeable | None:
    """Work and tidy up; each Ctrl-C ends one of them. Why there was nothing to do, if so."""
    refusal = None
    scopes = [trio.CancelScope(), trio.CancelScope()]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_heed_interrupts, stage, scopes)
        with scopes[0]:
            try:
                await _work(stage, session)
            except Unjudgeable as error:
                refusal = error
        del scopes[0]
        stage.ended_early = stage.ended_early or session.watch.lost.get("own")
        stage.purse.outage.close()
        if not (stage.ended_early or stage.purse.outage.lasts):
            with scopes[0]:
                await tidy(stage, session)
        nursery.cancel_scope.cancel()
    if stage.purse.outage.over and not stage.ended_early:
        stage.ended_early = f"the server was away ({stage.purse.outage.over})"
        stage.notes.append(f"{stage.ended_early}: what came before is judged")
    stage.notes += session.watch.notes()
    leave(stage)
    return refusal


async def _work(stage: Stage, session: Session) -> None:
    try:
        if stage.wait:
            await _await_server(stage, session)
        await _greet(stage, session)
    except OutOfBudget:
        stage.notes.append("the budget ended before anything was sent")
        return
    await _tell_all(stage, session)
    await encore(stage, session)
    await long_after(stage, session)


def connection(target: Target, transport: Transport | None = None) -> Transport:
    """What requests go over: *transport*, or the network as *target* says."""
    if transport is not None:
        return transport
    return Network(context=target.trust, proxy=target.proxy.whole)


async def _await_server(stage: Stage, session: Session) -> None:
    """Greet a server that is still starting until it answers as the API, off the records.

    Raises:
        Unjudgeable: It did not in `stage.wait` seconds.
    """
    until = trio.current_time() + stage.wait
    while True:
        trial = replace(session, history=History(), purse=Purse(Budget()))
        try:
            await _greet(stage, trial)
            break
        except Unjudgeable as error:
            left = until - trio.current_time()
            if error.settled or left <= 0:
                raise
            stage.listener.activity("greeting", f"waits, for {left:.0f} s at most: {error}")
            await trio.sleep(min(GREETS_EVERY, left))
    stage.purse.begin()


async def _greet(stage: Stage, session: Session) -> None:
    """Find out whether there is anybody to judge."""
    target = stage.target
    project = target.projects.open or target.projects.gated or str(uuid.uuid4())
    actor = stage.actor(session, "greeting")
    answer = await actor.call(stage.roles.policy, ids={"project": project})
    if (status := answer.gateway_status) is not None:
        raise Unjudgeable(f"{target.url} is away or busy ({status}); try again later")
    if not answer.answered:
        hint = "is it running, and the url right?"
        raise Unjudgeable(f"{target.url} does not answer ({answer.failure}); {hint}")
    if answer.status == BUSY:
        raise Unjudgeable(f"{target.url} is away or busy ({answer.status}); try again later")
    if answer.status in UNWELCOME:
        code = pointer(answer.json, "/error/code")
        code = code if isinstance(code, str) and CODE.fullmatch(code) else "no error code"
        given = "the key" if target.api_key else "a request without a key; none was given"
        hint = "say in the target file which key to use"
        shaped = CODE.fullmatch(code) is not None and answer.status != 503
        raise Unjudgeable(
            f"{target.url} refuses {given} ({answer.status}, {code}); {hint}", settled=shaped
        )


async def _tell_all(stage: Stage, session: Session) -> None:
    chosen, left = _chosen(stage)
    turns = trio.CapacityLimiter(stage.at_once)

    async def in_turn(play: Callable[..., Awaitable[None]], *arguments: object) -> None:
        async with turns:
            await play(*arguments)

    fuzzing = Fuzzing(stage, min(stage.profile.fuzzed_renders, left))
    begun = trio.current_time()
    async with trio.open_nursery() as everybody:
        if stage.transport is None:
            everybody.start_soon(in_turn, fuzzing.play, session)
        async with trio.open_nursery() as nursery:
            for seat, (name, play) in enumerate(chosen.items()):
                actor = stage.actor(session, name, seat)
                nursery.start_soon(in_turn, _tell, stage, actor, play)
                # A crowd that comes at once is answered late, when renders are over.
                with trio.move_on_after(ENTRANCE):
                    await actor.under_way.wait()
        fuzzing.hurry(trio.current_time() - begun)


def _chosen(stage: Stage) -> tuple[dict[str, Play], int]:
    """What to play, by the name of its actor, as far as the renders last; how many are left."""
    chosen: dict[str, Play] = {}
    left, left_out = stage.target.budget.generations, []
    reserve = min(stage.profile.fuzzed_renders, left // KEPT_BACK)
    for number in range(stage.profile.rounds):
        for each in STORIES:
            if not _fits(stage, each) or (number and not each.repeatable):
                continue
            if each.renders <= max(left - reserve, 0):
                chosen[f"{each.name}-{number + 1}" if number else each.name] = each.play
                left -= each.renders
            elif not number:
                left_out.append(each.name)
    if left_out:
        stage.notes.append(f"[budget] generations left out: {', '.join(left_out)}")
    for name, program in _programs(stage):
        if renders_of(program) + stage.profile.fuzzed_renders <= left:
            chosen[name] = partial(play_program, program)
            left -= renders_of(program)
    return chosen, left


def _programs(stage: Stage) -> Iterator[tuple[str, Program]]:
    """What Hypothesis has drawn to be played, where renders are allowed."""
    if stage.target.allow.generate and stage.target.projects.open:
        drawn = _drawn(stage.profile.programs, stage.seed)
        yield from ((f"program-{number}", each) for number, each in enumerate(drawn, 1))


@lru_cache(maxsize=64)
def _drawn(count: int, seed: int) -> tuple[Program, ...]:
    """So many programs, drawn once a process: nothing can change them."""
    return drawn(programs(count), seed)


def _fits(stage: Stage, story: Story) -> bool:
    wanted = not stage.only or not story.promises
    wanted = wanted or any(each.startswith(story.promises) for each in stage.only)
    ranked = PROFILES[story.profile].rank <= stage.profile.rank
    return wanted and ranked and story.lacks(stage.target) is None


async def _tell(stage: Stage, actor: Actor, play: Play) -> None:
    actor.doing("begins")
    try:
        await play(actor)
    except* GaveUp:
        pass
    except* OutOfBudget:
        stage.note_end(f"before {actor.name} was over")
    except* Exception as errors:  # noqa: BLE001 - whatever a server answers, the run goes on
        kinds = ", ".join(sorted({type(each).__name__ for each in errors.exceptions}))
        stage.notes.append(f"{actor.name} broke off: {kinds} in our own code")
    finally:
        stage.listener.done(actor.name)


async def _heed_interrupts(stage: Stage, scopes: list[trio.CancelScope]) -> None:
    """End in order when the person running it has seen enough: the first of *scopes*."""
    try:
        with trio.open_signal_receiver(signal.SIGINT) as signals:
            async for _ in signals:
                stage.interrupted = True
                stage.purse.stop()
                scopes[0].cancel()
    except RuntimeError:  # not in the main thread: somebody else hears the signals
        return
