"""Keys that are not honoured, or are honoured too eagerly."""

from layers_contract.mock.faults.idempotency import repeats, scope, timing

__all__ = ["repeats", "scope", "timing"]
