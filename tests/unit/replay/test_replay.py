"""Sending a run again: the script of a history, its renewal, its cut, and what is written of it."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.histories import GATED, Tape, contract
from tests.helpers.reproductions import (
    FOUND,
    generating,
    options,
    ran_by_pytest,
    renewal,
    reproduced,
    target,
)
from tests.helpers.sessions import ACCEPTED, session
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import OTHER, OWN, TrioClock, app, background, to_toml
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.replay import (
    Again,
    Patience,
    Ref,
    Reproduction,
    Step,
    files,
    over_http,
    simulated,
)
from layers_contract.replay.cut import cut
from layers_contract.replay.play import Renewal, play
from layers_contract.replay.script import closed, script
from layers_contract.run.budget import Purse
from layers_contract.target import TargetError, parse

HEADER = "Idempotency-Key"


def steps_of(tape: Tape) -> list[Step]:
    """The script of a tape."""
    return script(contract(), tape.history)


def test_a_later_id_is_taken_from_the_first_answer_that_gave_it() -> None:
    """A container, a job and an asset are named by where their ids stood."""
    tape = Tape()
    made = tape.generate()
    tape.poll(made)
    tape.read(made)
    tape.sign(made)
    _, poll, read, sign = steps_of(tape)
    assert poll.ids == {"jobId": Ref(0, "/jobId")}
    assert read.ids == {"containerId": Ref(0, "/containerId")}
    assert sign.ids["containerId"] == Ref(0, "/containerId")
    assert sign.ids["assetId"] == Ref(2, "/assets/0/id")


def test_what_was_given_before_it_was_answered_stays() -> None:
    """A project's id is the caller's own, though answers repeat it."""
    tape = Tape()
    tape.policy(GATED)
    tape.generate(project=GATED)
    tape.policy(GATED)
    assert {step.ids["projectId"] for step in steps_of(tape)} == {GATED}


def test_an_answer_that_was_still_out_gives_nothing() -> None:
    """Of two answers with one id it is the first answered, not the first asked, that gives it."""
    tape = Tape()
    made = tape.generate(at=0, took=9, key="k")
    tape.again(made, at=1, took=1)
    tape.poll(made, at=3)
    tape.poll(made, at=20)
    first, second, early, late = steps_of(tape)
    assert early.ids == late.ids == {"jobId": Ref(second.number, "/jobId")}
    assert not early.follows(first)


def test_a_cursor_and_an_etag_are_taken() -> None:
    """A page's cursor comes from the page before, an If-None-Match from the ETag before."""
    tape = Tape()
    made = tape.generate()
    tape.page(leads_to="cursor+/=")
    tape.page(after="cursor+/=")
    tape.poll(made, headers={"etag": '"tag-1"'})
    tape.poll(made, sends={"if-none-match": '"tag-1"'})
    _, _, page, poll, unchanged = steps_of(tape)
    assert page.query == (("cursor", Ref(1, "/nextCursor")),)
    assert unchanged.headers["if-none-match"] == Ref(poll.number, "header etag")


def test_words_that_answers_share_are_not_taken() -> None:
    """A filter's word is the caller's own, though an answer says the same."""
    tape = Tape()
    made = tape.generate()
    tape.read(made, "completed")
    tape.page(query=[("status", "completed"), ("format", "video_remix")])
    assert steps_of(tape)[-1].query == (("status", "completed"), ("format", "video_remix"))


def test_a_script_keeps_what_was_sent() -> None:
    """Body, key, credential and times are those of the call; a connection's own headers are not."""
    tape = Tape()
    tape.wait(100)
    tape.generate(key="k", sends={"host": "h", "x-odd": "1"}, credential="other")
    tape.read(tape.generate(), lost=True)
    first, _, lost = steps_of(tape)
    assert first.headers == {
        "content-type": "application/json",
        "idempotency-key": "k",
        "x-odd": "1",
    }
    assert first.body == tape.exchanges[0].request_body
    assert (first.credential, first.sent) == ("other", 0.0)
    assert first.answered == pytest.approx(0.1)
    assert (lost.body, lost.answered) == (None, None)


