"""What a key must be allowed to do is compared operation by operation."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gate.seeds.seed import JOB, READ, put
from tests.helpers.seeding import document

from layers_contract.diff import openapi, redocly, scopes
from layers_contract.diff.extensions.pair import Pair
from layers_contract.diff.model import Change
from layers_contract.diff.places import Atlas

Json = Any

SCOPED = [{"ApiKey": ["content:read"]}]


def changes(old: Json, new: Json) -> list[Change]:
    return list(scopes.changes(Pair(Atlas(old), Atlas(new))))


def test_a_scope_more_is_breaking_for_the_operations_that_ask_for_it() -> None:
    """One change names all of them and the scope."""
    new = document(put(f"{READ}/security", SCOPED), put(f"{JOB}/security", SCOPED))
    (change,) = changes(document(), new)
    assert (change.rating, change.rule) == ("breaking", "scope-added")
    assert set(change.operations) == {"getContent", "getJob"}
    assert "`content:read`" in change.what
    assert "`content:read`" in change.todo


def test_a_scope_less_is_an_addition() -> None:
    """A key with fewer rights may call now."""
    (change,) = changes(document(put(f"{READ}/security", SCOPED)), document())
    assert (change.rating, change.rule, change.asks) == ("addition", "scope-removed", False)


def test_scopes_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redocly does not see them, and what nothing rates is not told of them."""
    monkeypatch.setattr(redocly, "differences", lambda *_: pytest.fail("asked"))
    told = openapi.between(document(), document(put(f"{READ}/security", SCOPED)))
    assert [each.rule for each in told] == ["scope-added"]
