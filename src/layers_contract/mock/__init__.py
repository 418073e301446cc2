"""The stateful mock: keeps every promise of the document, and breaks a chosen one on request.

    with background(MockOptions(render=0.5)) as (url, target): ...   # a server in a thread
    serve(MockOptions(port=8080))                                    # a server until told to stop
    app(MockOptions(), TrioClock())                                  # an ASGI app in-process

`FAULTS` is the catalogue of what it can break, `VARIANTS` of how it can differ within the contract.
A document that the tuned behaviour does not fit is served generically; `faults_of(words_of(files))`
are the faults of whatever serves it.
"""

from __future__ import annotations

from layers_contract.mock.application import Application
from layers_contract.mock.catalogue import FAULTS, VARIANTS, Fault, Variant, faults_of, variants_of
from layers_contract.mock.choice import words_of
from layers_contract.mock.clock import Clock, TrioClock, WallClock
from layers_contract.mock.errors import MockError
from layers_contract.mock.options import FAILING_HOOK, OTHER, OWN, MockOptions, World
from layers_contract.mock.server import app, background, serve
from layers_contract.mock.target import target, to_toml

__all__ = [
    "FAILING_HOOK",
    "FAULTS",
    "OTHER",
    "OWN",
    "VARIANTS",
    "Application",
    "Clock",
    "Fault",
    "MockError",
    "MockOptions",
    "TrioClock",
    "Variant",
    "WallClock",
    "World",
    "app",
    "background",
    "faults_of",
    "serve",
    "target",
    "to_toml",
    "variants_of",
    "words_of",
]
