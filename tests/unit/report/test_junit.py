"""A run as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.helpers.outcomes import HOSTILE, usual

from layers_contract.report import to_junit


def suite(server_says: str = "m") -> ET.Element:
    """The suite that the usual run is told as."""
    found = ET.fromstring(to_junit(usual(server_says))).find("testsuite")  # noqa: S314 - our own
    assert found is not None
    return found


def test_every_invariant_is_a_test_case() -> None:
    """Cases are named by id and classed by group."""
    cases = [(each.get("classname"), each.get("name")) for each in suite().iter("testcase")]
    assert ("idempotency", "idempotency.replay") in cases
    assert len(cases) == 6


def test_the_numbers_are_those_of_the_cases() -> None:
    """Tests, failures and skipped are as many as there are elements."""
    told = suite()
    assert told.get("tests") == str(len(list(told.iter("testcase"))))
    assert told.get("failures") == str(len(list(told.iter("failure")))) == "2"
    assert told.get("skipped") == str(len(list(told.iter("skipped")))) == "1"


def test_a_failure_tells_how_to_repeat_it() -> None:
    """A failure's message is the violation's, its text holds the script."""
    failure = next(suite().iter("failure"))
    assert failure.get("message") == "m"
    assert "#!/bin/sh" in (failure.text or "")


def test_what_was_not_judged_says_why() -> None:
    """A skipped case gives the reason."""
    assert next(suite().iter("skipped")).get("message") == "it needs time"


def test_it_is_xml_whatever_the_server_says() -> None:
    """Control characters, surrogates and markup leave the file readable."""
    failure = next(suite(HOSTILE + "\ufffe").iter("failure"))
    assert "<script>" in (failure.get("message") or "")
