"""Which behaviour serves a document: the tuned one where all of it fits, else the generic one.

The tuned behaviour serves a studio: projects whose containers are rendered by jobs, reviewed and
cloned. Whether a document is that of such a studio is not asked of names. It is rehearsed: each
operation is carried out once, and has to answer as the document says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.cache import CachedStore
from layers_contract.mock.claims import claims
from layers_contract.mock.clock import SIMULATED_EPOCH
from layers_contract.mock.errors import MockError
from layers_contract.mock.model import ABSENT, Answer, Call
from layers_contract.mock.options import OWN, MockOptions
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.mock.words import Words
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import pointer
from layers_contract.spec.files import DocumentFiles

__all__ = ["words_for", "words_of"]

Json = Any
RENDER: Final = 10.0
GATED: Final = """
    read_policy update_policy generate read_container read_progress read_job list_content WAIT
    read_container sign_asset approve regenerate WAIT reject clone cancel
"""
DISPOSABLE: Final = "generate WAIT read_container read_job list_content archive"
"""What is carried out in one project and in another; WAIT is a render's time."""


@lru_cache(maxsize=8)
def words_of(files: DocumentFiles) -> Vocabulary:
    """The words of a document, read once: `Words` where the tuned behaviour can serve it.

    Raises:
        DocumentError: There is no such document.
    """
    return words_for(Contract(files.load()))


def words_for(contract: Contract) -> Vocabulary:
    """The words of a contract; `Words` where the tuned behaviour can serve it."""
    try:
        if claims(contract).keys() == contract.operations.keys():
            words = Words(contract)
            Rehearsal(words).play()
            return words
    except Exception:  # noqa: BLE001, S110 - whatever goes wrong, the generic one serves it
        pass
    return Vocabulary(contract)


@dataclass
class _Clock:
    moment: float = SIMULATED_EPOCH

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self.moment += seconds


@dataclass
class Rehearsal:
    """Every operation, carried out once."""

    words: Words
    clock: _Clock = field(default_factory=_Clock)
    ids: dict[str, str] = field(default_factory=dict)

    def play(self) -> None:
        """Carry out each operation.

        Raises:
            MockError: One does not answer as the document says, or does not follow its rules.
        """
        options = MockOptions(seed=0, render=RENDER)
        self.behaviour = Behaviour(options, self.clock, CachedStore(), self.words)
        world = self.behaviour.world
        roles = {role: name for name, role in claims(self.words.contract).items()}
        self._check_lists()
        for project, script in ((world.gated, GATED), (world.disposable[0], DISPOSABLE)):
            self.ids.clear()
            for role in script.split():
                if role == "WAIT":
                    self.clock.moment += 2 * RENDER
                else:
                    self._carry_out(roles[role], project)

    def _check_lists(self) -> None:
        if any(page.ranges for page in self.words.contract.lists.values()):
            raise MockError("ranges")

    def _carry_out(self, name: str, project: str) -> None:
        operation = self.words.contract.operations[name]
        body = next(reversed(list(operation.body_examples.values())), ABSENT)
        answer = self._call(name, project, body)
        response = operation.response(answer.status)
        shown = _value(answer)
        if response is None or (
            response.schema and self.words.contract.document.problems(response.base, shown)
        ):
            raise MockError(f"{name} does not fit")
        for view in response.views:
            for found in view.find(shown):
                self._check(view.resource, found)

    def _call(self, name: str, project: str, body: Json) -> Answer:
        operation = self.words.contract.operations[name]
        ids = {p.name: self.ids.get(str(p.resource), project) for p in operation.path_parameters}
        call = Call(operation, ids, operation.url(**ids), "", {}, "http://mock.invalid", "req_1",
                    _nothing, _never, body=body, credential=OWN)  # fmt: skip
        self.behaviour.check_parameters(call)
        return self.behaviour.handler(call)(call)

    def _check(self, resource: Any, found: dict[str, Json]) -> None:
        """Note the ids of what is shown, and hold the fields that rules speak of against them."""
        kind = resource["type"]
        for name, at in resource.items():
            if name != "type":
                value = pointer(found, at)
                if not isinstance(value, str):
                    raise MockError(f"{at} is not there")
                self.ids[kind if name == "id" else name] = value
        self._check_fields(kind, found)

    def _check_fields(self, kind: str, found: dict[str, Json]) -> None:
        contract = self.words.contract
        for cycle in contract.resources[kind].lifecycles:
            state = pointer(found, cycle.field)
            if not all(rule.holds(found) for rule in cycle.fields if state in rule.states):
                raise MockError(f"a field of {kind} is not as its rule says")
        if kind == contract.type_of(contract.render):
            for page in contract.lists.values():
                if any(pointer(found, at) is None for at in page.filters.values()):
                    raise MockError(f"a field that {kind} is filtered by is not there")


def _value(answer: Answer) -> Json:
    import json  # noqa: PLC0415 - a validated answer is encoded already

    return json.loads(answer.body) if isinstance(answer.body, bytes) else answer.body


async def _nothing() -> bytes:
    return b""


async def _never() -> bool:
    return False
