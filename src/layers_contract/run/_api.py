"""A run from its target to its outcome."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import trio

from layers_contract.history.exchanges import History
from layers_contract.judge.acceptance import unaccepted
from layers_contract.judge.answers import no_start, no_success, refusals
from layers_contract.judge.facts import Expectations, undisturbed
from layers_contract.judge.others import signs
from layers_contract.judge.outcome import PROXY_USER, Outcome
from layers_contract.judge.verdicts import Judged, judge
from layers_contract.run._clock import LeapingClock
from layers_contract.run._ending import affordable, window_of
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._haste import missed
from layers_contract.run._listener import Listener, Silence
from layers_contract.run._play import play
from layers_contract.run._preflight import check_samples, refused_samples
from layers_contract.run._profiles import PROFILES
from layers_contract.run._signals import finishing
from layers_contract.run._stage import Stage
from layers_contract.run._wire import Wire
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = ["expectations", "in_simulation", "run", "simulate", "why_not"]

WINDOW_ENDS = "idempotency.window-ends"
STANDARD, LOOKS = "standard", "the {} profile looks at it"


def run(  # noqa: PLR0913 - the command line has this many options
    contract: Contract,
    target: Target,
    *,
    profile: str = "standard",
    seed: int = 0,
    strict: bool = False,
    only: Collection[str] = (),
    listener: Listener | None = None,
    at_once: float = math.inf,
    wait: float = 0.0,
    fail_fast: bool = False,
) -> Outcome:
    """Judge the server at *target*, with no more than *at_once* actors at a time.

    It may take *wait* seconds to start. With *fail_fast* the run ends at the first violation.

    Raises:
        Unjudgeable: The server does not answer, or refuses the key.
        TargetError: The target names a sample that the document does not know, or what is not
            what it must be.
    """
    check_samples(contract, target)
    stage = Stage(
        contract,
        target,
        profile,
        seed,
        listener or Silence(),
        only=only,
        at_once=at_once,
        wait=wait,
    )
    if fail_fast:
        stage.first_violation = partial(_first_violation, stage, strict)
    begun = time.monotonic()
    trio.run(play, stage, restrict_keyboard_interrupt_to_checkpoints=True)
    seconds = time.monotonic() - begun
    with finishing():
        return _outcome(stage, strict=strict, seconds=seconds)


def _first_violation(stage: Stage, strict: bool, history: History) -> str | None:
    """A promise that *history* shows to be violated, if any."""
    expected = expectations(stage.target, stage.marker)
    judged = judge(stage.contract, history, expected, strict=strict, only=stage.only)
    return next((each.promise.id for each in judged if each.verdict == "violated"), None)


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
    stage = Stage(
        contract,
        target,
        profile,
        seed,
        Silence(),
        marker=f"lc-{seed:010d}",
        transport=Wire(app, epoch, seed),
        epoch=epoch,
    )
    with undisturbed():
        seconds = in_simulation(play, stage, seed=seed)
    return _outcome(stage, strict=strict, seconds=seconds)


def in_simulation(function: Callable[..., Awaitable[Any]], *args: Any, seed: int) -> float:
    """Run *function* in simulated time; how many seconds of it have passed."""
    clock = LeapingClock()
    _settle_scheduler(seed)
    trio.run(function, *args, clock=clock)
    return clock.current_time()


def _settle_scheduler(seed: int) -> None:
    """Let trio take up tasks in an order that *seed* decides, as its own test tools do."""
    scheduler: Any = trio._core._run  # noqa: SLF001
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # noqa: SLF001
    scheduler._r.seed(seed)  # noqa: SLF001


def _outcome(stage: Stage, *, strict: bool, seconds: float) -> Outcome:
    contract, target = stage.contract, stage.target
    refused = refusals(contract, (e for e in stage.history if not e.actor.startswith(FUZZ)))
    judged = judge(
        contract,
        stage.history,
        expectations(target, stage.marker),
        strict=strict,
        only=stage.only,
        why_not=why_not(stage, refused),
    )
    nothing, left = no_success(contract, stage.history, judged)
    unheeded = unaccepted(
        contract,
        (e for e in stage.history if not e.actor.startswith(FUZZ)),
        known=[each for each in (target.projects.open, target.projects.gated) if each],
        spared=[*target.projects.disposable, *(str(value) for _, value in target.samples.items())],
    )
    idle = no_start(contract, stage.history, refused) or next(iter(unheeded.values()), None)
    stage.notes += [*{**refused, **unheeded}.values(), *refused_samples(target, stage.history)]
    stage.notes += [nothing] if nothing else []
    return Outcome(
        contract=contract,
        target=target.url,
        profile=stage.profile_name,
        seed=stage.seed,
        strict=strict,
        judged=left,
        history=stage.history,
        seconds=seconds,
        generations=stage.purse.generations,
        notes=[
            *stage.notes,
            *_on_lag(target, judged),
            *_on_others(stage, judged),
            *(missed(contract, stage.history, judged) if stage.roles.renders else ()),
            *_left_out(stage, judged),
            *filter(None, [stage.stopped]),
        ],
        interrupted=stage.interrupted,
        marker=stage.marker,
        ended_early=stage.ended_early or stage.stopped or nothing or idle,
        headers={each.name: each.variable for each in target.headers},
        curl=tuple(_curl(target)),
    )


def _left_out(stage: Stage, judged: Sequence[Judged]) -> Iterator[str]:
    """What a cheap profile has not looked at, in one line; a group that it left whole by name."""
    reason = LOOKS.format(STANDARD)
    names = {each.promise.id for each in judged if each.reason == reason}
    if not stage.profile.stories or not names:
        return
    groups: dict[str, list[str]] = {}
    for each in judged:
        groups.setdefault(each.promise.group, []).append(each.promise.id)
    told = [
        word
        for group, ids in groups.items()
        for word in ([f"all of {group}"] if names.issuperset(ids) else sorted(names & {*ids}))
    ]
    yield f"the {stage.profile_name} profile leaves out {len(names)} promises: {', '.join(told)}"


def _on_others(stage: Stage, judged: Sequence[Judged]) -> Iterator[str]:
    """That somebody else acts on what the run works with, and what was not judged for it."""
    found = signs(stage.facts())
    if found:
        count, left = len({each.id for each in found}), [e.promise.id for e in judged if e.doubted]
        lost = f"{len(left)} promises were not judged there: {', '.join(left)}"
        yield (
            f"somebody else acts on the same resources: {count} were changed by nobody here, as by "
            f"{found[0].what}; {lost if left else 'no verdict depends on it'}"
        )


def _on_lag(target: Target, judged: Sequence[Judged]) -> Iterator[str]:
    """What the lag of reads and lists that the target allows for has changed."""
    reads, lists = target.expect.read_lag_seconds, target.expect.list_lag_seconds
    if reads or lists:
        names = ", ".join(each.promise.id for each in judged if each.lag) or "no promise needs it"
        yield f"judged with reads up to {reads:g} s and lists up to {lists:g} s late: {names}"


def _curl(target: Target) -> Iterator[str]:
    """What curl has to be told to reach the target as the run does."""
    yield f"--max-time {math.ceil(target.expect.answer_seconds)}"
    tls, proxy = target.tls, target.proxy
    if tls.ca:
        yield f"--{'capath' if tls.ca.is_dir() else 'cacert'} {shlex.quote(str(tls.ca))}"
    for option, path in (("cert", tls.cert), ("key", tls.key)):
        if path:
            yield f"--{option} {shlex.quote(str(path))}"
    if not tls.verify:
        yield "--insecure"
    if proxy.url:
        yield f"--proxy {shlex.quote(proxy.url)}"
    if proxy.user:
        yield f'--proxy-user "${PROXY_USER}"'


def expectations(target: Target, marker: str | None = None) -> Expectations:
    """What the target file lets the invariants expect."""
    projects = target.projects
    return Expectations(
        render=target.expect.render_seconds,
        clock_skew=target.expect.clock_skew_seconds,
        marker=marker,
        window=target.expect.idempotency_window_seconds,
        foreign=frozenset(filter(None, (projects.foreign, projects.foreign_disposable))),
        read_lag=target.expect.read_lag_seconds,
        list_lag=target.expect.list_lag_seconds,
        limited=target.limited_scopes,
    )


def why_not(stage: Stage, refused: Mapping[str, str]) -> Callable[[str], str | None]:
    """Why a promise had no occasion: the target file, the profile, or calls that were *refused*."""
    contract, target, roles = stage.contract, stage.target, stage.roles
    starts = [said for name, said in refused.items() if name in contract.starts]

    def reason(promise: str) -> str | None:
        if promise == WINDOW_ENDS and not affordable(contract, target):
            window = window_of(contract, target)
            return f"[budget] seconds is too short to wait for the end of a window of {window:g} s"
        told = [each for each in stage.told if promise.startswith(each.promises)]
        lacking = [r for s in told if (r := roles.lacks(*s.parts) or s.lacks(target))]
        if told and len(lacking) == len(told):
            return lacking[0]
        dear = [s for s in told if PROFILES[s.profile].rank > stage.profile.rank]
        if dear:
            return LOOKS.format(dear[0].profile)
        if stage.profile.stories and not (told and all(each.is_derived for each in told)):
            return LOOKS.format(STANDARD)
        return starts[0] if starts else None

    return reason
