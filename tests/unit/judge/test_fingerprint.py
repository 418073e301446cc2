"""The way in which a promise is broken: the same text in every run."""

from __future__ import annotations

import pytest
from tests.helpers.outcomes import exchange, read

from layers_contract.judge.fingerprint import cause_of, cause_of_text, digest
from layers_contract.judge.invariants import Violation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("job job_01KPG7M9 is running", "job job_99XX is running"),
        ("progress went back from 0.36 to 0.22", "progress went back from 0.9 to 0.1"),
        (
            "updatedAt went back to 2026-01-01T00:00:00Z",
            "updatedAt went back to 2027-05-05T01:02:03Z",
        ),
        ("a page of at most 25 holds 26", "a page of at most 100 holds 200"),
        ('body/items/0/x: "a b" is not of type', 'body/items/17/x: "c d" is not of type'),
        ('{"a": 1} is not of type "array"', '{"b": {"c": [2]}} is not of type "array"'),
        ("GET /v1/projects/254a4ce1/content failed", "GET /v1/projects/99aa/content failed"),
    ],
)
def test_what_is_a_runs_own_is_left_out(one: str, other: str) -> None:
    """Ids, numbers, times, quoted values and places in a list make no other cause."""
    assert cause_of_text(one) == cause_of_text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("container cnt_1: completed, then queued", "container cnt_1: failed, then queued"),
        ("generateContent started job job_1", "regenerateContent started job job_1"),
        ('"lastError" is a required property', '"brief" is a required property'),
        ("GET /v1/jobs/job_1 failed", "GET /v1/content/cnt_1 failed"),
    ],
)
def test_another_way_is_another_cause(one: str, other: str) -> None:
    """States, operations, fields and paths stay."""
    assert cause_of_text(one) != cause_of_text(other)


def test_another_status_is_another_cause() -> None:
    """A number that is the status of a response stays; one that is not is left out."""
    first = Violation("it answered 500", (exchange(status=500),))
    other = Violation("it answered 404", (exchange(status=404),))
    assert cause_of(first) == "it answered 500"
    assert cause_of(other) == "it answered 404"
    assert cause_of(Violation("it answered 500", (exchange(status=200),))) == "it answered #"


def test_a_count_that_looks_like_a_status_is_left_out() -> None:
    """A page of 200 items is no answer of 200."""
    assert cause_of(Violation("a page holds 200", (read(0.0),))) == "a page holds #"


def test_an_id_without_a_digit_is_known_from_the_path() -> None:
    """What stands in a path's place for an id is an id."""
    look = read(0.0, path_params={"containerId": "cnt_abc"})
    assert cause_of(Violation("container cnt_abc is gone", (look,))) == "container # is gone"


def test_a_server_cannot_make_it_long_or_unprintable() -> None:
    """A cause is one printable line of 200 characters at most."""
    shown = cause_of_text("\x1b[31m\n" + '"' * 9000 + "{" * 9000)
    assert shown.isprintable()
    assert len(shown) <= 200


def test_a_digest_is_of_the_promise_and_the_cause() -> None:
    """The same cause of another promise has another digest."""
    assert digest("a.b", "c") == digest("a.b", "c") != digest("a.c", "c")
