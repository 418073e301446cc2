"""What a run sends: what Hypothesis draws of it, what it costs, and that a seed repeats it."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.helpers.histories import contract
from tests.helpers.places import ROOT
from tests.helpers.reproductions import judged, options, target

import layers_contract
from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Facts
from layers_contract.judge.invariants._bodies import differs
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, TrioClock, app, background
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.run import Wire, connection, in_simulation, run
from layers_contract.run._listener import Silence
from layers_contract.run._play import fits
from layers_contract.run._stage import Stage
from layers_contract.run.workload import (
    STORIES,
    Actor,
    Deck,
    Roles,
    decks,
    drawn,
    play_program,
    programs,
    renders_of,
)
from layers_contract.run.workload.bodies import contradictions, turned
from layers_contract.run.workload.programs import MOST_RENDERS
from layers_contract.run.workload.stories.approval import EARLY_TRIES
from layers_contract.run.workload.stories.idempotency import lost_then_sent
from layers_contract.run.workload.strategies import HOOKS, KEYS, LANGUAGES, PLATFORMS, Program
from layers_contract.spec.document import pointer
from layers_contract.target import Target, parse

MARKER = "lc-0000000000"
MOST_FORMATS = 1 + len(Roles.of(contract()).formats)
CARDS = drawn(decks(MOST_FORMATS), 0)
Play = Callable[[Actor], Awaitable[None]]
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def stage(at: Target, *, wire: Wire | None = None, seed: int = 0) -> Stage:
    """A run that nobody has begun."""
    epoch = SIMULATED_EPOCH if wire else None
    return Stage(
        contract(), at, "standard", seed, Silence(), marker=MARKER, transport=wire, epoch=epoch
    )


async def acted(under_way: Stage, play: Play) -> None:
    """Let one actor of a run play."""
    under_way.purse.begin()
    async with connection(under_way.target, under_way.transport) as transport:
        await play(under_way.actor(under_way.session(transport), "somebody"))


def simulated(play: Play, deck: Deck | None = None) -> Stage:
    """A run in which one actor plays, on the sound mock, in simulated time."""
    found = stage(target(), wire=Wire(app(options(), TrioClock()), 0))
    vars(found)["deck"] = deck or CARDS
    in_simulation(acted, found, play, seed=0)
    return found


def written(deck: Deck, count: int) -> list[tuple[dict[str, Any], str, list[dict[str, Any]]]]:
    """So many requests with their keys, and the contradictions of each."""
    found = []

    async def write(actor: Actor) -> None:
        for _ in range(count):
            body = actor.brief()
            found.append((body, actor.key(), contradictions(actor, body)))

    simulated(write, deck)
    return found


def problems(body: dict[str, Any]) -> list[Any]:
    """Where a generate request breaks the document."""
    operation = contract().operations[Roles.of(contract()).generate]
    base = (*operation.base, "requestBody", "content", "application/json", "schema")
    return contract().document.problems(base, body)


@pytest.mark.parametrize("strategy", [decks(MOST_FORMATS), programs(12)], ids=["deck", "programs"])
def test_a_seed_draws_the_same_again(strategy: st.SearchStrategy[Any]) -> None:
    """What is drawn depends on the seed alone, and other seeds draw something else."""
    first = [drawn(strategy, seed) for seed in range(5)]
    assert first == [drawn(strategy, seed) for seed in range(5)]
    assert all(one != two for one, two in itertools.combinations(first, 2))


@given(decks(MOST_FORMATS))
@relaxed
def test_every_card_comes_up_before_any_comes_up_often(deck: Deck) -> None:
    """As many fillings as the longest cycle hold every card, whichever is the first."""
    longest = len(HOOKS)
    for first in (0, 5, 40):
        hand = [deck.filling(number) for number in range(first, first + 2 * longest)]
        assert {each.hook for each in hand} == set(deck.hooks)
        assert {each.tags for each in hand} == set(deck.tags)
        assert {each.platforms for each in hand} == set(PLATFORMS)
        assert {each.language for each in hand} == set(LANGUAGES)
        assert {each.key for each in hand} == set(KEYS)
        assert {each.format for each in hand} == set(range(MOST_FORMATS))
        assert len({(each.influencer, each.media) for each in hand}) == 4


@cache
def standard() -> Outcome:
    """A standard run on the sound mock."""
    return judged(profile="standard")


def asked() -> list[dict[str, Any]]:
    """What its stories and programs asked for."""
    generate = Roles.of(contract()).generate
    bodies = [e.request_json for e in standard().history if e.operation == generate]
    return [b for b in bodies if isinstance(b, dict) and isinstance(b.get("brief"), dict)]


def test_a_standard_run_asks_for_every_class_of_text() -> None:
    """Each hook, list of tags, set of platforms, language and format is asked for."""
    briefs = [brief for each in asked() if isinstance((brief := each["brief"]).get("hook"), str)]
    hooks = {each["hook"].rpartition(" [")[0] for each in briefs}
    assert hooks >= set(CARDS.hooks)
    assert {tuple(each.get("themeTags", [""])[1:]) for each in briefs} >= set(CARDS.tags)
    platforms = {tuple(p) if (p := each.get("targetPlatforms")) else None for each in briefs}
    assert platforms >= set(PLATFORMS)
    assert {each.get("language") for each in briefs} >= set(LANGUAGES)
    assert {each.get("format") for each in asked()} >= {None, *Roles.of(contract()).formats}
    samples = {("influencerId" in each, "referenceMediaIds" in each) for each in briefs}
    assert len(samples) == 4


def test_a_standard_run_sends_every_class_of_key() -> None:
    """Each shape of key is sent, the longest with as many characters as a key may have."""
    sent = {each.request_headers.get("idempotency-key", "") for each in standard().history}
    for shape in KEYS:
        fresh = re.escape(shape).replace(r"\{key\}", "[0-9a-f]{32}")
        pattern = fresh.replace(r"\{KEY\}", "[0-9A-F]{32}")
        assert any(re.fullmatch(pattern, key) for key in sent), shape
    assert max(map(len, sent)) == 255


@given(decks(MOST_FORMATS))
@settings(relaxed, max_examples=20)
def test_keys_are_sound_and_never_the_same(deck: Deck) -> None:
    """A key has 1 to 255 printable characters, and no two are equal, whatever their case."""
    keys = [key for _, key, _ in written(deck, 60)]
    assert all(1 <= len(key) <= 255 and key.isascii() and key.isprintable() for key in keys)
    assert len({key.lower() for key in keys}) == len(keys)


@given(decks(MOST_FORMATS))
@settings(relaxed, max_examples=20)
def test_every_request_fits_the_document(deck: Deck) -> None:
    """Whatever the cards, no request and none of its contradictions breaks the document."""
    for body, _, others in written(deck, 12):
        assert not problems(body)
        assert not [found for other in others for found in problems(other)]


@given(decks(MOST_FORMATS))
@settings(relaxed, max_examples=20)
def test_a_contradiction_is_one_to_the_judge(deck: Deck) -> None:
    """Every contradiction differs from its body as the judge compares them, a turned body never."""
    facts = Facts(contract(), History())
    for body, _, others in written(deck, 12):
        assert len(others) >= 6
        assert all(differs(facts, calling(body), calling(other)) for other in others)
        assert not differs(facts, calling(body), calling(turned(body)))
        assert json.loads(turned(body)) == body


def calling(body: dict[str, Any] | bytes) -> Exchange:
    """A call to generate."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("POST", "/", 0.0, request_body=raw, operation=Roles.of(contract()).generate)


