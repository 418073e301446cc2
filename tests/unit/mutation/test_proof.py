"""The contract's own proof: what a fault proves, what no variant sets off, and both on show."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console
from tests.helpers.places import ROOT

from layers_contract import mutation as proving
from layers_contract.judge.invariants import CATALOGUE
from layers_contract.mock import FAULTS, VARIANTS
from layers_contract.mutation import SHADOWS, Line, Matrix, Order, Proof, VariantRun
from layers_contract.mutation import _matrix as module
from layers_contract.mutation._trial import Trial

DOCS = ROOT / "docs"


def proof(breaks: str = "job.terminal", *also: str, **changes: Any) -> Proof:
    """A fault that was caught; *also* by others."""
    made = Proof(
        name=f"breaks-{breaks.replace('.', '-')}",
        breaks=breaks,
        sentence="It breaks <b>.",
        strict=False,
        violated=(breaks, *also),
        said="job 1 was completed, then running",
        simulated=True,
        fuzzed=False,
        checks=(),
        seconds=1.0,
    )
    return replace(made, **changes)


SOUND = proof(name="", breaks="", violated=())
LINES = tuple(
    Line(id=name, group=name.split(".")[0], source="seed", at="#", statement="It holds.")
    for name in ("job.terminal", "job.result", "list.walk")
)


def matrix(*proofs: Proof, **changes: Any) -> Matrix:
    """A whole matrix in which every invariant of `LINES` has a fault of its own, or *proofs*."""
    found = proofs or tuple(proof(line.id) for line in LINES)
    return replace(Matrix(found, SOUND, LINES, {}, whole=True), **changes)


def trial(*violated: str, **changes: Any) -> Trial:
    """A simulated run that complained of *violated*."""
    said = dict.fromkeys(violated, "it is broken")
    return replace(Trial(violated, (), said, 1.0, simulated=True), **changes)


def shown(found: Matrix, width: int = 200, encoding: str = "utf-8") -> str:
    """What a terminal shows of a matrix."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    proving.show(Console(file=stream, width=width), found)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_a_fault_that_its_invariant_saw_is_caught() -> None:
    """The verdict rests on the invariant meant for the fault, whoever else saw it."""
    assert proof("job.terminal", "list.walk").verdict == "caught"
    assert proof("job.terminal", violated=("list.walk",)).verdict == "missed"


def test_alone_means_that_nobody_else_saw_it() -> None:
    """One more invariant, and a fault is not seen alone."""
    assert proof("job.terminal").alone
    assert not proof("job.terminal", "list.walk").alone
    assert proof("job.terminal", "list.walk").also == ("list.walk",)


def test_only_schema_and_errors_may_rest_on_schemathesis() -> None:
    """A fault of another group that only requests of Schemathesis prove is not caught."""
    assert proof("job.terminal", fuzzed=True, simulated=False).verdict == "fuzzed"
    assert proof("schema.body", fuzzed=True, simulated=False).verdict == "caught"


def test_a_whole_matrix_holds() -> None:
    """Each fault caught, each invariant with a fault of its own, the sound mock in peace."""
    assert matrix().holds


@pytest.mark.parametrize(
    "broken",
    [
        matrix(*(proof(line.id) for line in LINES[:2]), proof("list.walk", violated=())),
        matrix(*(proof(line.id) for line in LINES[:2]), proof("list.walk", fuzzed=True)),
        matrix(*(proof(line.id) for line in LINES[:2]), proof("list.walk", "job.result")),
        matrix(*(proof(line.id) for line in LINES[:2])),
        matrix(sound=replace(SOUND, violated=("job.result",))),
    ],
    ids=["missed", "schemathesis alone", "never alone", "no fault", "false alarm"],
)
def test_a_matrix_with_a_hole_does_not_hold(broken: Matrix) -> None:
    """A fault missed, an invariant never alone, a false alarm: each fails the proof."""
    assert not broken.holds


def test_a_reason_stands_for_a_fault_of_its_own() -> None:
    """An invariant that is never alone needs a reason; it is outdated once there is a fault."""
    never = matrix(*(proof(line.id) for line in LINES[:2]), shadows={"list.walk": "Because."})
    assert never.holds
    assert matrix(shadows={"list.walk": "Because."}).outdated == ["list.walk"]


def test_a_part_of_the_faults_asks_no_reasons() -> None:
    """Where some faults were named, nothing is said of invariants that were not tried."""
    assert matrix(proof(), whole=False).holds


