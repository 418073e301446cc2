"""What the target file names is looked at before anything is made; what is wrong is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import OPEN, contract
from tests.helpers.shell import Shell, served

from layers_contract.history.exchanges import Exchange
from layers_contract.mock import MockOptions, background
from layers_contract.run import Forecast, Unjudgeable, forecast
from layers_contract.run._preflight import refused_samples, sample_reader
from layers_contract.target import Projects, Samples, Target, TargetError, parse

UNKNOWN = "0b9c0cf5-98bb-4a0d-8f54-6fd4a7a5a2b4"


@contextmanager
def targets(*faults: str) -> Iterator[Target]:
    """A target that fits a mock which is being served."""
    with background(MockOptions(render=0.3, faults=faults)) as (_, values):
        yield parse(values, "the mock")


@pytest.fixture(scope="module")
def aim() -> Iterator[Target]:
    """The target of a sound mock."""
    with targets() as found:
        yield found


def seen(aim: Target, **changes: Any) -> Forecast:
    """What a run would come to, with other *projects*."""
    projects = replace(aim.projects, **changes)
    return forecast(contract(), replace(aim, projects=projects))


def refusal(aim: Target, **changes: Any) -> str:
    """Why a target cannot be used."""
    with pytest.raises(TargetError) as caught:
        seen(aim, **changes)
    message = str(caught.value)
    assert message.isprintable()
    assert ";" in message
    return message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("open", "[projects] open is not there for this key (404); create it"),
        ("gated", "[projects] gated is not there for this key"),
        ("foreign", "[projects] foreign is not there for other_api_key"),
        ("foreign_disposable", "[projects] foreign_disposable is not there for other_api_key"),
    ],
)
def test_a_project_that_is_not_there_is_named(aim: Target, entry: str, words: str) -> None:
    """A project that nobody knows is said to be missing, by its entry."""
    assert words in refusal(aim, **{entry: UNKNOWN})


def test_a_disposable_project_that_is_not_there_is_named(aim: Target) -> None:
    """Each disposable project is looked at, and named by its place."""
    disposable = (*aim.projects.disposable[:2], UNKNOWN)
    assert "[projects] disposable, number 3 is not there" in refusal(aim, disposable=disposable)


def test_a_project_that_is_named_twice_is_refused(aim: Target) -> None:
    """No project can be two things, whatever the case of its id."""
    own = aim.projects
    assert "foreign is the same project as [projects] open" in refusal(aim, foreign=own.open)
    assert "gated is the same project as" in refusal(aim, gated=(own.open or "").upper())
    twice = (own.disposable[0], own.disposable[0])
    assert "number 2 is the same project as" in refusal(aim, disposable=twice)
    assert "number 1 is the same project as" in refusal(aim, disposable=(own.gated,))


def test_a_gate_where_none_may_be_is_named(aim: Target) -> None:
    """The open project asks for no review, the gated one does."""
    own = aim.projects
    swapped = refusal(aim, open=own.gated, gated=None)
    assert "[projects] open asks for a review" in swapped
    assert "[projects] gated asks for no review" in refusal(aim, open=None, gated=own.open)


def test_a_foreign_project_of_our_own_is_named(aim: Target) -> None:
    """What our key can read, and the other one cannot, or is not there to, is not foreign."""
    spare = aim.projects.disposable[-1]
    rest = {"disposable": aim.projects.disposable[:-1], "foreign": spare}
    assert "foreign is not there for other_api_key" in refusal(aim, **rest)
    alone = replace(aim, other_api_key=None)
    assert "foreign can be read with api_key" in refusal(alone, **rest)


def test_a_server_that_shows_everybody_everything_is_left_to_the_run() -> None:
    """Where both keys can read the foreign project, the server is wrong, not the target file."""
    with targets("policy-of-strangers") as found:
        assert seen(found).judged


def test_the_same_key_twice_is_refused(aim: Target) -> None:
    """The other key must be another one."""
    with pytest.raises(TargetError, match="other_api_key is api_key again"):
        forecast(contract(), replace(aim, other_api_key=aim.api_key))


def test_a_url_that_ends_like_the_paths_begin_is_not_the_projects_fault(aim: Target) -> None:
    """With /v1 at its end the url is said to be wrong, and what to write instead."""
    with pytest.raises(Unjudgeable, match="every call was answered 404") as caught:
        forecast(contract(), replace(aim, url=f"{aim.url}/v1"))
    assert f'set url = "{aim.url}"' in str(caught.value)


def test_a_forecast_says_what_would_be_judged_and_cost(aim: Target) -> None:
    """What is left out names the entry that would let it be judged; costs are within the budget."""
    full = seen(aim)
    assert set(full.left) == {"idempotency.window-ends"}
    assert 0 < full.renders <= aim.budget.generations
    assert 0 < full.requests <= aim.budget.requests
    assert 0 < full.minutes <= aim.budget.seconds / 60
    assert "[samples] influencer is not checked: the document has no operation" in full.notes[1]
    bare = forecast(contract(), Target(aim.url, aim.api_key, projects=Projects(aim.projects.open)))
    assert "[projects] gated" in bare.left["approval.early"]
    quick = forecast(contract(), aim, profile="quick")
    assert quick.renders < full.renders
    assert len(quick.judged) < len(full.judged)


def test_a_dry_run_makes_nothing_and_ends_with_0(shell: Shell, tmp_path: Path) -> None:
    """`check --dry-run` prints the forecast, and how many promises could be judged."""
    with served(tmp_path) as mock:
        ended = shell("check", "--target", mock.target, "--dry-run")
        needed = shell("check", "--target", mock.target, "--dry-run", "--require", "idempotency")
    assert ended.code == 0
    assert "renders" in ended.out
    assert ended.out.splitlines()[-1] == "95 of 96 promises can be judged"
    assert needed.code == 1
    assert "required, not judged: idempotency.window-ends" in needed.out


def test_a_wrong_entry_ends_with_2(shell: Shell, tmp_path: Path) -> None:
    """One line names the entry."""
    projects = {"open": OPEN, "gated": UNKNOWN}
    with served(tmp_path, projects=projects) as mock:
        ended = shell("check", "--target", mock.target, "--profile", "quick")
    assert ended.code == 2
    assert "[projects] gated is not there" in ended.err.splitlines()[-1]


def test_what_is_required_must_be_an_invariant(shell: Shell, tmp_path: Path) -> None:
    """An unknown id, in an option or in the target file, and one that is left out, end with 2."""
    with served(tmp_path, require={"judged": ["no.such"]}) as mock:
        listed = shell("check", "--target", mock.target)
    assert (listed.code, "[require] judged: there is no invariant no.such" in listed.err) == (
        2,
        True,
    )
    recording = tmp_path / "a.jsonl"
    recording.write_text("", encoding="utf-8")
    asked = shell("judge", recording, "--require", "no.such")
    assert (asked.code, "--require: there is no invariant no.such" in asked.err) == (2, True)
    torn = shell("check", "--only", "list", "--require", "job")
    assert (torn.code, "which --only and --exclude leave out" in torn.err) == (2, True)


def test_what_the_target_file_requires_fails_a_run(shell: Shell, tmp_path: Path) -> None:
    """A required promise without an occasion ends with 1, and is named last but for the counts."""
    file = tmp_path / "a.json"
    changes: dict[str, Any] = {
        "require": {"judged": ["all"]},
        "allow": {"generate": False, "policy": False},
    }
    with served(tmp_path, **changes) as mock:
        arguments = ("--profile", "quick", "--only", "list", "--json", file)
        ended = shell("check", "--target", mock.target, *arguments)
    assert ended.code == 1
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["missing"]
    assert f"{written['missing'][-1]} required, not judged" in ended.out
    assert ended.out.splitlines()[-1].endswith("of 6 promises judged")


def named(status: int, value: str = "inf_1") -> Exchange:
    """A call that names a sample."""
    body = json.dumps({"brief": {"influencerId": value}}).encode()
    return Exchange("POST", "/", 0.0, 1.0, status, request_body=body, operation="generateContent")


def test_a_sample_that_is_always_refused_is_told() -> None:
    """A sample that the document cannot read is noticed when each call that names it is refused."""
    aim = Target("http://mock", samples=Samples(influencer="inf_1"))
    assert list(refused_samples(aim, [named(422), named(422), named(202, "inf_2")])) == [
        "[samples] influencer: all 2 calls that named it were refused (422); is it there?"
    ]
    assert not list(refused_samples(aim, [named(422), named(202)]))
    assert not list(refused_samples(aim, [named(503)]))


def test_a_sample_is_read_where_the_document_can() -> None:
    """The operation comes from the document: a plain read of the resource in the entry's name."""
    assert sample_reader(contract(), "influencer") is None
    assert sample_reader(contract(), "some_job") == "getJob"
