"""A whole run: the server is greeted, asked, looked at once more, and judged."""

from layers_contract.run._api import expectations, in_simulation, run, simulate
from layers_contract.run._fuzzing import FUZZ
from layers_contract.run._greeting import Unjudgeable
from layers_contract.run._listener import Listener
from layers_contract.run._play import connection
from layers_contract.run._profiles import PROFILES
from layers_contract.run._rehearsal import Forecast, forecast
from layers_contract.run._signals import finishing
from layers_contract.run._stage import ticking
from layers_contract.run._wire import Wire

__all__ = [
    "FUZZ",
    "PROFILES",
    "Forecast",
    "Listener",
    "Unjudgeable",
    "Wire",
    "connection",
    "expectations",
    "finishing",
    "forecast",
    "in_simulation",
    "run",
    "simulate",
    "ticking",
]
