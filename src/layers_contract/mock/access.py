"""Who may do what, how often, and on what of theirs."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Final

from layers_contract.mock.clock import Clock
from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Call, Container, Credential, Project, Render
from layers_contract.mock.options import OTHER, OWN, MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.views import Views
from layers_contract.mock.words import Words

__all__ = ["Access"]

_CREDENTIALS: Final = {credential.key: credential for credential in (OWN, OTHER)}


class Access(Views):
    """Keys, rate limits, and what belongs to whom."""

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Words) -> None:
        super().__init__(options, clock, store, words)
        self._key_scheme = self.contract.document.key_scheme
        self._spent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._classes = {name: self.words.rate_class(name) for name in self.contract.operations}
        self._budgets = self.words.budgets(self.options.rate_limit)

    def authenticate(self, call: Call) -> Credential:
        """Whose key the call carries."""
        credential = self.credential(self.key(call))
        if credential is None:
            raise self.words.refuse("Unauthenticated")
        return credential

    def key(self, call: Call) -> str:
        """The key that the call carries; empty where it carries none."""
        return self._key_scheme.key(call.headers.get(self._key_scheme.header.lower(), ""))

    def credential(self, key: str) -> Credential | None:
        """The credential of that key."""
        return _CREDENTIALS.get(key)

    def limit(self, call: Call) -> None:
        """Count the call on its budget; refuse it where that is spent."""
        if self._budgets is None:
            return
        name = self._classes[call.operation.id]
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

    def owned_project(self, call: Call) -> Project:
        """The project that the path names, if it is the caller's."""
        project = self.store.project(call.ids["projectId"])
        if project is None or not self.owns(call.credential, project.org):
            raise self.words.refuse("NotFound")
        return project

    def owned_container(self, call: Call) -> tuple[Container, Render]:
        """The container that the path names with its newest render, if it is the caller's."""
        found = self.store.container(call.ids["containerId"])
        if found is None or not self.owns(call.credential, found[0].org):
            raise self.words.refuse("NotFound")
        return found

    def owned_render(self, call: Call) -> Render:
        """The render whose job the path names, if it is the caller's."""
        render = self.store.render(call.ids["jobId"])
        if render is None or not self.owns(call.credential, render.org):
            raise self.words.refuse("NotFound")
        return render