def test_closing_a_script_adds_what_is_taken_from() -> None:
    """A step is kept together with all that it takes values from, near and far."""
    tape = Tape()
    made = tape.generate()
    other = tape.generate()
    tape.read(made)
    tape.read(other)
    tape.sign(made)
    assert [step.number for step in closed(steps_of(tape), [4])] == [0, 2, 4]


KEYS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=40)


def renewed(key: str, fresh: str = "lc-fresh") -> str:
    """A key, renewed."""
    return renewal(fresh).headers({"idempotency-key": key})["idempotency-key"]


@given(KEYS, KEYS, st.text(max_size=5))
def test_keys_stay_to_each_other_as_they_were(one: str, two: str, fresh: str) -> None:
    """Renewed keys are equal, begin alike or differ in case just where the old ones did."""
    new_one, new_two = renewed(one, fresh), renewed(two, fresh)
    assert len(new_one) == len(one)
    assert (new_one == new_two) == (one == two)
    assert (new_one.lower() == new_two.lower()) == (one.lower() == two.lower())
    assert _alike(new_one, new_two) == _alike(one, two)
    assert renewed(one.swapcase(), fresh) == new_one.swapcase()


def _alike(one: str, two: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, two, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


@given(KEYS, st.text(max_size=5))
def test_no_letter_of_a_key_stays(key: str, fresh: str) -> None:
    """Every letter and digit becomes another one, every mark stays."""
    for old, new in zip(key, renewed(key, fresh), strict=True):
        assert (old != new) == old.isalnum()
        assert (old.isupper(), old.isdigit()) == (new.isupper(), new.isdigit())


def test_only_the_key_and_the_marker_are_renewed() -> None:
    """Other headers stay, and of a body all but the marker."""
    fresh = renewal("lc-2", "lc-1")
    assert fresh.headers({"x-odd": "abc"}) == {"x-odd": "abc"}
    assert fresh.body(b'{"hook": "lc-1 \xff abc lc-1"}') == b'{"hook": "lc-2 \xff abc lc-2"}'
    assert renewal("lc-2").body(b"lc-1") == b"lc-1"


@st.composite
def scripts(draw: st.DrawFn) -> list[Step]:
    """Scripts whose steps take from each other."""
    count = draw(st.integers(1, 12))
    steps = []
    for number in range(count):
        taken = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        ids = {f"p{each}": Ref(each, "/id") for each in taken}
        steps.append(Step(number, "getJob", float(number), number + 0.5, ids=ids))
    return steps


@given(st.data())
@settings(deadline=None)
def test_what_is_cut_shows_and_none_of_it_can_be_spared(data: st.DataObject) -> None:
    """A cut script still shows, holds whatever it takes from, and without any step shows no more.

    That is so whatever shows: here some of several sets of steps, and with them all others.
    """
    steps = data.draw(scripts())
    numbers = st.sets(st.sampled_from([step.number for step in steps]), min_size=1)
    proofs = data.draw(st.lists(numbers, min_size=1, max_size=3))

    def shows(some: Sequence[Step]) -> bool:
        kept = {step.number for step in some}
        assert all(ref.number in kept for step in some for ref in step.refs)
        return any(proof <= kept for proof in proofs)

    short = cut(steps, shows)
    assert shows(short)
    for spared in short:
        rest = _without(short, spared)
        assert not rest or not shows(rest)


def _without(steps: Sequence[Step], spared: Step) -> list[Step]:
    """*steps* without one and those that take from it."""
    gone = {spared.number}
    for step in steps:
        if any(ref.number in gone for ref in step.refs):
            gone.add(step.number)
    return [step for step in steps if step.number not in gone]


def test_what_always_shows_is_cut_to_one() -> None:
    """Of a hundred steps that any one shows, one is left."""
    steps = [Step(number, "getJob", number, number + 0.5) for number in range(100)]
    assert len(cut(steps, lambda _: True)) == 1


def test_a_cut_asks_seldom() -> None:
    """Two of a thousand steps are found in less than a hundred tries."""
    steps = [Step(number, "getJob", number, number + 0.5) for number in range(1000)]
    asked = 0

    def shows(some: Sequence[Step]) -> bool:
        nonlocal asked
        asked += 1
        return {17, 900} <= {step.number for step in some}

    assert [step.number for step in cut(steps, shows)] == [17, 900]
    assert asked < 100


def played(
    steps: Sequence[Step], handler: Callable[[httpx.Request], Any], renew: Renewal | None = None
) -> list[Exchange]:
    """What is in the history once *steps* were played in time that nobody waits for."""

    async def run() -> list[Exchange]:
        speaker = session(handler)
        async with speaker.transport:
            await play(speaker, steps, renew or renewal())
        return list(speaker.history)

    return trio.run(run, clock=MockClock(autojump_threshold=0))


def polling(number: int, sent: float, of: int) -> Step:
    """A look at a job of another step."""
    return Step(number, "getJob", sent, sent + 0.1, {"jobId": Ref(of, "/jobId")})


def test_what_is_taken_is_new() -> None:
    """A step names what the answer of now has given."""
    steps = [generating(0, 0, 1), polling(1, 2, 0)]
    found = played(steps, lambda _: httpx.Response(202, json={**ACCEPTED, "jobId": "job/9"}))
    assert [each.path for each in found][1:] == ["/v1/jobs/job%2F9"]


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"jobId": 7}', b'{"jobId": null}'])
def test_a_step_without_what_it_takes_is_left_out(answer: bytes) -> None:
    """Where the answer gives no such text, the step that needs it is not sent, the next one is."""
    steps = [generating(0, 0, 1), polling(1, 2, 0), generating(2, 3, 4)]
    found = played(steps, lambda _: httpx.Response(202, content=answer))
    assert [each.operation for each in found] == ["generateContent"] * 2


