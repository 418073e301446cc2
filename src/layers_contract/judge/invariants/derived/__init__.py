"""Checks of the rules that a document's extensions state, for any resource of any document.

Each module has the checks of some kinds of rules; `openapi/extensions.md`, section Rules, says
what each rule means.
"""

from collections.abc import Mapping
from typing import Final

from layers_contract.judge.invariants.derived import (
    calls,
    fields,
    keys,
    pages,
    polls,
    scopes,
    settings,
    states,
    webhooks,
)
from layers_contract.judge.invariants.derived._base import ENTERED, RuleCheck
from layers_contract.judge.invariants.derived.states import seen_states, unasked
from layers_contract.spec.rules import Kind

__all__ = [
    "RULE_CHECKS",
    "RuleCheck",
    "calls",
    "fields",
    "keys",
    "pages",
    "polls",
    "scopes",
    "seen_states",
    "settings",
    "states",
    "unasked",
    "webhooks",
]

RULE_CHECKS: Final[Mapping[Kind, RuleCheck]] = ENTERED
"""The check of each kind of rule."""
