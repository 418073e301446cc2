"""The behaviour as a whole: from a call to its answer."""

from __future__ import annotations

from layers_contract.mock.claims import claims
from layers_contract.mock.clock import Clock
from layers_contract.mock.errors import MockError
from layers_contract.mock.idempotency import Handler
from layers_contract.mock.media import Media
from layers_contract.mock.model import Call
from layers_contract.mock.options import MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.words import Words

__all__ = ["Behaviour"]


class Behaviour(Media):
    """Keeps every promise of the document.

    Faults and variants subclass this and override the one method that they are about. An override
    takes part in a line of others, so it calls `super()`.
    """

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Words) -> None:
        super().__init__(options, clock, store, words)
        roles = claims(self.contract)
        missing = [name for name in self.contract.operations if name not in roles]
        if missing:
            raise MockError(f"the mock has no handler for {', '.join(missing)}")
        self._handlers: dict[str, Handler] = {
            name: getattr(self, method) for name, method in roles.items()
        }

    def handler(self, call: Call) -> Handler:
        """The method that carries out the call's operation."""
        return self._handlers[call.operation.id]
