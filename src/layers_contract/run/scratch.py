"""A home for what Hypothesis keeps on disk: not the working directory, and gone afterwards.

What it would keep from run to run is found out anew in each, so that has to be cheap: what UTF-8
can encode is written down here, and constants in our own source are not looked for.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator
from typing import Final

from hypothesis import configuration
from hypothesis.internal.charmap import charmap_file
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.internal.constants_ast import Constants

__all__ = ["hypothesis_home"]

_HOME: Final = "__hypothesis_home_directory"
_LOCAL: Final = "_local_constants"
_UTF8: Final = [[[0, 0xD7FF], [0xE000, sys.maxunicode]], []]
"""What UTF-8 can encode, all but surrogates, and what of that it does not give back."""


@contextlib.contextmanager
def hypothesis_home() -> Iterator[None]:
    """Give Hypothesis a folder of its own, for this process and as long as the context lasts."""
    before, local = getattr(configuration, _HOME), vars(HypothesisProvider).get(_LOCAL)
    # A run that is given up still writes there while the interpreter ends and clears it away.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        configuration.set_hypothesis_home_dir(home)
        setattr(HypothesisProvider, _LOCAL, Constants())
        _write_table()
        try:
            yield
        finally:
            setattr(HypothesisProvider, _LOCAL, local)
            configuration.set_hypothesis_home_dir(before)


def _write_table() -> None:
    """Save a second in each process: the table is made by trying each character."""
    file = charmap_file("codec-v2-utf-8")
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress(json.dumps(_UTF8).encode(), mtime=1))
