"""Sending again what was sent: a violation is cut to the fewest requests that still show it."""

from layers_contract.replay.after_run import Attempt, reproduce_all
from layers_contract.replay.again import Again
from layers_contract.replay.patience import NoPatience, Patience
from layers_contract.replay.reproduce import Reproduction, reproduce
from layers_contract.replay.script import Ref, Step
from layers_contract.replay.send import over_http, simulated
from layers_contract.replay.write import CONFTEST, files

__all__ = [
    "CONFTEST",
    "Again",
    "Attempt",
    "NoPatience",
    "Patience",
    "Ref",
    "Reproduction",
    "Step",
    "files",
    "over_http",
    "reproduce",
    "reproduce_all",
    "simulated",
]
