"""Write the overlays that say the extensions in Speakeasy's and Fern's words.

    python -m scripts.dialects                       openapi/layers.yaml into overlays/
    python -m scripts.dialects --check               are they what would be written?
    python -m scripts.dialects --document F --into DIR

The same document makes the same bytes, and nothing is edited afterwards. Exit code 0 when all is
well, 1 when `--check` finds a difference, 2 when the document cannot be read or said so.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.client.operations import UnfitError
from scripts.dialects import outdated, write

from layers_contract.document import DocumentError


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="dialects", description="Say the document's extensions in other generators' words."
    )
    parser.add_argument("--document", type=Path, default=Path("openapi/layers.yaml"))
    parser.add_argument("--into", type=Path, default=Path("overlays"))
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    return parser.parse_args()


def main() -> int:
    """What the command line asks for."""
    options = _options()
    try:
        if options.check:
            if problem := outdated(options.document, options.into):
                print(problem, file=sys.stderr)
            return 1 if problem else 0
        for path in write(options.document, options.into):
            print(f"{path} is written from {options.document}")
    except (DocumentError, UnfitError) as error:
        print(f"dialects: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"dialects: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
