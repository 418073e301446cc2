"""The gate refuses each seeded breaking change, and passes each harmless one, for the right reason.

`make gate` runs this. Each seed is one edit of the document, compared with it in a minor version.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gate.proof import prove
from tests.gate.seeds import SEEDS, Seed
from tests.helpers.seeding import document


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name.replace(" ", "-"))
def test_the_gate_rates_the_change(seed: Seed, tmp_path: Path) -> None:
    """The change is rated as it must be, by the expected rule, for the expected operations."""
    (proof,) = prove(document(), (seed,), tmp_path)
    assert not proof.wrong
