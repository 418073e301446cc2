"""A run under way: stories and Schemathesis side by side, within one budget."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Awaitable, Callable

import httpx
import trio

from layers_contract.document import pointer
from layers_contract.driver import OutOfBudget, Session
from layers_contract.run._ending import encore, long_after, tidy
from layers_contract.run._fuzzing import Fuzzing
from layers_contract.run._profiles import PROFILES
from layers_contract.run._stage import Stage
from layers_contract.workload import STORIES, GaveUp, Story

__all__ = ["Unjudgeable", "play"]

UNWELCOME = frozenset({401, 403, 503})


class Unjudgeable(Exception):  # noqa: N818 - it says something of the server, not of us
    """The server cannot be judged at all: unreachable, or it refuses the key."""


async def play(stage: Stage) -> None:
    """Send everything that the profile and the budget allow.

    Raises:
        Unjudgeable: The server does not answer, or refuses the key.
    """
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
    client = httpx.AsyncClient(
        limits=limits,
        timeout=None,  # noqa: S113 - the session has a deadline of its own
        trust_env=False,
        transport=stage.transport,
    )
    async with client:
        session = stage.session(client)
        stage.purse.begin()
        try:
            await _greet(stage, session)
        except OutOfBudget:
            stage.notes.append("the budget ended before anything was sent")
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_heed_interrupts, stage, nursery.cancel_scope)
            await _tell_all(stage, session)
            await encore(stage, session)
            await long_after(stage, session)
            nursery.cancel_scope.cancel()
        await tidy(stage, session)


async def _greet(stage: Stage, session: Session) -> None:
    """Find out whether there is anybody to judge."""
    target = stage.target
    project = target.projects.open or target.projects.gated or str(uuid.uuid4())
    actor = stage.actor(session, "greeting")
    answer = await actor.call(stage.roles.policy, ids={"project": project})
    if not answer.answered:
        hint = "is it running, and the url right?"
        raise Unjudgeable(f"{target.url} does not answer ({answer.failure}); {hint}")
    if answer.status in UNWELCOME:
        code = pointer(answer.json, "/error/code") or "no error code"
        given = "the key" if target.api_key else "a request without a key; none was given"
        hint = "say in the target file which key to use"
        raise Unjudgeable(f"{target.url} refuses {given} ({answer.status}, {code}); {hint}")


async def _tell_all(stage: Stage, session: Session) -> None:
    chosen, left = _chosen(stage)
    turns = trio.CapacityLimiter(stage.at_once)

    async def in_turn(play: Callable[..., Awaitable[None]], *arguments: object) -> None:
        async with turns:
            await play(*arguments)

    async with trio.open_nursery() as nursery:
        for number, story in enumerate(chosen):
            before = chosen[:number].count(story)
            nursery.start_soon(in_turn, _tell, stage, session, story, before)
        if stage.transport is None:
            fuzzing = Fuzzing(stage, min(stage.profile.fuzzed_renders, left))
            nursery.start_soon(in_turn, fuzzing.play, session)


def _chosen(stage: Stage) -> tuple[list[Story], int]:
    """What to tell, in order, as far as the renders last; and how many renders are left."""
    told: list[Story] = []
    left = stage.target.budget.generations
    for number in range(stage.profile.rounds):
        for each in STORIES:
            if _fits(stage, each) and (number == 0 or each.repeatable) and each.renders <= left:
                told.append(each)
                left -= each.renders
    return told, left


def _fits(stage: Stage, story: Story) -> bool:
    wanted = not stage.only or not story.promises
    wanted = wanted or any(each.startswith(story.promises) for each in stage.only)
    ranked = PROFILES[story.profile].rank <= stage.profile.rank
    return wanted and ranked and story.lacks(stage.target) is None


async def _tell(stage: Stage, session: Session, story: Story, before: int) -> None:
    name = f"{story.name}-{before + 1}" if before else story.name
    actor = stage.actor(session, name)
    actor.doing("begins")
    try:
        await story.play(actor)
    except* GaveUp:
        pass
    except* OutOfBudget:
        stage.notes.append(f"the budget ended before {name} was over")
    except* Exception as errors:  # noqa: BLE001 - whatever a server answers, the run goes on
        kinds = ", ".join(sorted({type(each).__name__ for each in errors.exceptions}))
        stage.notes.append(f"{name} broke off: {kinds} in our own code")
    finally:
        stage.listener.done(name)


async def _heed_interrupts(stage: Stage, scope: trio.CancelScope) -> None:
    """End in order when the person running it has seen enough."""
    try:
        with trio.open_signal_receiver(signal.SIGINT) as signals:
            async for _ in signals:
                stage.interrupted = True
                stage.purse.stop()
                scope.cancel()
                return
    except RuntimeError:  # not in the main thread: somebody else hears the signals
        return