@given(programs(1))
@settings(relaxed, max_examples=25)
def test_a_program_costs_no_more_than_it_says(drawn_: tuple[Program, ...]) -> None:
    """No program starts more renders than `renders_of` says, and the purse counts each."""
    [program] = drawn_
    found = simulated(partial(play_program, program))
    jobs = set(filter(None, map(job_of, found.history)))
    lost = sum(1 for each in found.history if not each.answered)
    assert len(jobs) <= renders_of(program) <= MOST_RENDERS
    assert len(jobs) <= found.purse.generations <= len(jobs) + lost


def job_of(exchange: Exchange) -> str | None:
    """The job that an exchange has started, if it says that it has."""
    starts = contract().starts.get(exchange.operation or "")
    envelope = pointer(exchange.json, starts.job) if starts and exchange.succeeded else None
    return envelope["jobId"] if envelope else None


HISTORY = """
import hashlib, json
from tests.helpers.reproductions import judged
from layers_contract.history.exchanges import to_record
lines = [json.dumps(to_record(each)) for each in judged().history]
print(len(lines), hashlib.sha256("\\n".join(lines).encode()).hexdigest())
"""


def test_a_simulation_repeats_itself_in_any_process() -> None:
    """One seed gives one history, to the byte and the time, whatever the process's hash seed."""
    root = ROOT
    path = os.pathsep.join([str(Path(layers_contract.__file__).parents[1]), str(root)])
    told = [
        subprocess.run(
            [sys.executable, "-c", HISTORY],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert int(told[0].split()[0]) > 300


def test_who_hangs_up_leaves_one_container_in_simulation() -> None:
    """A call that was hung up on, and its retry, make one container between them."""
    assert len(shown_after_hanging_up(simulated(hangs_up))) == 1


def test_who_hangs_up_leaves_one_container_on_a_server() -> None:
    """So they do over a real connection."""
    with background(options()) as (_, values):
        found = stage(parse(values, "mock"))
        trio.run(acted, found, hangs_up)
    assert len(shown_after_hanging_up(found)) == 1


async def hangs_up(actor: Actor) -> None:
    """Hang up, send it again, and look at the list once the lost call must have arrived."""
    await lost_then_sent(actor, actor.open_project, actor.brief(), actor.key())
    await trio.sleep(0.5)
    await actor.walk(actor.open_project, actor.most)


def shown_after_hanging_up(found: Stage) -> list[str]:
    """The containers of this run that the list shows."""
    lost = found.history[0]
    assert not lost.answered
    items = [
        item
        for page in found.history
        if page.operation == found.roles.list
        for item in page.json["items"]
    ]
    return [item["id"] for item in items if MARKER in item["brief"]["hook"]]


def window_run(*faults: str) -> str:
    """What a run in real time says of the end of a window of two seconds."""
    with background(MockOptions(render=0.3, window=2, faults=faults)) as (_, values):
        outcome = run(contract(), parse(values, "mock"), profile="quick", only={WINDOW_ENDS})
    [verdict] = [each.verdict for each in outcome.judged if each.promise.id == WINDOW_ENDS]
    return verdict


WINDOW_ENDS = "idempotency.window-ends"


def test_the_end_of_a_short_window_is_waited_for() -> None:
    """A server that says its window is short is held to it in real time."""
    assert window_run() == "held"


def test_a_key_that_lasts_for_ever_is_seen_in_real_time() -> None:
    """Where the window is short, a key that outlives it is found without a simulation."""
    assert window_run("key-lasts-for-ever") == "violated"


@pytest.mark.parametrize("seed", range(20))
def test_a_standard_run_starts_no_more_than_112_renders(seed: int) -> None:
    """Stories, programs and Schemathesis with its own container, tries that are repeated too."""
    under_way = stage(target(), seed=seed)
    told = [each for each in STORIES if fits(under_way, each)]
    played = drawn(programs(under_way.profile.programs), seed)
    renders = sum(each.renders for each in told) + sum(map(renders_of, played))
    assert len(told) == len(STORIES)
    assert renders + EARLY_TRIES - 1 + under_way.profile.fuzzed_renders + 1 <= 112
