from __future__ import annotations

from typing import Literal, TypeAlias

from .._runtime.model import OpenEnum, reader


class CloneMode(OpenEnum):
    """`fork` stays close to the post, `reimagine` keeps its idea alone."""

    FORK = "fork"
    REIMAGINE = "reimagine"


read_clone_mode = reader(CloneMode)

CloneModeValue: TypeAlias = (
    CloneMode
    | Literal[
        "fork",
        "reimagine",
    ]
)
"""What may be given for one: the member, or its text."""
