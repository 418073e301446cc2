"""What judging costs, as the traffic grows: nothing grows much faster than the traffic itself."""

from __future__ import annotations

import pytest
from tests.helpers.histories import contract

from growth import growth
from layers_contract.judge.facts import Expectations
from layers_contract.judge.verdicts import judge
from traffic import DIMENSIONS, grown

NOISE = 1.35
"""Far below 2, and above what a few hundred exchanges more cost by chance.

container.updated holds each view against twenty others at most: 1.3 here, 1.1 beyond 2,400.
"""


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_no_check_grows_faster_than_its_traffic(dimension: str) -> None:
    """Four times the exchanges make every check run about four times the lines of Python."""
    fast = {check: slope for check, slope in growth(dimension, 600, 2_400).items() if slope > NOISE}
    assert not fast


def test_the_traffic_is_that_of_a_sound_server() -> None:
    """What the growth is measured on gives most checks something to do, and breaks no promise."""
    history = grown("together", 3_000)
    verdicts = judge(contract(), history, Expectations(render=3_600, marker="lc-growth"))
    broken = {each.promise.id: each.violations[0].message for each in verdicts if each.violations}
    judged = [each for each in verdicts if each.verdict == "held"]
    assert not broken
    assert len(judged) > 60
