"""The variants: servers that differ from the plain mock and keep every promise all the same.

Each is a choice that the contract leaves open. A check that finds a fault in one is wrong. They are
entered like faults, with `@variant(name, sentence=<what a user would see>)`.
"""

from __future__ import annotations

from layers_contract.mock.variants import answers, keys, reviews, timing

__all__ = ["answers", "keys", "reviews", "timing"]