def test_a_replay_begins_at_once() -> None:
    """A script cut from the end of a long run does not wait for its beginning; pauses stay."""
    found = played(
        [generating(7, 900, 901), generating(8, 911, 912)], lambda _: httpx.Response(202)
    )
    first, second = (each.sent for each in found)
    assert second - first == pytest.approx(10)
    assert found[0].sent == found[0].received


def test_what_overlapped_overlaps_again() -> None:
    """Two calls are under way together, and the third waits for the first of them alone."""
    steps = [generating(0, 0, 1), generating(1, 0.5, 9), generating(2, 2, 3)]

    async def slowly(_: httpx.Request) -> httpx.Response:
        await trio.sleep(next(pauses))
        return httpx.Response(202)

    pauses = iter((2.0, 4.5, 1.0))
    times = {each.sent: each.received for each in played(steps, slowly)}
    (first, heard), (second, late), (third, _) = sorted(times.items())
    assert first < second < (heard or 0) < third < (late or 0)


def test_equal_times_do_not_wait_for_each_other() -> None:
    """Steps that a clock could not tell apart are sent in their order."""
    steps = [generating(number, 0.0, 0.0) for number in range(3)]
    assert len(played(steps, lambda _: httpx.Response(202))) == 3


def test_nobody_waits_for_an_answer_that_never_came() -> None:
    """A call without an answer is hung up on again, and what follows is sent after it."""
    steps = [generating(0, 0, None), generating(1, 1e-6, 1)]
    send = simulated(contract(), target(), lambda: app(options(), TrioClock()), SIMULATED_EPOCH)
    lost, heard = send([replace(step, body=BRIEF) for step in steps], renewal(), Patience.of(9))
    assert (lost.status, heard.status) == (None, 202)
    assert lost.sent < heard.sent


BRIEF = b'{"brief": {"hook": "Evenings"}}'