def test_a_matrix_survives_being_saved() -> None:
    """What JSON keeps is the same matrix."""
    found = matrix()
    text = json.dumps(found.to_json())
    again = Matrix.from_json(text)
    assert list(again.proofs) == list(found.proofs)
    assert list(again.lines) == list(found.lines)
    assert again.sound == found.sound


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"matrix": [{}]}'])
def test_something_else_is_no_saved_matrix(text: str) -> None:
    """What is no matrix is refused, and not half read."""
    with pytest.raises(ValueError, match=r"."):
        Matrix.from_json(text)


def test_the_slow_faults_come_first() -> None:
    """Faults that may need a real server begin before all others, and none is left out."""
    names = proving.in_order()
    slow = [
        name in FAULTS and FAULTS[name].breaks.startswith(("schema.", "errors.")) for name in names
    ]
    assert slow == sorted(slow, reverse=True)
    assert Counter(names) == Counter(["", *FAULTS])


def test_only_what_is_assumed_is_judged_strictly() -> None:
    """A strict run is for faults of assumptions, and for the mock without a fault."""
    assert module._needs_strict("")
    assert module._needs_strict("long-hook-accepted")
    assert module._needs_strict("decision-early")
    assert not module._needs_strict("decision-twice")


def test_a_fault_in_simulated_time_needs_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the simulation sees is not judged again over HTTP."""
    monkeypatch.setattr(module, "simulated", lambda *_, **__: trial("approval.once"))
    monkeypatch.delattr(module, "over_http")
    assert module.prove("decision-twice").verdict == "caught"


def test_a_fault_unseen_in_simulation_is_looked_at_over_http(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What then rests on Schemathesis alone is said so."""
    real = trial("approval.once", simulated=False, fuzzed=frozenset({"approval.once"}))
    monkeypatch.setattr(module, "simulated", lambda *_, **__: trial())
    monkeypatch.setattr(module, "over_http", lambda *_, **__: real)
    found = module.prove("decision-twice")
    assert (found.verdict, found.simulated) == ("fuzzed", False)


def test_the_proof_is_quiet_without_a_fault() -> None:
    """The sound mock raises no alarm, however strict the run."""
    found = module.prove("")
    assert (found.verdict, found.violated, found.simulated) == ("caught", (), True)


@pytest.mark.parametrize("name", ["list-oldest-first", "kind-in-short"])
def test_the_proof_catches_a_fault(name: str) -> None:
    """The invariant meant for a fault finds it, alone, in simulated time."""
    found = module.prove(name)
    assert (found.verdict, found.alone, found.simulated) == ("caught", True, True)


