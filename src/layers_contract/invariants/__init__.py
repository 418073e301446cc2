"""The catalogue: for every observable promise of the document a pure function that judges it."""

from layers_contract.invariants import (
    apart,
    approval,
    asked,
    assets,
    auth,
    cancel,
    idempotency,
    jobs,
    lifecycle,
    listing,
    races,
    renewal,
    schema,
)
from layers_contract.invariants._base import CATALOGUE, HELD, Check, Invariant, Occasion, Violation

__all__ = [
    "CATALOGUE",
    "HELD",
    "Check",
    "Invariant",
    "Occasion",
    "Violation",
    "apart",
    "approval",
    "asked",
    "assets",
    "auth",
    "cancel",
    "idempotency",
    "jobs",
    "lifecycle",
    "listing",
    "races",
    "renewal",
    "schema",
]
