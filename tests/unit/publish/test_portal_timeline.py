"""The rule for repeated calls as a picture, and what the pages say of time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.helpers.portals import raw

from layers_contract.publish.portal import facts, words
from layers_contract.publish.portal.errors import errors
from layers_contract.publish.portal.idempotency import Rule, rule
from layers_contract.publish.portal.timeline import narrow, sentence, wide, wrapped
from layers_contract.spec.document import Document


def ruled(document: dict[str, Any] | None = None) -> Rule:
    found = rule(Document(document or raw()))
    assert found
    return found


def test_moments() -> None:
    """First call, in flight, lost answer, replay, conflict, and once the window is over."""
    moments = ruled().moments
    assert [each.answer for each in moments] == [
        "202",
        "409 or same 202",
        "same 202",
        "same 202",
        "409",
        "202",
    ]
    assert [each.body for each in moments] == ["A", "A", "A", "A", "B", "A"]
    assert [each.after for each in moments].count(True) == 1


def test_facts_of_the_document() -> None:
    """Header, window, conflict and operations are the document's."""
    document = raw()
    document["x-idempotency"] |= {"window": "P2D", "header": "X-Once"}
    document["x-idempotency"]["conflict"] |= {"status": 422, "code": "KEY_REUSED"}
    found = ruled(document)
    assert (found.header, found.window, found.conflict) == ("X-Once", "2 days", "422 KEY_REUSED")
    assert found.operations == ("generateContent", "regenerateContent", "cloneContentFromPost")
    assert found.others == ("rejectContent",)
    assert "remembered for 2 days" in wide(found)
    assert "KEY_" in wide(found)


def test_optional_moments() -> None:
    """What the document does not say is not drawn."""
    document = raw()
    for part in ("in-flight", "invalid-request-keeps-key", "equal-bodies"):
        del document["x-idempotency"][part]
    found = ruled(document)
    assert len(found.moments) == 5
    assert found.facts == ()
    assert "in flight" not in wide(found) + narrow(found)


def test_no_rule() -> None:
    """A document without the rule has no picture of it."""
    document = raw()
    del document["x-idempotency"]
    assert rule(Document(document)) is None


@pytest.mark.parametrize("draws", [wide, narrow])
def test_picture(draws: Any) -> None:
    """Each moment's answer is in the picture, which has a name in words and no colours."""
    found = ruled()
    drawn = str(draws(found))
    for moment in found.moments:
        assert f">{moment.answer}</text>" in drawn
    assert 'role="img"' in drawn
    assert "same 202" in sentence(found)
    assert not re.search(r'\bid=|fill="|stroke="|style="(?!min-width)', drawn)


def test_narrow_fits_a_phone() -> None:
    """The narrow picture is no wider than a card on a phone."""
    width = re.search(r'width="(\d+)"', str(narrow(ruled())))
    assert width
    assert int(width[1]) <= 324


def test_wrapped() -> None:
    """Lines keep to their width, and a name in capitals may break after an underscore."""
    assert wrapped("IDEMPOTENCY_CONFLICT", 16) == ["IDEMPOTENCY_", "CONFLICT"]
    assert wrapped("Same key, other body", 14) == ["Same key,", "other body"]
    assert wrapped("unbreakable-and-long", 5) == ["unbreakable-and-long"]


@pytest.mark.parametrize(
    ("duration", "said"),
    [("PT24H", "24 hours"), ("PT1M", "1 minute"), ("PT2S", "2 s"), ("PT0.5S", "0.5 s")],
)
def test_durations(duration: str, said: str) -> None:
    """A duration is said in the largest unit that it is whole in."""
    assert words.lasting(duration) == said


def test_schedule() -> None:
    """The waits of a schedule grow up to the longest; who can ask for news alone comes first."""
    first, second = facts.polls(Document(raw()))
    assert first.operation.id == "getJob"
    assert first.waits == ("2", "2.6", "3.4", "4.4", "5.7", "7.4", "9.7", "10")
    assert second.validator is None


def test_pages_and_limits() -> None:
    """Page sizes, filters and tiers are the document's."""
    document = Document(raw())
    (listing,) = facts.lists(document)
    assert ("Page size", "`limit`: default 25, at most 200") in listing.facts
    limits = facts.limits(document)
    assert limits
    assert limits.tiers[0] == ("standard", (120, 60, 20))


def test_operations_keep_their_order() -> None:
    """Operations stand in the document's order below their tags, whatever their methods."""
    content, *_ = facts.groups(Document(raw()))
    assert [row.operation.id for row in content.rows][:2] == ["generateContent", "listContent"]
    assert ("starts", "may start a render") in content.rows[-1].badges


def test_errors_say_what_to_do() -> None:
    """Each code has its status, its meaning in the document's words, and what to do."""
    found = {each.code: each for each in errors(Document(raw()))}
    assert found["RATE_LIMITED"].todo == "Wait as long as Retry-After says, then send it again."
    assert found["IDEMPOTENCY_CONFLICT"].todo.endswith("with a fresh Idempotency-Key.")
    assert found["CONFLICT"].meaning == "The resource's state does not allow it."
    assert found["UNAUTHENTICATED"].todo == "Send a valid key in X-Api-Key."
