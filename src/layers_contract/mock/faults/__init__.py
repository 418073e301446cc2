"""The faults: each one a small class that breaks one promise, the way a real team would.

They stand in the module, or the package, that the group of their promise names. To add one:
subclass `Behaviour`, override one method, and enter it with
`@fault(name, breaks=<promise id>, sentence=<what a user would see>)`. Options that it needs to
show (a latency for a race) are named there too.
"""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
