"""The reference of the operations: one HTML file by Redoc that asks no server for anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from layers_contract.diff import node
from layers_contract.publish.portal.reference import NAME

_HEAD: Final = '<meta charset="utf8" />'
_CLOSED: Final = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " script-src 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline';"
    ' img-src data:; font-src data:">'
)
_LEGIBLE: Final = (
    "<style>"
    ":root.light { --color-blue-5: #1a5fc4; --color-blue-6: #1a5fc4; --color-blue-7: #1a5fc4;"
    " --text-color-helper: #5f606d; --text-color-disabled: #5f606d; --color-green-7: #0b6b3c;"
    " --search-input-placeholder-color: #5f606d; --input-content-placeholder-color: #5f606d; }"
    ":root.light .tag-get { --tag-color: #0b7040 !important; }"
    ":root.light .tag-post { --tag-color: #1a4fd0 !important; }"
    ":root.light .tag-patch, :root.light .tag-put { --tag-color: #7a5200 !important; }"
    ":root.light .tag-delete { --tag-color: #b8083a !important; }"
    ":root.dark { --text-color-helper: #a3a5b3; --text-color-disabled: #a3a5b3;"
    " --input-content-placeholder-color: #a3a5b3; --search-input-placeholder-color: #a3a5b3; }"
    ":root.dark .schema-name { color: #a9a6ff !important; }"
    "</style>"
)
"""Redoc's colours where theirs have less contrast than WCAG asks for."""

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
    """Redoc's *page*, closed against the network and legible."""
    closed = page.replace(_HEAD, _HEAD + _CLOSED, 1).replace("</head>", f"{_LEGIBLE}</head>", 1)
    return _LOGO.sub(_WRITTEN_LOGO, closed)
