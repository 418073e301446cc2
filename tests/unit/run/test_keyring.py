"""Keys that stop working in the middle of a run, and keys that are sent as the document says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import trio
from tests.helpers.histories import OPEN, contract
from tests.helpers.hostile_server import Answer, Asked, serving, shown
from tests.helpers.sessions import session, talk
from trio.testing import MockClock

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.outcome import Outcome
from layers_contract.mock import MockOptions, background
from layers_contract.mock.words import Words
from layers_contract.report import scripts, to_har
from layers_contract.run import keyring, run
from layers_contract.run.driver import Session
from layers_contract.run.keyring import Keyring
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import Document, DocumentError, KeyScheme, load
from layers_contract.target import Target, TargetError, parse

Served = tuple[str, dict[str, Any]]
SMALL: Final = {"requests": 400, "seconds": 40, "generations": 30}
REFUSAL: Final = {"error": {"code": "UNAUTHENTICATED", "message": "no", "requestId": "r"}}
NEW: Final = "lk_mock_own_renewed"


@pytest.fixture(scope="module")
def mock() -> Iterator[Served]:
    """A sound mock."""
    with background(MockOptions(render=0.1)) as served:
        yield served


def refusal() -> bytes:
    return shown(REFUSAL, "X-Request-Id: r", status="401 Unauthorized")


def judged(
    mock: Served,
    rule: Callable[[Asked], Answer | None],
    only: tuple[str, ...] = (),
    profile: str = "quick",
    **entries: Any,
) -> Outcome:
    """A run on the mock behind a server with a *rule*; *entries* change the target file's."""
    with serving(rule, mock[0]) as server:
        values = {**mock[1], "url": server.url, "budget": {**mock[1]["budget"], **SMALL}, **entries}
        if "api_key_command" in entries:
            del values["api_key"]
        return run(contract(), parse(values, "t"), profile=profile, only=only)


def violated(found: Outcome) -> set[str]:
    return {each.promise.id for each in found.judged if each.verdict == "violated"}


def key_of(asked: Asked) -> str:
    lines = asked.head.decode("latin-1").split("\r\n")
    return next((e[10:].strip() for e in lines if e.lower().startswith("x-api-key:")), "")


def expiring(after: int) -> Callable[[Asked], Answer | None]:
    """A server that takes no key at all from some request on."""
    heard: list[Asked] = []

    def rule(asked: Asked) -> Answer | None:
        heard.append(asked)
        return refusal() if len(heard) > after else None

    return rule


# A key that ends.


def test_a_key_that_stops_working_ends_the_run_and_violates_nothing(mock: Served) -> None:
    """One note says when; what came before is judged, and the verdict is not green."""
    found = judged(mock, expiring(120))
    assert violated(found) == set()
    assert found.verdict == "unjudged"
    assert found.ended_early is not None
    assert found.ended_early.startswith("the key stopped working at +")
    assert [note for note in found.notes if "stopped" in note] == [found.ended_early]
    assert not any("the budget ended" in note for note in found.notes)
    assert not any(e.status == 401 and e.credential == "own" for e in found.history)
    assert any(each.verdict == "held" for each in found.judged)
    assert len(found.history) < 200


def test_what_was_violated_before_a_key_ended_stays_violated(mock: Served) -> None:
    """A run that ends early still fails for what it has found."""
    ends = expiring(120)

    def rule(asked: Asked) -> Answer | None:
        end, odd = ends(asked), asked.method == "GET" and "approval-policy" in asked.path
        return end or (shown({}) if odd else None)

    found = judged(mock, rule)
    assert found.ended_early
    assert "schema.body" in violated(found)
    assert found.verdict == "violated"


