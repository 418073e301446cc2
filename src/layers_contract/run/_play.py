"""A run under way: stories and Schemathesis side by side, within one budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache, partial

import trio

from layers_contract.run._ending import encore, leave, long_after, tidy
from layers_contract.run._fuzzing import Fuzzing
from layers_contract.run._greeting import Unjudgeable, await_server, greet
from layers_contract.run._preflight import preflight
from layers_contract.run._profiles import PROFILES
from layers_contract.run._signals import heed_signals
from layers_contract.run._stage import Stage
from layers_contract.run._watching import stop_at_first
from layers_contract.run.driver import OutOfBudget, Session
from layers_contract.run.network import Network, Transport
from layers_contract.run.workload import (
    Actor,
    GaveUp,
    Program,
    Story,
    drawn,
    play_program,
    programs,
    renders_of,
)
from layers_contract.target import Target, TargetError

__all__ = ["chosen", "connection", "fits", "play", "rehearse"]

Play = Callable[[Actor], Awaitable[None]]
STORY_PART = "stories"
"""What the listener hears of."""
KEPT_BACK = 15
"""One render of so many is kept for Schemathesis."""
NAMED = 4
"""Stories that a note names at most."""
ENTRANCE = 0.5
"""Seconds that the next actor waits at most for the first answer to the one before."""
UNVERIFIED = "WARNING: no certificate was checked ([tls] verify = false): anybody may have answered"


async def play(stage: Stage) -> None:
    """Send everything that the profile and the budget allow.

    Raises:
        Unjudgeable: The server does not answer, or refuses the key.
        TargetError: An entry of the target file is not what it must be.
    """
    async with connection(stage.target, stage.transport) as transport:
        session = stage.session(transport)
        stage.purse.begin()
        if stage.target.trust and not stage.target.tls.verify:
            stage.notes.append(UNVERIFIED)
        if refusal := await _in_order(stage, session):
            raise refusal


async def rehearse(stage: Stage) -> None:
    """Greet the server, and check what the target file names.

    Raises:
        Unjudgeable: The server does not answer, or refuses the key.
        TargetError: An entry of the target file is not what it must be.
    """
    async with connection(stage.target) as transport:
        session = stage.session(transport)
        stage.purse.begin()
        if stage.wait:
            await await_server(stage, session)
        await greet(stage, session)
        await preflight(stage, session)


async def _in_order(stage: Stage, session: Session) -> Exception | None:
    """Work and tidy up; each signal ends one of them. Why there was nothing to do, if so."""
    refusal: Exception | None = None
    scopes = [trio.CancelScope(), trio.CancelScope()]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(heed_signals, stage, scopes)
        nursery.start_soon(stop_at_first, stage, session, scopes[0])
        with scopes[0]:
            try:
                await _work(stage, session)
            except (Unjudgeable, TargetError) as error:
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
    stage.notes += [_gave_up(why, names) for why, names in stage.gave_up.items()]
    leave(stage)
    return refusal


async def _work(stage: Stage, session: Session) -> None:
    try:
        if stage.wait:
            await await_server(stage, session)
        await greet(stage, session)
        await preflight(stage, session)
    except OutOfBudget:
        stage.ended_early = "the budget ended before the server had answered"
        stage.notes.append(stage.ended_early)
        return
    await _tell_all(stage, session)
    await encore(stage, session)
    await long_after(stage, session)


def _gave_up(why: str, names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:NAMED]) + (" …" if len(names) > NAMED else "")
    return f"gave up ({why}): {shown}"


def connection(target: Target, transport: Transport | None = None) -> Transport:
    """What requests go over: *transport*, or the network as *target* says."""
    if transport is not None:
        return transport
    return Network(context=target.trust, proxy=target.proxy.whole)


async def _tell_all(stage: Stage, session: Session) -> None:
    plays, left = chosen(stage)
    turns = trio.CapacityLimiter(stage.at_once)

    async def in_turn(play: Callable[..., Awaitable[None]], *arguments: object) -> None:
        async with turns:
            await play(*arguments)

    fuzzing = Fuzzing(stage, min(stage.profile.fuzzed_renders, left))
    begun = trio.current_time()
    stage.begin_part(STORY_PART, len(plays))
    async with trio.open_nursery() as everybody:
        if stage.transport is None:
            everybody.start_soon(in_turn, fuzzing.play, session)
        async with trio.open_nursery() as nursery:
            for seat, (name, play) in enumerate(plays.items()):
                actor = stage.actor(session, name, seat)
                nursery.start_soon(in_turn, _tell, stage, actor, play)
                # A crowd that comes at once is answered late, when renders are over.
                with trio.move_on_after(ENTRANCE):
                    await actor.under_way.wait()
        fuzzing.hurry(trio.current_time() - begun)


def chosen(stage: Stage) -> tuple[dict[str, Play], int]:
    """What to play, by the name of its actor, as far as the renders last; how many are left."""
    plays: dict[str, Play] = {}
    left, left_out = stage.purse.budget.generations - bool(stage.profile.stories), []
    reserve = min(stage.profile.fuzzed_renders, left // KEPT_BACK)
    for number in range(stage.profile.rounds):
        for each in stage.stories:
            if not fits(stage, each) or (number and not each.repeatable):
                continue
            if each.renders <= max(left - reserve, 0):
                plays[f"{each.name}-{number + 1}" if number else each.name] = each.play
                left -= each.renders
            elif not number:
                left_out.append(each.name)
    stage.notes += stepped_aside(stage)
    if left_out:
        stage.notes.append(f"[budget] generations left out: {', '.join(left_out)}")
    for name, program in _programs(stage):
        if renders_of(program) + stage.profile.fuzzed_renders <= left:
            plays[name] = partial(play_program, program)
            left -= renders_of(program)
    return plays, left


def _programs(stage: Stage) -> Iterator[tuple[str, Program]]:
    """What Hypothesis has drawn to be played, where renders are allowed."""
    can = stage.roles.renders and stage.target.allow.generate
    if can and stage.target.projects.open:
        drawn = _drawn(stage.profile.programs, stage.seed)
        yield from ((f"program-{number}", each) for number, each in enumerate(drawn, 1))


@lru_cache(maxsize=64)
def _drawn(count: int, seed: int) -> tuple[Program, ...]:
    """So many programs, drawn once a process: nothing can change them."""
    return drawn(programs(count), seed)


def fits(stage: Stage, story: Story) -> bool:
    """Whether a story is told in this run."""
    can = stage.roles.lacks(*story.parts) is None and story.lacks(stage.target) is None
    return can and _is_wanted(stage, story)


def _is_wanted(stage: Stage, story: Story) -> bool:
    wanted = not stage.only or not story.promises
    wanted = wanted or any(each.startswith(story.promises) for each in stage.only)
    ranked = PROFILES[story.profile].rank <= stage.profile.rank
    cheap = stage.only or not stage.profile.stories or story.name in stage.profile.stories
    return bool(wanted and ranked and (cheap or story.is_derived))


def stepped_aside(stage: Stage) -> Iterator[str]:
    """What the document lacks for stories that the run would tell, and for how many each.

    A document in which nothing is rendered has no use for such stories at all.
    """
    wanted = [each for each in stage.stories if _is_wanted(stage, each)]
    parts = (stage.roles.lacks(*s.parts) for s in wanted if stage.roles.renders)
    for why, count in Counter(filter(None, [*parts, *(s.lack for s in wanted)])).items():
        yield f"{why}: {count} {'story' if count == 1 else 'stories'} stepped aside"


async def _tell(stage: Stage, actor: Actor, play: Play) -> None:
    actor.doing("at work")
    try:
        await play(actor)
    except* GaveUp as errors:
        stage.give_up(actor.name, str(leaf(errors)))
    except* OutOfBudget:
        stage.note_end(f"before {actor.name} was over")
    except* Exception as errors:  # noqa: BLE001 - whatever a server answers, the run goes on
        kinds = ", ".join(sorted({type(each).__name__ for each in errors.exceptions}))
        stage.notes.append(f"{actor.name} broke off: {kinds} in our own code")
    finally:
        stage.listener.done(actor.name)
        stage.finish_one(STORY_PART)


def leaf(error: BaseException) -> BaseException:
    """The first of the exceptions that *error* holds."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
