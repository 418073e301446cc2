"""What holds for every invariant: cases that prove it, and calm in the face of any answer."""

from __future__ import annotations

import json
import weakref
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import GATED, OPEN, Case, Tape, contract

from layers_contract.history.exchanges import Exchange, History
from layers_contract.judge.facts import Facts, undisturbed
from layers_contract.judge.invariants import CATALOGUE

ROOT = Path(__file__).parents[4]
HERE = Path(__file__)
OTHERS = {HERE, *(HERE.parent / "derived").glob("*.py")}
"""Files without cases of promises."""
MODULES = sorted({*HERE.parent.rglob("test_*.py")} - OTHERS)


def cases(module: Path) -> list[Case]:
    """The cases of a module."""
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    found: list[Case] = getattr(import_module(name), "CASES", [])
    return found


def all_cases() -> list[Case]:
    """The cases of all modules."""
    return [each for module in MODULES for each in cases(module)]


@pytest.mark.parametrize("verdict", ["held", "violated", "not_judged"])
def test_the_cases_cover_the_catalogue(verdict: str) -> None:
    """Every invariant has a history that it holds, one that breaks it, and one that is silent."""
    covered = {each.promise for each in all_cases() if each.verdict == verdict}
    assert covered == set(CATALOGUE)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_promise_of_a_case_leads_to_it(module: Path) -> None:
    """A case stands in the file, or the folder, of the group that its first promise is of."""
    first = {each.tell: each.promise for each in reversed(cases(module))}
    group = module.relative_to(HERE.parent).parts[0].removesuffix(".py")
    assert {each.split(".")[0] for each in first.values()} <= {group.removeprefix("test_")}


def test_a_name_means_one_case() -> None:
    """No two cases share a name, so that a failure names its history."""
    names = [str(each) for each in all_cases()]
    assert len(set(names)) == len(names)


def test_the_catalogue_is_the_documents_observable_promises() -> None:
    """There is a check for each promise that can be observed, and for no other."""
    promises = contract().document.promises.values()
    assert set(CATALOGUE) == {each.id for each in promises if each.unobservable is None}


def test_an_empty_history_says_nothing() -> None:
    """Without an exchange nothing is judged, and each reason says what it would take."""
    verdicts = Tape().verdicts().values()
    assert {each.verdict for each in verdicts} == {"not_judged"}
    assert all(each.reason and each.reason.startswith("it needs ") for each in verdicts)


def test_every_violation_is_proved_by_exchanges_of_the_history() -> None:
    """What breaks a promise is told in one line and proved by exchanges in order of sending."""
    for case in (each for each in all_cases() if each.verdict == "violated"):
        tape = Tape()
        case.tell(tape)
        history = tape.history
        for violation in tape.verdicts()[case.promise].violations:
            sent = [each.sent for each in violation.exchanges]
            assert sent, str(case)
            assert sent == sorted(sent), str(case)
            assert all(history[each.number] is each for each in violation.exchanges), str(case)
            assert "\n" not in violation.message, str(case)


BODIES: list[bytes] = [
    b"",
    b"<html>502</html>",
    b"\xff\xfe{",
    b'{"jobId":',
    b"[" * 100_000,
    *(each.encode() for each in ("null", "0", "true", '"x"', "[]", "[[]]", "[1]", "{}")),
]
VALUES: list[Any] = [None, 0, 1e308, True, "", "x", "\ud800", [], [None], [[1]], {}, {"id": []}]
FIELDS = (
    *("id", "jobId", "containerId", "projectId", "status", "assets", "captions", "brief"),
    *("createdAt", "updatedAt", "startedAt", "progress", "result", "error", "job", "accepted"),
    *("items", "nextCursor", "url", "expiresAt", "approvalStatus", "lastError", "archivedAt"),
)