@pytest.mark.parametrize(("fault", "promise"), FOUND.items())
def test_a_fault_is_cut_to_a_few_requests(fault: str, promise: str) -> None:
    """Whatever the fault, six requests at most are left of hundreds, and show it every time."""
    outcome, found = reproduced(fault, promise)
    assert len(outcome.history) > 300
    assert len(found.steps) <= 6
    assert (found.shown, found.tried) == (3, 3)
    assert found.steps[0].sent == 0
    assert found.violation.message


def test_what_shows_at_once_needs_no_pause() -> None:
    """Calls that a run made minutes apart follow each other at once where that is enough."""
    _, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    assert max(step.sent for step in found.steps) < 0.1


def test_no_request_of_schemathesis_is_sent_again() -> None:
    """What carries an intent is Schemathesis's own, and is left out."""
    outcome, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    theirs = {each.number for each in outcome.history if each.intent}
    assert not theirs & {step.number for step in found.steps}


NASTY = 'a"b\'c\\d\ne\r\t\x00\x1b\x85\u2028\u202e夜🌙\ud800{}$(x)"""\\'


def nasty() -> tuple[Outcome, Reproduction]:
    """A reproduction with texts that are hard to quote."""
    outcome, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    step = replace(
        found.steps[0],
        headers={"idempotency-key": NASTY, NASTY: Ref(1, NASTY)},
        query=((NASTY, NASTY), ("x", Ref(1, "/y"))),
        body=bytes(range(256)) + b"'''\"\"\"\\",
    )
    violation = replace(found.violation, message=NASTY)
    return outcome, replace(found, steps=(step, *found.steps), violation=violation, marker=NASTY)


def module(outcome: Outcome, found: Reproduction) -> str:
    """The pytest module of a reproduction."""
    written = files(outcome, target(), found)
    [name] = [each for each in written if each.endswith(".py")]
    return written[name]


def test_nothing_is_lost_in_writing() -> None:
    """The steps of a written module are the steps, to the character and the byte."""
    outcome, found = nasty()
    tree = ast.parse(module(outcome, found).encode())
    [steps] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "STEPS"
    ]
    code = compile(ast.Expression(steps), "steps", "eval")
    assert eval(code, {"Step": Step, "Ref": Ref}) == found.steps  # noqa: S307 - our own code


@pytest.mark.parametrize("fault", ["nasty", "replay-race", "etag-never-changes"])
def test_a_module_is_clean(fault: str) -> None:
    """Ruff's own rules find nothing in a written module, and no character of it is invisible."""
    outcome, found = nasty() if fault == "nasty" else reproduced(fault, FOUND[fault])
    text = module(outcome, found)
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--ignore=E501", "-"],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode()
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("fault", ["replay-race", "etag-never-changes"])
def test_what_is_written_is_always_the_same(fault: str) -> None:
    """The files of a reproduction depend on nothing else, and have names that a shell can take."""
    outcome, found = reproduced(fault, FOUND[fault])
    once, twice = files(outcome, target(), found), files(outcome, target(), found)
    assert once == twice
    module_name, script_name = once
    assert module_name == f"test_{FOUND[fault]}.py".replace(".", "_", 1).replace("-", "_")
    assert script_name == f"{FOUND[fault]}.sh"


@pytest.mark.parametrize("fault", ["replay-race", "etag-never-changes"])
def test_no_credential_is_written(fault: str) -> None:
    """Neither key of the target is in any file."""
    outcome, found = reproduced(fault, FOUND[fault])
    text = "".join(files(outcome, target(), found).values())
    assert OWN.key not in text
    assert OTHER.key not in text


