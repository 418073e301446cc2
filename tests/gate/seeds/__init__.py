"""Changes of the document whose rating is known: breaking ones, and harmless ones.

`make gate` makes each of them in `openapi/layers.yaml` and shows that the gate
stops or passes it for the right reason.
"""

from typing import Final

from tests.gate.seeds.breaking_extensions import EXTENSIONS
from tests.gate.seeds.breaking_openapi import OPENAPI
from tests.gate.seeds.harmless import HARMLESS
from tests.gate.seeds.seed import Seed

__all__ = ["SEEDS", "Seed"]

SEEDS: Final[tuple[Seed, ...]] = (*OPENAPI, *EXTENSIONS, *HARMLESS)
