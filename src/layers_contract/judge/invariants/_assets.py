"""The assets that a container shows."""

from __future__ import annotations

from layers_contract.judge.facts import Seen
from layers_contract.spec.document import pointer

ASSETS = "/assets"
URL = "url"
ID = "id"


def asset_urls(seen: Seen) -> dict[str, object]:
    """The permanent URL of each asset, by its id."""
    found = pointer(seen.data, ASSETS)
    if not found or not isinstance(found, list):
        return {}
    return {str(a[ID]): a.get(URL) for a in found if isinstance(a, dict) and ID in a}
