"""A home for what Hypothesis keeps on disk: not the working directory, and gone afterwards."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Final

from hypothesis import configuration

__all__ = ["hypothesis_home"]

_HOME: Final = "__hypothesis_home_directory"


@contextlib.contextmanager
def hypothesis_home() -> Iterator[None]:
    """Give Hypothesis a folder of its own, for this process and as long as the context lasts."""
    before = getattr(configuration, _HOME)
    # A run that is given up still writes there while the interpreter ends and clears it away.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        configuration.set_hypothesis_home_dir(home)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
