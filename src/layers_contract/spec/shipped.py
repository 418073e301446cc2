"""Files that come with this package: in the installed package, or in the checkout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def shipped(name: str) -> Path:
    """The file or folder of that name, such as `openapi/layers.yaml` or `overlays/client`."""
    packaged = Path(str(resources.files("layers_contract"))) / "_shipped" / name
    return packaged if packaged.exists() else Path(__file__).parents[3] / name
