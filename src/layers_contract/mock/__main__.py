"""`python -m layers_contract.mock`: serve the mock."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from layers_contract.mock.catalogue import FAULTS, VARIANTS
from layers_contract.mock.errors import MockError
from layers_contract.mock.options import MockOptions
from layers_contract.mock.server import serve


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        sys.stderr.write(f"mock: {message}\n")
        sys.exit(2)


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65_535:
        raise ValueError
    return value


_port.__name__ = "port"


def _parser() -> argparse.ArgumentParser:
    default = MockOptions()
    parser = _Parser(prog="layers_contract.mock", description="Serve the stateful mock.")
    add = parser.add_argument
    add("--host", default=default.host)
    add("--port", type=_port, default=default.port, help="0 takes a free one")
    add("--target-out", type=Path, metavar="FILE", help="write a target file that fits")
    add("--render", type=float, default=default.render, metavar="SECONDS")
    add("--jitter", type=float, default=default.jitter, metavar="SHARE")
    add("--db", default=default.db, metavar="FILE", help="keep what happens in this file")
    add("--fault", dest="faults", action="append", default=[], metavar="NAME")
    add("--variant", dest="variants", action="append", default=[], metavar="NAME")
    add("--latency", type=float, default=default.latency, metavar="SECONDS",
        help="how long a call that starts a render takes")  # fmt: skip
    add("--wait-in-flight", action="store_true",
        help="let a duplicate of a call in flight wait and replay")  # fmt: skip
    add("--cancel-delay", type=float, default=default.cancel_delay, metavar="SECONDS")
    add("--window", type=float, metavar="SECONDS", help="how long a key is remembered")
    add("--rate-limit", metavar="TIER", help="a tier of the document, or calls a minute")
    add("--seed", type=int)
    add("--list", action="store_true", help="print the faults and variants")
    return parser


def _print_catalogue() -> None:
    for fault in FAULTS.values():
        sys.stdout.write(f"fault  {fault.name:34} {fault.breaks:34} {fault.sentence}\n")
    for variant in VARIANTS.values():
        sys.stdout.write(f"variant  {variant.name:34} {variant.sentence}\n")


def main() -> None:
    """Serve the mock as the command line says; exit 2 where it cannot."""
    given = vars(_parser().parse_args())
    if given.pop("list"):
        _print_catalogue()
        return
    target_out = given.pop("target_out")
    given["faults"], given["variants"] = tuple(given["faults"]), tuple(given["variants"])
    try:
        serve(MockOptions(**given), target_out)
    except MockError as error:
        sys.stderr.write(f"mock: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
