"""One run: stories and Schemathesis side by side against a target, then the judging."""

from layers_contract.run._api import expectations, run, simulate
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._listener import Listener
from layers_contract.run._play import Unjudgeable
from layers_contract.run._profiles import PROFILES

__all__ = ["FUZZ", "PROFILES", "Listener", "Unjudgeable", "expectations", "run", "simulate"]
