"""Write `dist/partner/`: what partners receive, from the document and the overlays.

    python -m scripts.publish                    openapi/layers.yaml into dist/partner/
    python -m scripts.publish --record           … and keep it as the version that partners have
    python -m scripts.publish --document F --into DIR --published DIR

Needs no network, and makes the same bytes of the same files. Where something is wrong nothing is
written, and an earlier bundle stays as it is. Exit code 0; 1 when the document, or a change of it,
must not be published as it is; 2 when a file or a tool is missing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from scripts.problems import PublishError
from scripts.publish.bundle import Places, publish

from layers_contract.document import DocumentError


def _options() -> argparse.Namespace:
    usual = Places()
    parser = argparse.ArgumentParser(
        prog="publish", description="Write what partners receive from the document."
    )
    parser.add_argument("--document", type=Path, default=usual.document)
    parser.add_argument("--published", type=Path, default=usual.published)
    parser.add_argument("--into", type=Path, default=usual.into)
    parser.add_argument(
        "--record",
        nargs="?",
        type=dt.date.fromisoformat,
        const=dt.datetime.now(tz=dt.UTC).date(),
        metavar="DATE",
        help="keep the version as published on that day, today unless told",
    )
    return parser.parse_args()


def main() -> int:
    """What the command line asks for."""
    options = _options()
    places = Places(options.document, options.published, options.into)
    try:
        publish(places, record=options.record and options.record.isoformat())
    except PublishError as error:
        print(f"publish: {error}", file=sys.stderr)
        return error.exit_code
    except DocumentError as error:
        print(f"publish: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
