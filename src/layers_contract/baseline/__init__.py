"""Known violations: accepted for a while, each with a reason, an owner and a last day.

`read` reads the file that people edit, `apply` takes what it accepts out of a run's violations, and
`update` writes entries for what a result shows. An entry names a promise and, unless it accepts
every cause, the cause as `layers_contract.judge.fingerprint` gives it.
"""

from __future__ import annotations

from layers_contract.baseline._apply import apply
from layers_contract.baseline._entries import FILL_IN, BaselineError, Entry
from layers_contract.baseline._file import read
from layers_contract.baseline._update import Update, pruned, update

__all__ = ["FILL_IN", "BaselineError", "Entry", "Update", "apply", "pruned", "read", "update"]
