"""Lay OpenAPI Overlays (1.0 and 1.1) over a document.

    python -m scripts.overlay DOCUMENT OVERLAY [OVERLAY …] [--output FILE] [--lax]

Writes the document as YAML, or as JSON where FILE ends with `.json`; to standard output unless
told. A target that matches nothing is an error, for it is a document that has moved on, or a
mistake; `--lax` lets it be, as the specification does. Exit code 0, 1 when an overlay does not fit
the document, 2 when a file cannot be read or is no overlay.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from scripts import yaml_text
from scripts.overlay import NoOverlayError, OverlayError, apply, read

from layers_contract.document import DocumentError, load

Json = Any


def _text(value: Json, name: str) -> str:
    if name.endswith(".json"):
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return yaml_text.dump(value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="overlay", description="Lay OpenAPI Overlays over a document."
    )
    parser.add_argument("document", type=Path)
    parser.add_argument("overlays", type=Path, nargs="+", metavar="OVERLAY")
    parser.add_argument("--output", type=Path, help="a .yaml or .json file")
    parser.add_argument("--lax", action="store_true", help="a target may match nothing")
    return parser.parse_args()


def main() -> int:
    """What the command line asks for."""
    options = _options()
    try:
        value: Json = load(options.document).raw
        for path in options.overlays:
            value = apply(value, read(path), lax=options.lax)
    except (DocumentError, OverlayError) as error:
        print(f"overlay: {error}", file=sys.stderr)
        return 2 if isinstance(error, DocumentError | NoOverlayError) else 1
    if options.output:
        options.output.write_text(_text(value, options.output.name), encoding="utf-8")
    else:
        print(_text(value, ""), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
