"""Gates with values, mirrors and pointers into lists: one job that makes several things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.helpers.predictions import Recorder

from layers_contract.spec.document import read_yaml

FILE = Path(__file__).with_name("studio.yaml")
SHELF = "s1"


class Studio(Recorder):
    """A history of the studio."""

    def setting(self, release: str) -> None:
        """What the shelf's setting says."""
        answer = {"shelfId": SHELF, "release": release}
        self.call("getSetting", {"shelfId": SHELF}, answer=answer)

    def start(self, *pieces: str) -> None:
        """A work that makes pieces."""
        self.call("startWork", {"shelfId": SHELF}, status=202, answer=self._work("going", pieces))

    def work(self, state: str, *pieces: str, **call: Any) -> None:
        """The work."""
        self.call("getWork", {"workId": "w1"}, answer=self._work(state, pieces), **call)

    def piece(self, name: str, state: str, shown: str = "hidden", **call: Any) -> None:
        """A piece; `parts` are its own."""
        parts = call.pop("parts", [{"url": "u"}] if state == "made" else [])
        answer = {"id": name, "shelfId": SHELF, "state": state, "shown": shown, "parts": parts}
        self.call("getPiece", {"pieceId": name}, answer=answer, **call)

    def _work(self, state: str, pieces: tuple[str, ...]) -> dict[str, Any]:
        return {"id": "w1", "shelfId": SHELF, "pieceIds": list(pieces), "state": state}


@pytest.fixture
def studio() -> Studio:
    """An empty history."""
    return Studio(read_yaml(FILE))


def judged(studio: Studio, rule: str) -> str:
    """The rule's verdict; no other rule but those of its lifecycle may be violated."""
    found = studio.verdicts()
    alarms = {name for name, each in found.items() if each.verdict == "violated"}
    assert alarms <= {rule}
    return found[rule].verdict


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [("made", "made", "held"), ("made", "raw", "violated"), ("raw", "made", "violated")],
)
def test_every_piece_of_a_job_mirrors_it(
    studio: Studio, first: str, second: str, verdict: str
) -> None:
    """Once the job is done each thing that it names, in a list, must be."""
    studio.start("p1", "p2")
    studio.work("done", "p1", "p2")
    studio.piece("p1", first)
    studio.piece("p2", second)
    assert judged(studio, "making.mirrors") == verdict


def test_a_mirror_that_was_read_before_may_be_behind(studio: Studio) -> None:
    """What was read at the same time has no order, and what was read before may be behind."""
    studio.start("p1")
    studio.piece("p1", "raw")
    studio.work("done", "p1", at=5, took=3)
    studio.piece("p1", "raw", at=6)
    assert judged(studio, "making.mirrors") == "held"


@pytest.mark.parametrize(
    ("release", "shown", "verdict"),
    [
        ("at-once", "open", "held"),
        ("at-once", "hidden", "violated"),
        ("by-hand", "hidden", "held"),
        ("by-hand", "open", "violated"),
        ("mixed", "open", "held"),
        ("mixed", "hidden", "held"),
    ],
)
def test_a_gate_has_any_number_of_values(
    studio: Studio, release: str, shown: str, verdict: str
) -> None:
    """A new thing is in a state that the value of its setting leads to."""
    studio.setting(release)
    studio.start("p1")
    studio.piece("p1", "made", shown)
    studio.setting(release)
    found = studio.verdicts()["shown.gate"].verdict
    assert found == verdict


def test_a_setting_that_changes_meanwhile_proves_nothing(studio: Studio) -> None:
    """Where the setting was another one before and after, nobody knows which one held."""
    studio.setting("at-once")
    studio.start("p1")
    studio.piece("p1", "made", "hidden")
    studio.setting("by-hand")
    assert judged(studio, "shown.gate") == "not_judged"


def test_what_was_moved_by_a_call_is_no_new_thing(studio: Studio) -> None:
    """A thing that a call has moved says nothing of the setting."""
    studio.setting("by-hand")
    studio.start("p1")
    studio.call("releasePiece", {"pieceId": "p1"}, lost=True)
    studio.piece("p1", "made", "open")
    assert judged(studio, "shown.gate") == "not_judged"


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([{"url": "a"}, {"url": "b"}], "held"),
        ([{"url": "a"}, {"url": ""}], "violated"),
        ([], "not_judged"),
    ],
)
def test_a_field_rule_holds_for_every_item(
    studio: Studio, parts: list[dict[str, str]], verdict: str
) -> None:
    """All items have the field as the rule says; an empty list has none that could."""
    studio.start("p1")
    studio.piece("p1", "made", parts=parts)
    assert judged(studio, "making.parts-url-filled") == verdict