def test_one_operation_that_refuses_a_good_key_is_violated(mock: Served) -> None:
    """A refusal of a key that works elsewhere is the server's answer, from the start or later."""
    seen: list[Asked] = []

    def rule(asked: Asked) -> Answer | None:
        progress = asked.path.endswith("/progress")
        seen.extend([asked] * progress)
        return refusal() if progress and len(seen) > 3 else None

    found = judged(mock, rule)
    assert found.ended_early is None
    assert violated(found)
    assert any(e.status == 401 and e.credential == "own" for e in found.history)
    assert not any("stopped working" in note for note in found.notes)


def test_the_other_organization_s_key_may_end_alone(mock: Served) -> None:
    """Its refusals violate nothing, a note says so, and the run goes on."""
    other = mock[1]["other_api_key"]
    seen: list[Asked] = []

    def rule(asked: Asked) -> Answer | None:
        theirs = key_of(asked) == other
        seen.extend([asked] * theirs)
        return refusal() if theirs and len(seen) > 3 else None

    found = judged(mock, rule, ("auth.tenancy", "schema.status"), "standard")
    assert violated(found) == set()
    assert found.verdict == "held"
    [note] = [note for note in found.notes if "stopped working" in note]
    assert note.startswith("the other organization's key stopped working at +")


def printing(*keys: str, count: Path) -> list[str]:
    """A command that prints the next key each time, and the last one for ever."""
    code = (
        "import pathlib, sys\n"
        "file, *keys = sys.argv[1:]\n"
        "path = pathlib.Path(file)\n"
        "n = len(path.read_text()) if path.exists() else 0\n"
        "path.write_text('x' * (n + 1))\n"
        "print(keys[min(n, len(keys) - 1)])"
    )
    return [sys.executable, "-c", code, str(count), *keys]


def renewing(mock: Served, after: int) -> Callable[[Asked], Answer | None]:
    """A server that takes the first key up to some request, and a new one from then on."""
    own = mock[1]["api_key"]
    heard: list[Asked] = []

    def rule(asked: Asked) -> Answer | None:
        key = key_of(asked)
        heard.extend([asked] * (key == own))
        if key == NEW:
            return lambda peer: _as(peer, asked, own)
        return refusal() if key == own and len(heard) > after else None

    async def _as(peer: Any, asked: Asked, key: str) -> None:
        head = asked.head.replace(NEW.encode(), key.encode())
        await peer.say(await behind._behind(Asked(asked.method, asked.path, head, asked.body)))

    from tests.helpers.hostile_server import Server  # noqa: PLC0415 - only to reach the mock

    behind = Server(lambda _: None, mock[0])
    return rule


def test_a_command_renews_the_key_and_the_run_goes_on(mock: Served, tmp_path: Path) -> None:
    """One note says when; nothing is violated, and neither key is in what is written."""
    own = mock[1]["api_key"]
    command = printing(own, NEW, count=tmp_path / "count")
    found = judged(mock, renewing(mock, 120), api_key_command=command)
    assert violated(found) == set()
    assert found.verdict == "held"
    [note] = [note for note in found.notes if "renewed" in note]
    assert note.startswith("the key was renewed at +")
    assert (tmp_path / "count").read_text() == "xx"
    sent = [each for each in found.history if each.actor.startswith("schemathesis:")]
    assert any(each.succeeded and each.credential == "own" for each in sent)
    assert not any(key in to_har(found) for key in (own, NEW))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("first",), ", and the command for it gives the same one"),
        (("first", "second"), ", and the renewed one is refused, too"),
        (("first", "a b"), ", and the command for it: what it printed holds white space (a space)"),
    ],
)
def test_a_key_that_cannot_be_renewed_is_given_up(
    keys: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """Where the command brings nothing that works, the reason stands in the note."""
    command = tuple(printing(*keys, count=tmp_path / "count"))
    heard: list[object] = []

    def handle(request: Any) -> Any:
        heard.append(request)
        return _response(200 if len(heard) == 1 else 401)

    async def play() -> Session:
        speaker = session(handle)
        given = {"api_key_command": command, "api_key": "first"}
        speaker.target = Target(speaker.target.url, **given)  # type: ignore[arg-type]
        Session.__post_init__(speaker)
        speaker.keyring.renew("own")
        async with speaker.transport:
            for _ in range(3):
                if not speaker.purse.stopped:
                    await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="a")
        return speaker

    found = trio.run(play)
    assert said in found.watch.lost["own"]
    assert found.purse.stopped
    assert not any(each.status == 401 for each in found.history)


