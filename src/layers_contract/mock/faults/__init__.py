"""The faults: each one a small class that breaks one promise, the way a real team would.

They stand in modules by what they touch. To add one: subclass `Behaviour`, override one method, and
enter it with `@fault(name, breaks=<promise id>, sentence=<what a user would see>)`. Options that it
needs to show (a latency for a race) are named there too.
"""

from __future__ import annotations

from layers_contract.mock.faults import (
    apart,
    approvals,
    asked,
    containers,
    errors,
    idempotency,
    jobs,
    lifecycle,
    lists,
    narrow,
    projects,
    races,
    schema,
    starting,
    tenancy,
)

__all__ = [
    "apart",
    "approvals",
    "asked",
    "containers",
    "errors",
    "idempotency",
    "jobs",
    "lifecycle",
    "lists",
    "narrow",
    "projects",
    "races",
    "schema",
    "starting",
    "tenancy",
]
