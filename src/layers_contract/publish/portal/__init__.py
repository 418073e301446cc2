"""The portal: two pages that partners open from disk, with no network.

`write` makes `index.html` and `changelog.html` of the partners' document. Nothing of the document
reaches a page unescaped, no page asks for anything, and the same input makes the same bytes.
"""

from __future__ import annotations

from layers_contract.publish.portal.downloads import Download
from layers_contract.publish.portal.pages import write

__all__ = ["Download", "write"]
