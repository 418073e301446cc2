"""Changes of the document whose rating is known: breaking ones, and harmless ones.

`python -m scripts.changes` makes each of them in `openapi/layers.yaml` and shows that the gate
stops or passes it for the right reason.
"""

from typing import Final

from scripts.changes.seeds.breaking_extensions import EXTENSIONS
from scripts.changes.seeds.breaking_openapi import OPENAPI
from scripts.changes.seeds.harmless import HARMLESS
from scripts.changes.seeds.seed import Seed

__all__ = ["SEEDS", "Seed"]

SEEDS: Final[tuple[Seed, ...]] = (*OPENAPI, *EXTENSIONS, *HARMLESS)
