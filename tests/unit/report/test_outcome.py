"""What all reports share; and the small run, made by hand, that their tests report on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.helpers.outcomes import HOSTILE, exchange, usual

from layers_contract.judge.invariants import Violation
from layers_contract.report import _text as text


def test_a_run_is_told_in_one_line() -> None:
    """The summary counts verdicts, requests and renders, and gives the time."""
    assert text.summary(usual()) == (
        "violated 2 · held 3 · not judged 1 · 4 requests · 23 renders · 18.4 s"
    )


def test_an_interrupted_run_says_so() -> None:
    """The summary of an interrupted run ends with that word."""
    assert text.summary(replace(usual(), interrupted=True)).endswith("18.4 s · interrupted")


def test_unprintable_characters_are_shown_as_escapes() -> None:
    """No control, bidirectional or lone surrogate character is left in cleaned text."""
    shown = text.clean(HOSTILE + "\ud800")
    assert shown.isprintable()
    assert "\\x1b[31m" in shown
    assert "\\u202e" in shown


@pytest.mark.parametrize("length", [0, 9, 10, 11, 5000])
def test_cleaned_text_is_never_longer_than_asked(length: int) -> None:
    """The limit counts the characters that are shown, escapes included."""
    assert len(text.clean("\x1b" * length, 10)) <= 10
    assert len(text.clean("x" * length, 10)) == min(length, 10)


def test_the_smallest_violations_come_first() -> None:
    """A violation of fewer exchanges is shown before one of more, at most three in all."""
    many = Violation("many", (exchange(), exchange()))
    few = Violation("few", (exchange(),))
    short = Violation("short", (exchange(body=b""),))
    assert [v.message for v in text.smallest([many, few, many, short])] == ["short", "few", "many"]


def test_credentials_among_headers_are_redacted() -> None:
    """The key's header and those of other credentials show no value, whatever their case."""
    kept = text.public({"X-API-KEY": "k", "Cookie": "c", "accept": "*/*"}, "X-Api-Key")
    assert kept == {"X-API-KEY": "[redacted]", "Cookie": "[redacted]", "accept": "*/*"}
