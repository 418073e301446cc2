"""Lifecycle changes are rated by what a partner's program makes of them, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gate.seeds.seed import (
    RENDER,
    REVIEW,
    SCHEMAS,
    Edit,
    add,
    drop,
    everywhere,
    move,
    put,
)
from tests.helpers.seeding import between, document, told

Json = Any


def step(origins: list[str], targets: list[str], by: str | list[str]) -> Json:
    return {"from": origins, "to": targets, "by": by, "source": "linked"}


def refusal(operation: str, state: str) -> Json:
    answer = {"status": 409, "code": "CONFLICT", "source": "linked"}
    return {"operation": operation, "in": [state], **answer}


CASES: dict[str, tuple[tuple[Edit, ...], str, str]] = {
    "a state on the way": (
        (put(f"{RENDER}/states/paused", {"source": "seed"}),),
        "breaking state-added",
        "breaking state-removed",
    ),
    "a state that ends": (
        (put(f"{RENDER}/states/expired", {"ends": "failure", "source": "seed"}),),
        "breaking state-ending-added",
        "breaking state-removed",
    ),
    "an ending": (
        (drop(f"{RENDER}/states/failed/ends"),),
        "breaking state-ending-changed",
        "breaking state-ending-changed",
    ),
    "another ending": (
        (put(f"{RENDER}/states/failed/ends", "cancel"),),
        "breaking state-ending-changed",
        "breaking state-ending-changed",
    ),
    "the source of a state": (
        (put(f"{RENDER}/states/failed/source", "assumed"),),
        "breaking source-weakened",
        "addition source-strengthened",
    ),
    "the field": (
        (put(f"{RENDER}/field", "/format"),),
        "breaking lifecycle-field-changed",
        "breaking lifecycle-field-changed",
    ),
    "a lifecycle": (
        (drop(REVIEW),),
        "breaking lifecycle-removed",
        "addition lifecycle-added",
    ),
    "a step of an operation": (
        (put(f"{RENDER}/transitions/5/by", ["regenerateContent"]),),
        "breaking transition-removed",
        "addition transition-added",
    ),
    "a step of the server that a poller could have missed": (
        (add(f"{RENDER}/transitions", step(["queued"], ["completed"], "server")),),
        "addition transition-added",
        "breaking transition-removed",
    ),
    "a step of the server that goes back": (
        (add(f"{RENDER}/transitions", step(["generating"], ["queued"], "server")),),
        "breaking transition-impossible-before",
        "breaking transition-removed",
    ),
    "one more first state": (
        (put(f"{RENDER}/transitions/0/to", ["queued", "generating"]),),
        "breaking first-state-added",
        "breaking transition-removed",
    ),
    "one more operation that creates": (
        (put(f"{RENDER}/transitions/0/by", ["generateContent"]),),
        "breaking transition-removed",
        "addition transition-added",
    ),
    "the source of a step": (
        (put(f"{RENDER}/transitions/3/source", "assumed"),),
        "breaking source-weakened",
        "addition source-strengthened",
    ),
    "a refusal": (
        (add(f"{RENDER}/refusals", refusal("cancelJob", "generating")),),
        "breaking refusal-added",
        "addition refusal-removed",
    ),
    "how it is refused": (
        (put(f"{RENDER}/refusals/0/code", "BUSY"),),
        "breaking refusal-changed",
        "breaking refusal-changed",
    ),
    "the source of a refusal": (
        (put(f"{REVIEW}/refusals/0/source", "assumed"),),
        "breaking source-weakened",
        "addition source-strengthened",
    ),
    "a field rule": (
        (drop(f"{RENDER}/fields/2"),),
        "breaking field-rule-removed",
        "addition field-rule-added",
    ),
    "the source of a field rule": (
        (put(f"{RENDER}/fields/2/source", "assumed"),),
        "breaking source-weakened",
        "addition source-strengthened",
    ),
    "a field rule the other way": (
        (put(f"{RENDER}/fields/2/is", "empty"),),
        "breaking field-rule-removed",
        "breaking field-rule-removed",
    ),
    "the gate": ((drop(f"{REVIEW}/gate"),), "breaking gate-removed", "addition gate-added"),
    "how the gate works": (
        (put(f"{REVIEW}/gate/open", "approved"),),
        "breaking gate-changed",
        "breaking gate-changed",
    ),
    "a gate with more than two values": (
        (put(f"{REVIEW}/gate/values", {"a": ["pending"], "b": ["not_required", "pending"]}),),
        "breaking gate-changed",
        "breaking gate-changed",
    ),
    "when the server moves": (
        (put(f"{RENDER}/transitions/1/after", "PT1H"),),
        "addition transition-time-added",
        "breaking transition-time-removed",
    ),
    "the mirror": (
        (drop(f"{RENDER}/mirrors"),),
        "breaking mirror-removed",
        "addition mirror-added",
    ),
    "what is mirrored": (
        (put(f"{RENDER}/mirrors/lifecycle", "work"),),
        "breaking mirror-changed",
        "breaking mirror-changed",
    ),
    "a combination of the mirror": (
        (put(f"{RENDER}/mirrors/states/failed", ["failed", "generating"]),),
        "breaking mirror-widened",
        "addition mirror-narrowed",
    ),
    "the order of first states": (
        (put(f"{REVIEW}/transitions/0/to", ["pending", "not_required"]),),
        "wording extension-rewritten",
        "wording extension-rewritten",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_of_a_lifecycle_is_rated_in_both_directions(case: str) -> None:
    """What is added or taken away has the rating and the rule of its direction."""
    edits, forth, back = CASES[case]
    old, new = document(), document(*edits)
    assert forth in told(old, new)
    assert back in told(new, old)


def test_a_state_that_ends_tells_which_waiters_are_concerned() -> None:
    """A new ending reaches whoever reads the state, and says to stop waiting."""
    state = put(f"{RENDER}/states/expired", {"ends": "failure", "source": "seed"})
    (change,) = between(document(), document(state))
    assert change.operations == ("listContent", "getContent")
    assert change.what == "`render` may now end in the new state `expired`, as a failure."
    assert change.todo == "Stop waiting when you read `expired`, and treat it as a failure."
    assert change.where == "#/components/schemas/Container"


def test_a_step_to_a_new_state_is_told_with_the_state() -> None:
    """Of a new state and the step that leads there, one change is made."""
    edits = (
        put(f"{RENDER}/states/expired", {"ends": "failure", "source": "seed"}),
        add(f"{RENDER}/transitions", step(["queued"], ["expired"], "server")),
    )
    assert told(document(), document(*edits)) == {"breaking state-ending-added"}


def test_an_operation_that_takes_a_step_no_more_is_the_one_reached() -> None:
    """A transition that an operation no longer causes is told for that operation alone."""
    edit = put(f"{RENDER}/transitions/5/by", ["regenerateContent"])
    (change,) = between(document(), document(edit))
    assert change.operations == ("rejectContent",)
    assert change.todo == "Do not call rejectContent for that."


def test_a_renamed_operation_causes_what_it_did() -> None:
    """An operation with another name changes no lifecycle."""
    assert not told(document(), document(everywhere("generateContent", "createContent")))


def test_a_lifecycle_keeps_its_name_where_its_schema_is_renamed() -> None:
    """A schema with another name takes its lifecycles along."""
    renamed = document(move(f"{SCHEMAS}/Job", "Task"))
    assert not any("lifecycle" in rule for rule in told(document(), renamed))


def test_a_lifecycle_that_moves_to_another_schema_is_breaking() -> None:
    """Whoever reads the old schema finds no state there."""
    raw = document()["components"]["schemas"]["Container"]["x-lifecycles"]["approval"]
    moved = document(drop(REVIEW), put(f"{SCHEMAS}/Approval/x-lifecycles", {"approval": raw}))
    assert "breaking lifecycle-moved" in told(document(), moved)
