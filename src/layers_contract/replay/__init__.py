"""Sending again what was sent: a violation is cut to the fewest requests that still show it."""

from layers_contract.replay.reproduce import Reproduction, reproduce
from layers_contract.replay.script import Ref, Step
from layers_contract.replay.send import over_http, simulated

__all__ = ["Ref", "Reproduction", "Step", "over_http", "reproduce", "simulated"]
