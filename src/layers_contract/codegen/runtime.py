"""The client's hand-written runtime, for whoever needs its constants."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Final

from layers_contract.spec.shipped import shipped

_NAME: Final = "_layers_contract_client_runtime"


def module(name: str) -> ModuleType:
    """The runtime's module of that name, such as `retry`."""
    if _NAME not in sys.modules:
        start = shipped("overlays/client/runtime") / "__init__.py"
        spec = spec_from_file_location(_NAME, start, submodule_search_locations=[str(start.parent)])
        if spec is None or spec.loader is None:
            raise ImportError(start)
        sys.modules[_NAME] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[_NAME])
    return import_module(f"{_NAME}.{name}")