def test_a_difference_does_not_catch_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that only a strict run would see is missed, unless it says that this is assumed."""
    said = {"approval.once": "it differs"}
    seen = Trial((), ("approval.once",), said, 1.0, simulated=True)
    monkeypatch.setattr(module, "simulated", lambda *_, **__: seen)
    monkeypatch.setattr(module, "over_http", lambda *_, **__: seen)
    assert module.prove("decision-twice").verdict == "missed"


def test_every_reason_is_about_an_invariant() -> None:
    """The table of reasons names invariants, and says why in a sentence."""
    assert set(SHADOWS) <= set(CATALOGUE)
    assert all(why[0].isupper() and why.endswith(".") for why in SHADOWS.values())


def test_a_variant_goes_only_against_promises_that_there_are() -> None:
    """What a variant may differ in is in the catalogue."""
    assert frozenset().union(*(each.against for each in VARIANTS.values())) <= set(CATALOGUE)


def test_every_two_variants_make_one_pair() -> None:
    """All pairs are all unordered ones; of named variants, those that one of them is in."""
    number = len(VARIANTS)
    assert len(proving.pairs()) == number * (number - 1) // 2
    assert len(proving.pairs(["short-ids"])) == number - 1


def test_a_sample_is_the_same_for_its_seed() -> None:
    """The pairs are chosen by the seed alone, and never more than there are."""
    orders = proving.pairs()
    assert proving.sample(orders, 5, 1) == proving.sample(orders, 5, 1)
    assert proving.sample(orders, 5, 1) != proving.sample(orders, 5, 2)
    assert len(proving.sample(orders[:3], 5, 1)) == 3


@pytest.mark.parametrize(
    ("variants", "said", "alarms"),
    [
        ((), trial(), ()),
        ((), trial("job.result"), ("job.result",)),
        (
            (),
            replace(trial("approval.early"), violated=(), differs=("approval.early",)),
            ("approval.early",),
        ),
        (
            ("early-decisions",),
            replace(trial("approval.early"), violated=(), differs=("approval.early",)),
            (),
        ),
        (("early-decisions",), trial("approval.early"), ("approval.early",)),
        ((), trial(troubles=("encore broke off",)), ("the run itself",)),
    ],
    ids=["silence", "violation", "strict", "expected difference", "violation all the same", "bug"],
)
def test_what_counts_as_a_false_alarm(
    monkeypatch: pytest.MonkeyPatch, variants: tuple[str, ...], said: Trial, alarms: tuple[str, ...]
) -> None:
    """Anything a strict run says, but for the assumptions that a variant is known to go against."""
    monkeypatch.setattr(proving._variants, "simulated", lambda **_: said)
    found = proving._variants.run_variant(Order(variants, 0))
    assert tuple(promise for promise, _ in found.alarms) == alarms


@pytest.mark.parametrize("name", ["", "early-decisions", "keys-beyond-operations"])
def test_a_sound_mock_raises_no_alarm(name: str) -> None:
    """A strict run in simulated time has nothing to say of a variant."""
    assert proving._variants.run_variant(Order(tuple(filter(None, [name])), 3)).alarms == ()


def test_the_matrix_is_drawn_where_there_is_room() -> None:
    """A wide terminal shows a dot for each fault and invariant, a narrow one says it in words."""
    many = [proof("job.terminal", "list.walk", name=f"fault-{n}") for n in range(20)]
    found = matrix(*many, whole=False)
    wide, narrow = shown(found), shown(found, width=16)
    assert "✓ fault-3   ●· •" in wide
    assert "job.terminal" not in wide
    assert "job.terminal" in narrow
    assert "list.walk" in narrow
    assert "●" not in narrow


def test_what_was_missed_stands_at_the_end() -> None:
    """The faults that were missed come after the matrix, and the sum comes last."""
    missed = proof("list.walk", violated=("job.result",), checks=("ignored_auth",))
    lines = shown(matrix(proof(), proof("job.result"), missed)).splitlines()
    at = lines.index("missed  breaks-list-walk")
    assert "seen by job.result" in lines[at + 2]
    assert "ignored_auth" in lines[at + 3]
    assert "2 of 3 faults caught" in " ".join(lines[at:])


def test_a_terminal_without_unicode_gets_plain_signs() -> None:
    """Nothing is drawn that the terminal has no letters for."""
    many = [proof(name=f"fault-{n}") for n in range(20)]
    assert "+ fault-3   #. ." in shown(matrix(*many), encoding="ascii")


def test_a_group_is_told_when_all_of_it_is_proved() -> None:
    """Nothing is said of a group until its last fault has come."""
    out = io.StringIO()
    groups = proving.Groups(Console(file=out, width=100), Counter({"job": 2}))
    groups.add(proof("job.terminal"))
    assert out.getvalue() == ""
    groups.add(proof("job.result", "list.walk"))
    assert "2 of 2 caught, 1 by their own invariant alone" in out.getvalue()


def test_the_page_shows_every_fault_and_runs_no_script() -> None:
    """The page is one file without scripts, and what it says is escaped."""
    page = proving.to_html(matrix(proof(), proof("job.result", "list.walk")))
    assert page.count('class="own"') == 2
    assert page.count('class="other"') == 1
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "It breaks &lt;b&gt;." in page


def test_the_page_in_words_has_a_row_for_each_fault() -> None:
    """Each fault stands with its promise and who else saw it."""
    page = proving.proof_page(matrix(proof("job.terminal", "list.walk")))
    assert "| `breaks-job-terminal` | It breaks &lt;b>. | `job.terminal` | `list.walk` |" in page


def test_varyings_are_counted() -> None:
    """The sum says how many runs there were of which kind, and each alarm is named."""
    out = io.StringIO()
    quiet = VariantRun(("short-ids",), 1, (), 1.0)
    loud = VariantRun(("short-ids", "no-queue"), 2, (("job.result", "it is broken"),), 1.0)
    proving.show_variants(Console(file=out, width=120), [quiet, loud])
    assert "short-ids + no-queue" in out.getvalue()
    assert "2 runs (1 of a variant alone, 1 of two variants): 1 alarm" in out.getvalue()


def test_the_catalogue_page_is_what_the_command_prints() -> None:
    """docs/invariants.md is up to date: `layers-contract invariants --markdown` writes it."""
    assert (DOCS / "invariants.md").read_text(encoding="utf-8") == proving.catalogue_page()


def test_the_catalogue_page_names_every_invariant_and_its_faults() -> None:
    """Each invariant stands there, and each fault beside the promise it breaks."""
    page = proving.catalogue_page()
    assert re.findall(r"^\*\*`([^`]+)`\*\*", page, re.MULTILINE) != []
    assert all(f"**`{name}`**" in page for name in CATALOGUE)
    assert all(f"`{name}`" in page for name in FAULTS)
