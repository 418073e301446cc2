"""Every fault and variant there is: importing this module fills the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers_contract.mock import faults as _faults  # noqa: F401 - registers the faults
from layers_contract.mock import variants as _variants  # noqa: F401 - registers the variants
from layers_contract.mock.options import MockOptions
from layers_contract.mock.registry import FAULTS, VARIANTS, Fault, Variant, compose

__all__ = ["FAULTS", "VARIANTS", "Fault", "Variant", "compose", "needs"]


def needs(options: MockOptions) -> MockOptions:
    """*options* with what its faults and variants need to show, where left at its default."""
    wanted: dict[str, Any] = {}
    for catalogue, names in ((FAULTS, options.faults), (VARIANTS, options.variants)):
        for name in names:
            entry = catalogue.get(name)
            wanted |= _unset(options, entry.needs) if entry else {}
    return replace(options, **wanted)


def _unset(options: MockOptions, wanted: Mapping[str, Any]) -> dict[str, Any]:
    default = MockOptions()
    return {k: v for k, v in wanted.items() if getattr(options, k) == getattr(default, k)}