def test_a_written_test_fails_while_the_fault_is_there(tmp_path: Path) -> None:
    """The modules fail on servers with their faults, saying how, and pass on a sound one."""
    said = {
        "replay-race": "idempotency.simultaneous is broken",
        "brief-loses-emoji": "generate.brief is broken",
    }
    with ExitStack() as servers:
        for fault in said:
            outcome, found = reproduced(fault, FOUND[fault])
            url, _ = servers.enter_context(background(options(fault)))
            for name, text in files(replace(outcome, target=url), target(), found).items():
                (tmp_path / name).write_text(text, encoding="utf-8")
        sound, _ = servers.enter_context(background(options()))
        bad, good = ran_by_pytest(tmp_path), ran_by_pytest(tmp_path, LAYERS_URL=sound)
    assert bad.returncode == 1, bad.stdout
    assert "2 failed" in bad.stdout
    assert not [each for each in said.values() if each not in bad.stdout]
    assert good.returncode == 0, good.stdout
    assert "2 passed" in good.stdout


def steps_again(url: str = "http://127.0.0.1:1") -> Callable[[], list[str]]:
    """A written test's call."""
    _, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    case = Again(promise=FOUND["replay-starts-job"], marker=found.marker, url=url)
    return partial(case.broken, found.steps)


@pytest.mark.usefixtures("no_keys")
def test_silence_keeps_no_promise() -> None:
    """Where nobody answers, a written test does not pass."""
    with pytest.raises(TargetError, match="does not answer"):
        steps_again()()


@pytest.mark.usefixtures("no_keys")
def test_a_wrong_key_keeps_no_promise() -> None:
    """Where the key is refused, a written test does not pass, and says where to put another."""
    with background(options()) as (url, _), pytest.raises(TargetError, match="LAYERS_API_KEY"):
        steps_again(url)()


@pytest.mark.usefixtures("no_keys")
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong in the environment is named."""
    monkeypatch.setenv("LAYERS_URL", "nowhere")
    with pytest.raises(TargetError, match="LAYERS_URL"):
        steps_again()()


@pytest.mark.usefixtures("no_keys")
def test_a_target_file_names_server_and_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A written test can be pointed at any server by a target file."""
    with background(options("replay-starts-job")) as (_, values):
        file = tmp_path / "target.toml"
        file.write_text(to_toml(values), encoding="utf-8")
        monkeypatch.setenv("LAYERS_CONTRACT_TARGET", str(file))
        assert steps_again()()


def test_a_replay_stays_within_its_purse() -> None:
    """Steps that the budget has nothing left for are not sent."""
    _, found = reproduced("replay-starts-job", FOUND["replay-starts-job"])
    with background(options()) as (_, values):
        served = parse(values, "mock")
        purse = Purse(replace(served.budget, requests=1))
        send = over_http(contract(), served, purse)
        history = send(found.steps, renewal(), Patience.of(9))
    assert len(history) == 1


def checked(folder: Path, out: Path, values: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """`check --repro` on a served mock."""
    file = folder / "target.toml"
    file.write_text(to_toml(dict(values)), encoding="utf-8")
    line = [sys.executable, "-m", "layers_contract", "check", "--target", str(file)]
    more = ["--profile=quick", "--strict", "--only=idempotency.equal-json", "--repro", str(out)]
    return subprocess.run(
        [*line, *more],
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_writes_what_reproduces_its_violations(tmp_path: Path) -> None:
    """`--repro` writes two files for a violation, tells what they need, and changes no verdict."""
    out = tmp_path / "deep" / "down"
    with background(options("member-order-conflicts")) as (_, values):
        ended = checked(tmp_path, out, values)
        bad = ran_by_pytest(out)
    assert ended.returncode == 1
    assert "idempotency.equal-json: 2 of " in ended.stderr
    assert sorted(each.name for each in out.iterdir() if each.is_file()) == [
        "conftest.py",
        "idempotency.equal-json.sh",
        "test_idempotency_equal_json.py",
    ]
    assert bad.returncode == 1, bad.stdout
    assert "idempotency.equal-json is broken" in bad.stdout


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/none"])
def test_a_folder_that_cannot_be_is_a_wrong_use(tmp_path: Path, place: str) -> None:
    """A folder that cannot be made ends with 2 before anything is sent, and one line names it."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with background(options()) as (_, values):
        ended = checked(tmp_path, tmp_path / place, values)
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert place in line
