"""Sending again what was sent: a violation is cut to the fewest requests that still show it."""

from layers_contract.replay.after_run import reproduce_all
from layers_contract.replay.again import again
from layers_contract.replay.reproduce import Reproduction, reproduce
from layers_contract.replay.script import Ref, Step
from layers_contract.replay.send import over_http, simulated
from layers_contract.replay.write import files

__all__ = [
    "Ref",
    "Reproduction",
    "Step",
    "again",
    "files",
    "over_http",
    "reproduce",
    "reproduce_all",
    "simulated",
]