def _response(status: int) -> Any:
    import httpx  # noqa: PLC0415 - for one answer

    return httpx.Response(status, json={})


def test_a_key_is_renewed_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that ends sooner is waited for, and the note names each time."""
    made: list[str] = []

    def next_key(*_: object) -> str:
        made.append(f"key-number-{len(made) + 1}")
        return made[-1]

    monkeypatch.setattr(keyring, "run_command", next_key)
    good = {0: 0.0}

    def handle(request: Any) -> Any:
        now = trio.current_time()
        number = int(request.headers["x-api-key"].rpartition("-")[2])
        return _response(200 if now < good.setdefault(number, now) + 20 else 401)

    async def play() -> Session:
        speaker = session(handle, seconds=10_000)
        speaker.target = Target(speaker.target.url, api_key="key-number-0", api_key_command="x")
        Session.__post_init__(speaker)
        async with speaker.transport:
            for _ in range(30):
                await speaker.call("getApprovalPolicy", {"projectId": OPEN}, actor="a")
                await trio.sleep(6)
        return speaker

    found = trio.run(play, clock=MockClock(autojump_threshold=0.01))
    times = [each.when for each in found.watch._renewals["own"]]
    assert len(times) == len(made) >= 2
    assert all(later - sooner >= 60 for sooner, later in pairwise(times))
    assert not any(each.status == 401 for each in found.history)
    [note] = found.watch.notes()
    assert note.startswith("the key was renewed at +")
    assert note.count("+") == len(times)


def test_a_refusal_before_anything_worked_is_an_answer() -> None:
    """Nothing is asked again where the key has never been good."""
    found = talk(lambda _: _response(401), {}, {})
    assert [each.status for each in found] == [401, 401]


def test_a_wrong_key_of_ours_is_never_looked_into() -> None:
    """The run's own wrong and missing keys are refused as they should be."""

    def handle(request: Any) -> Any:
        return _response(200 if request.headers.get("x-api-key") == "own-secret" else 401)

    calls = [{"credential": each} for each in ("own", "none", "invalid", "longer", "empty")]
    found = talk(handle, *calls)
    assert [each.status for each in found] == [200, 401, 401, 401, 401]


