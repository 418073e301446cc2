"""One key, one call."""

from layers_contract.judge.invariants.idempotency import repeats, scope, timing

__all__ = ["repeats", "scope", "timing"]
