"""Traffic that somebody recorded, as a history.

A recording knows less than a run of ours, so what it leaves open is read the careful way: what was
not recorded is not empty, who cannot be told apart is not accused, and one odd entry is left out.
"""

from layers_contract.recordings._entry import RecordingError
from layers_contract.recordings._read import Recording, read
from layers_contract.recordings._webhooks import read_webhooks
from layers_contract.recordings._who import Names, identity, name_callers, names_of

__all__ = [
    "Names",
    "Recording",
    "RecordingError",
    "identity",
    "name_callers",
    "names_of",
    "read",
    "read_webhooks",
]