def test_all_keys_ever_used_stay_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that has been renewed is still not told, nor one that is written percent-encoded."""
    monkeypatch.setattr(keyring, "run_command", lambda *_: "second/key+1")
    keys = Keyring(Target("http://h", api_key="first-key-1", api_key_command="x"))
    assert keys.renew("own")
    quoted = b"first-key-1 SECOND/KEY+1 second%2Fkey%2B1 second\\u002fkey+1"
    assert keys.redact(quoted) == b"*** *** *** ***"


# Keys as the document has them.


def bearer() -> Contract:
    """The contract with a bearer token for its key."""
    raw = deepcopy(load().raw)
    raw["components"]["securitySchemes"]["ApiKey"] = {"type": "http", "scheme": "Bearer"}
    return Contract(Document(raw))


def test_the_document_says_how_a_key_is_sent() -> None:
    """A header of any name, or a bearer token; by the scheme that is required."""
    assert contract().document.key_scheme == KeyScheme("X-Api-Key", "")
    assert bearer().document.key_scheme == KeyScheme("Authorization", "Bearer")
    schemes = {
        "cookie": {"type": "apiKey", "in": "cookie", "name": "c"},
        "one": {"type": "apiKey", "in": "header", "name": "X-One"},
        "two": {"type": "apiKey", "in": "header", "name": "X-Two"},
    }
    both = Document({"components": {"securitySchemes": schemes}, "security": [{"two": []}]})
    assert both.key_scheme == KeyScheme("X-Two", "")
    none = Document({"components": {"securitySchemes": {"cookie": schemes["cookie"]}}})
    with pytest.raises(DocumentError, match="does not say how a request carries its key"):
        none.key_scheme  # noqa: B018 - it is asked for


def test_a_bearer_s_key_is_found_in_its_header() -> None:
    """Its prefix has any case; another scheme carries no key; an empty key leaves the prefix."""
    scheme = KeyScheme("Authorization", "Bearer")
    assert scheme.value("k") == "Bearer k"
    assert scheme.value("") == "Bearer"
    assert [scheme.key(each) for each in ("Bearer k", "bearer  k", "Basic k", "k", "")] == [
        *("k", "k"),
        *("", "", ""),
    ]


def test_a_bearer_document_is_judged_on_its_own_mock(mock: Served) -> None:
    """Mock, stories, Schemathesis, wrong keys, HAR and scripts all follow the document."""
    spoken = bearer()

    def rule(asked: Asked) -> Answer | None:
        heads.append(asked.head)
        return None

    heads: list[bytes] = []
    options = MockOptions(render=0.1)
    with background(options, words=Words(spoken)) as (url, values), serving(rule, url) as server:
        aim = {**values, "url": server.url, "budget": {**values["budget"], **SMALL}}
        found = run(spoken, parse(aim, "t"), profile="quick")
    assert violated(found) == set()
    assert {"auth.required", "auth.tenancy"} <= {
        each.promise.id for each in found.judged if each.verdict == "held"
    }
    assert not any(b"x-api-key" in head.lower() for head in heads)
    assert sum(b"Authorization: Bearer lk_mock_own\r\n" in head for head in heads) > 100
    assert '"authorization"' in to_har(found)
    assert "lk_mock_own" not in to_har(found)


def test_a_script_sends_a_bearer_token(mock: Served) -> None:
    """A curl script puts the prefix before the variable."""
    spoken = bearer()
    options = MockOptions(render=0.1, faults=("progress-without-key",))
    with background(options, words=Words(spoken)) as (_, values):
        aim = {**values, "budget": {**values["budget"], **SMALL}}
        found = run(spoken, parse(aim, "t"), profile="quick", only=("auth.required",))
    [written] = scripts(found).values()
    assert "Authorization: " in written or "# " in written
    assert violated(found) == {"auth.required"}


def test_the_credential_s_header_may_not_be_set(mock: Served) -> None:
    """With a bearer document it is Authorization that the run itself sets."""
    values = {**mock[1], "headers": {"authorization": "Basic abc"}}
    with pytest.raises(TargetError, match=r"\[headers\] authorization is set by the run itself"):
        run(bearer(), parse(values, "t"), profile="quick")


def test_another_header_of_authorization_may_be_set(mock: Served) -> None:
    """Where the key has a header of its own, a gate may want Authorization."""
    values = {**mock[1], "headers": {"Authorization": "Basic abcdefgh"}}
    budget = {**mock[1]["budget"], "requests": 30}
    found = run(
        contract(), parse({**values, "budget": budget}, "t"), profile="quick", only=("auth.list",)
    )
    assert any(each.succeeded for each in found.history)
    assert not any("authorization" in each.request_headers for each in found.history)


def test_a_retracted_exchange_says_why_and_counts_as_not_answered() -> None:
    """Its status and time are gone, its failure tells what came and why that does not count."""
    one = Exchange("GET", "/", 1.0, received=2.0, status=401)
    one.retract("the key had ended")
    assert (one.status, one.received, one.answered) == (None, None, False)
    assert one.failure == "refused (401): the key had ended"
