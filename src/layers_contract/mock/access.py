"""Who may do what, how often, and on what of theirs."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Final

from layers_contract.mock.clock import Clock
from layers_contract.mock.core import Core
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Call, Credential
from layers_contract.mock.options import LIMITED, OTHER, OWN, MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.spec.document import KeyScheme, Operation

__all__ = ["Access"]

_CREDENTIALS: Final = {credential.key: credential for credential in (OWN, OTHER, LIMITED)}

NOBODY: Final = Credential("", "", "")
"""Who calls without a key, where none is needed."""


class Access(Core):
    """Keys, rate limits, and what belongs to whom."""

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Vocabulary) -> None:
        super().__init__(options, clock, store, words)
        self._key_schemes = {
            each.id: self._schemes(each) for each in self.contract.operations.values()
        }
        self._spent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._classes = {name: self.words.rate_class(name) for name in self.contract.operations}
        self._budgets = self.words.budgets(self.options.rate_limit)

    def _schemes(self, operation: Operation) -> list[KeyScheme]:
        """How a call of *operation* can carry its key."""
        known = self.contract.document.key_schemes
        ways = self.contract.document.security(operation)
        return [known[name] for way in ways for name in way if name in known]

    def authenticate(self, call: Call) -> Credential:
        """Whose key the call carries."""
        credential = self.credential(self.key(call))
        if credential is None and not self.contract.document.is_public(call.operation):
            raise self.words.refuse("Unauthenticated")
        return credential or NOBODY

    def authorize(self, call: Call) -> None:
        """Refuse a key that lacks the scopes of the operation."""
        held = call.credential.scopes
        needed = self.contract.scopes(call.operation)
        if held is not None and needed and not any(each <= held for each in needed):
            raise self.words.refuse("Forbidden")

    def key(self, call: Call) -> str:
        """The key that the call carries; empty where it carries none."""
        for scheme in self._key_schemes[call.operation.id]:
            if key := scheme.key(call.headers.get(scheme.header.lower(), "")):
                return key
        return ""

    def credential(self, key: str) -> Credential | None:
        """The credential of that key."""
        return _CREDENTIALS.get(key)

    def limit(self, call: Call) -> None:
        """Count the call on its budget; refuse it where that is spent."""
        if self._budgets is None:
            return
        name = self._classes[call.operation.id]
        if name is None:
            return
        spent = self._spent[call.credential.key, name]
        now, window = self.clock.now(), self.words.rate_window
        while spent and spent[0] <= now - window:
            spent.popleft()
        if len(spent) >= self._budgets[name]:
            raise self.too_many(max(1, math.ceil(spent[0] + window - now)))
        spent.append(now)

    def too_many(self, wait: int) -> Refused:
        """The refusal of a call beyond its budget."""
        rule = self.words.rate_exceeded
        message = f"Too many calls. Try again in {wait} seconds."
        return Refused(rule["status"], rule["code"], message, headers={rule["header"]: str(wait)})

    def owns(self, credential: Credential, org: str) -> bool:
        """Whether what belongs to *org* is the credential's."""
        return credential.org == org
