"""The mock of any document: rows, lifecycles and pages as its extensions say.

Nothing here knows an operation, a schema or a field by its name.
"""

from __future__ import annotations

from layers_contract.mock.generic.engine import Engine, samples, world

__all__ = ["Engine", "samples", "world"]
