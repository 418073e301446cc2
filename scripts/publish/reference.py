"""The reference of the operations: one HTML file by Redoc that asks no server for anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from scripts.publish import node

NAME: Final = "reference.html"

_HEAD: Final = '<meta charset="utf8" />'
_CLOSED: Final = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline';"
    ' img-src data:; font-src data:">'
)
_LOGO: Final = re.compile(r"https://cdn\.redoc\.ly/redoc/logo-mini(?:-full)?\.svg")
_WRITTEN_LOGO: Final = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" width="44" height="14">'
    '<text y="11" font-family="sans-serif" font-size="11" fill="#3a6bb5">Redocly</text></svg>'
)
"""The name in the corner, which Redoc would fetch as a picture."""


def write(document: Path, into: Path) -> None:
    """`reference.html`, from *document*. Raises as `node.redocly` does."""
    written = into / NAME
    node.redocly("build-docs", document, "--inlineBundle", "--output", written)
    written.write_text(offline(written.read_text(encoding="utf-8")), encoding="utf-8")


def offline(page: str) -> str:
    """Redoc's *page*, closed against the network."""
    return _LOGO.sub(_WRITTEN_LOGO, page.replace(_HEAD, _HEAD + _CLOSED, 1))
