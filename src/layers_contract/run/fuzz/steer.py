"""What becomes of a generated case between its making and its sending.

Hooks are of no use here: those of a component are not run in the examples and coverage phases,
and `before_call`, which only exists globally, not for the requests that checks send. A transport
sees every case, and belongs to one schema.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import quote, unquote

from schemathesis import Case, Response
from schemathesis.core.mutations import render_mutations
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CaseMetadata
from schemathesis.transport.requests import REQUESTS_TRANSPORT, RequestsTransport

from layers_contract.history.exchanges import Exchange
from layers_contract.run.fuzz.plan import Plan, one_line
from layers_contract.run.fuzz.prune import prune
from layers_contract.run.fuzz.wire import Shipment, Wire

__all__ = ["Transport", "intent"]

_KEY: Final = "idempotency-key"
_LONGEST_KEY: Final = 255


class Transport(RequestsTransport):
    """Sends cases through a `Wire`, with ids that exist and keys that are new."""

    def __init__(self, plan: Plan, wire: Wire, operations: dict[str, str]) -> None:
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self.plan = plan
        self.wire = wire
        self.answered: dict[str, Exchange] = {}
        self.phase = ""
        self.linked: frozenset[str] = frozenset()
        self._operations = operations
        self._probing = False
        self._keys = 0

    def begin(self, phase: str) -> None:
        """What is sent from now on belongs to *phase*."""
        self.phase, self.linked = phase, frozenset()

    @property
    def unanswered(self) -> int:
        """How many requests were given up or had no answer so far."""
        return self.wire.ledger.unanswered

    @contextlib.contextmanager
    def probing(self) -> Iterator[None]:
        """While a check sends requests of its own: they are to resemble the one it judges."""
        self._probing = True
        try:
            yield
        finally:
            self._probing = False

    def send(self, case: Case[Any], **kwargs: Any) -> Response:
        """Steer *case*, send it and remember its exchange."""
        kwargs["session"] = self.wire
        operation = self._operations[case.operation.label]
        if not self._probing:
            self._settle(case, operation)
        self.wire.shipment = shipment = self._shipment(case, operation)
        try:
            response = super().send(case, **kwargs)
        finally:
            self.wire.shipment = None
        if shipment.answered and shipment.exchange is not None:
            self.answered[case.id] = shipment.exchange
        return response

    def _settle(self, case: Case[Any], operation: str) -> None:
        ids = self.plan.ids(operation) or {}
        for name in _replaceable(case, self.linked) & set(ids):
            case.path_parameters[name] = quote(ids[name], safe="")
        _tidy_body(case, partial(self.plan.mark, operation))
        key = _key_header(case)
        if key is not None:
            case.headers[key] = self._new_key(str(case.headers[key]))

    def _new_key(self, generated: str) -> str:
        self._keys += 1
        prefix = f"{self.plan.run_id}-{self._keys}-"
        # A key of the greatest length must stay one.
        rest = generated if len(prefix + generated) <= _LONGEST_KEY else generated[len(prefix) :]
        return prefix + rest

    def _shipment(self, case: Case[Any], operation: str) -> Shipment:
        return Shipment(
            operation=operation,
            documented=case.method.lower() == case.operation.method.lower(),
            phase=self.phase,
            path_params={n: unquote(str(v)) for n, v in (case.path_parameters or {}).items()},
            intent=self.plan.redact(intent(case.meta)),
        )


def _replaceable(case: Case[Any], linked: frozenset[str]) -> set[str]:
    """The path parameters whose values Schemathesis made up without meaning to break them."""
    names = set(case.path_parameters or ()) - linked
    meta = case.meta
    if meta is None or not meta.is_negative_at(ParameterLocation.PATH):
        return names
    broken = _broken(meta)
    return names - broken if broken else set()


def _tidy_body(case: Case[Any], mark: Callable[[Any], Any]) -> None:
    """A valid body has no unknown members, and the mark of this run."""
    meta = case.meta
    if case.media_type is None or meta is None or meta.is_negative_at(ParameterLocation.BODY):
        return
    body = case.operation.get_body_for_media_type(case.media_type)
    if body is not None:
        whole = meta.generation.mode.is_positive
        case.body = mark(prune(case.body, body.raw_schema) if whole else case.body)


def _broken(meta: CaseMetadata) -> set[str]:
    data = meta.phase.data
    broken = {m.parameter for m in data.mutations if m.parameter_location == ParameterLocation.PATH}
    if data.parameter_location == ParameterLocation.PATH:
        broken.add(data.parameter)
    return set() if None in broken else {name for name in broken if name}


def _key_header(case: Case[Any]) -> str | None:
    """The name of a valid idempotency key in *case*, if it has one."""
    meta = case.meta
    if meta is None or meta.is_negative_at(ParameterLocation.HEADER):
        return None
    names = (p.name for p in case.operation.headers if p.name.lower() == _KEY)
    return next((name for name in names if name in (case.headers or {})), None)


def intent(meta: CaseMetadata | None) -> str:
    """`positive`, or `negative: <component>: <description>` as far as Schemathesis tells."""
    if meta is None:
        return ""
    if meta.generation.mode.is_positive:
        return "positive"
    data = meta.phase.data
    places = [location.value for location in meta.components if meta.is_negative_at(location)]
    if data.parameter_location is not None:
        places = [data.parameter_location.value]
    text = data.description or "; ".join(render_mutations(data.mutations))
    name = f" `{data.parameter}`" if data.parameter else ""
    return one_line(f"negative: {'+'.join(places) or 'request'}{name}: {text}")
