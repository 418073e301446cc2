"""The catalogue: for every observable promise of the document a pure function that judges it."""

from typing import Final

from layers_contract.invariants import (
    allowed,
    apart,
    approval,
    asked,
    assets,
    auth,
    cancel,
    idempotency,
    jobs,
    keys,
    lifecycle,
    listing,
    races,
    renewal,
    said,
    schema,
    strangers,
)
from layers_contract.invariants._base import ENTERED, HELD, Check, Invariant, Occasion, Violation

__all__ = ["CATALOGUE", "HELD", "Check", "Invariant", "Occasion", "Violation"]

ORDER: Final = [
    each.__name__
    for each in (
        approval,
        lifecycle,
        idempotency,
        keys,
        apart,
        asked,
        allowed,
        said,
        assets,
        auth,
        strangers,
        cancel,
        jobs,
        listing,
        races,
        renewal,
        schema,
    )
]
CATALOGUE: Final = {
    each.id: each
    for each in sorted(ENTERED.values(), key=lambda each: ORDER.index(each.check.__module__))
}
"""Every invariant, by the id of its promise, in the order in which reports name them."""