def whole_story(tape: Tape) -> None:
    """Every operation once or more, as a sound server answers."""
    tape.policy(GATED)
    made = tape.generate(key="k", project=GATED)
    tape.again(made)
    tape.again(made, body={"brief": {"hook": "Another"}})
    tape.again(made, credential="other")
    for _ in range(2):
        tape.read(made, "completed", {"approvalStatus": "pending"})
        tape.poll(made, "completed", headers={"etag": '"1"'})
        tape.poll(made, status=304, sends={"if-none-match": '"1"'})
        tape.progress(made, "completed")
        tape.sign(made)
        tape.page({"id": made.container}, leads_to="c", query=[("status", "completed")])
        tape.page({"id": made.container}, after="c", query=[("status", "completed")])
        tape.page({"id": made.container}, leads_to="c", project=GATED)
        tape.page({"id": made.container}, after="c", project=GATED)
        tape.cancel(made)
    tape.approve(made)
    tape.reject(made)
    again = tape.regenerate(made, {"language": "fr"}, key="r")
    tape.again(again)
    tape.read(again, "completed")
    tape.reject_again(again)
    clone = tape.clone(again, {"hook": "Mine"}, key="c")
    tape.read(clone)
    tape.read(again)
    for _ in range(2):
        tape.change_policy(GATED, requiresApproval=False)
        tape.policy(GATED)
        tape.archive(OPEN)
        tape.archive(GATED)
    tape.read(clone)


def judged(history: History) -> int:
    """How many occasions the catalogue finds in a history."""
    facts = Facts(contract(), history, Tape().expect)
    return sum(len(list(each.check(facts))) for each in CATALOGUE.values())


def test_what_was_judged_is_gone_when_nobody_holds_it() -> None:
    """No check leaves facts in a circle: nobody searches for garbage while histories are judged."""
    tape = Tape()
    whole_story(tape)
    with undisturbed():
        facts = tape.facts
        assert sum(len(list(each.check(facts))) for each in CATALOGUE.values()) > 0
        shown = weakref.ref(facts)
        del facts
        assert shown() is None


@pytest.mark.parametrize("operation", sorted(contract().operations))
def test_no_body_takes_an_invariant_out_of_its_calm(operation: str) -> None:
    """Whatever an operation answers in place of its JSON, the whole catalogue goes through."""
    for body in BODIES:
        tape = Tape()
        whole_story(tape)
        for exchange in tape.exchanges:
            if exchange.operation == operation:
                replace_body(exchange, body)
        assert judged(tape.history) > 0, body[:20]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_no_value_takes_an_invariant_out_of_its_calm(value: Any) -> None:
    """Whatever a field of any answer holds, the whole catalogue goes through."""
    for name in FIELDS:
        tape = Tape()
        whole_story(tape)
        for exchange in tape.exchanges:
            shown = exchange.json
            if isinstance(shown, dict):
                items = {"items": [each | {name: value} for each in shown.get("items", ())]}
                changed = shown | (items if "items" in shown else {}) | {name: value}
                replace_body(exchange, json.dumps(changed).encode())
        assert judged(tape.history) > 0, name


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_no_request_takes_an_invariant_out_of_its_calm(value: Any) -> None:
    """Whatever a fuzzer sent in a request, and a server took, the whole catalogue goes through."""
    for name in ("brief", "format", "patch", "overrides", "regenerate", "requiresApproval", ""):
        tape = Tape()
        whole_story(tape)
        for exchange in tape.exchanges:
            sent = exchange.request_json
            if isinstance(sent, dict):
                changed = sent | {name: value} if name else value
                exchange.request_body = json.dumps(changed).encode()
                exchange._request_json = fresh()._request_json
        assert judged(tape.history) > 0, name


def fresh() -> Exchange:
    """An exchange whose bodies nobody has looked at."""
    return Exchange("GET", "/", 0.0)


def replace_body(exchange: Exchange, body: bytes) -> None:
    """Give an exchange another answer."""
    exchange.body = body
    exchange._json = fresh()._json
