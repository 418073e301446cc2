"""What lies beside a document when it is published: its overlays, its client, its workflows.

Our own document's are in the repository, and have to be what the document makes. Those of another
document, and of ours with an overlay on it, are made on the way.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers_contract.codegen import dialects, package
from layers_contract.publish import arazzo, workflows
from layers_contract.spec import yaml_text
from layers_contract.spec.document import load

__all__ = ["OVERLAYS", "PARTNER", "Kit", "made", "ours"]

OVERLAYS: Final = Path("overlays")
PARTNER: Final = OVERLAYS / "partner.yaml"
_STAGING: Final = "staging.yaml"


@dataclass(frozen=True, slots=True)
class Kit:
    """The overlay for partners if there is one, the folders of overlays and client, Arazzo's file.

    `kept` says that all of them stand in the repository.
    """

    partner: Path | None
    overlays: Path
    client: Path
    workflows: Path
    kept: bool


def ours() -> Kit:
    """What the repository has."""
    arazzo_file = Path("openapi") / workflows.NAME
    return Kit(PARTNER, OVERLAYS, Path("generated"), arazzo_file, kept=True)


@contextmanager
def made(document: Path, partner: Path | None) -> Iterator[Kit]:
    """What is made of *document*, for as long as it is used.

    Raises:
        UnfitError: No client can be made of the document.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kit = Kit(
            partner, folder / "overlays", folder / "client", folder / workflows.NAME, kept=False
        )
        dialects.write(document, kit.overlays)
        if partner == PARTNER:
            shutil.copyfile(OVERLAYS / _STAGING, kit.overlays / _STAGING)
        package.generate(document, kit.client)
        kit.workflows.write_text(yaml_text.dump(arazzo.workflows(load(document))), encoding="utf-8")
        yield kit
