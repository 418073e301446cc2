"""The seeded changes are many, differ from each other, and change the document."""

from __future__ import annotations

from tests.gate.proof import Proof
from tests.gate.seeds import SEEDS, Seed
from tests.helpers.seeding import document

from layers_contract.diff import gate
from layers_contract.diff.gate import Comparison
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas
from layers_contract.diff.published import Version


def test_there_are_enough_of_both() -> None:
    """Thirty breaking changes and fifteen harmless ones at the least, each with its own name."""
    assert sum(seed.breaking for seed in SEEDS) >= 30
    assert sum(not seed.breaking for seed in SEEDS) >= 15
    assert len({seed.name for seed in SEEDS}) == len(SEEDS)


def test_each_seed_changes_the_document() -> None:
    """No seed leaves the document as it was, nor changes the one that it is given."""
    before = document()
    assert all(seed.made_in(before) != before for seed in SEEDS)
    assert before == document()


def test_each_seed_names_operations_in_order() -> None:
    """What a seed must reach are operations of the changed document, or of the unchanged one."""
    for seed in SEEDS:
        both = (document(), seed.made_in(document()))
        known = [list(Atlas(raw).calls) for raw in both]
        assert any(
            list(seed.operations) == [name for name in each if name in seed.operations]
            for each in known
        ), seed.name


def proof(seed: Seed, *changes: Change, refused: bool = True, unversioned: bool = True) -> Proof:
    return Proof(seed, changes, refused, unversioned)


def test_a_proof_fails_for_each_thing_that_is_not_as_it_must_be() -> None:
    """A wrong rating, reason, verdict or a change that needs no version makes a seed fail."""
    breaking = next(seed for seed in SEEDS if seed.breaking)
    harmless = next(seed for seed in SEEDS if not seed.breaking)
    found = [
        Change(seed.rating, seed.operations, "#", "", "", seed.rule)
        for seed in (breaking, harmless)
    ]
    other = Change("breaking", ("getJob",), "#", "", "", "other")
    assert proof(breaking, found[0]).wrong == ""
    assert proof(harmless, found[1], refused=False).wrong == ""
    assert proof(breaking).wrong == "rated none"
    assert proof(breaking, other).wrong.startswith(f"no {breaking.rule} of")
    assert proof(breaking, found[0], refused=False).wrong == "passed"
    assert proof(harmless, found[1]).wrong == "refused"
    unversioned = proof(harmless, found[1], refused=False, unversioned=False)
    assert unversioned.wrong == "passed without a new version"


def test_what_is_to_do_is_one_sentence() -> None:
    """A line of the gate is one line, whatever the change says."""
    change = Change("breaking", (), "#", "It is gone.", "Do without it.", "gone")
    found = Comparison(Version(1, 0, 0), Version(1, 0, 0), (change,))
    assert gate.line(change) == "breaking: the whole API: It is gone."
    assert gate.needed(found) == Version(2, 0, 0)
