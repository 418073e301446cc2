"""Exchanges and the history that keeps them, in memory and on disk."""

from __future__ import annotations

import json
import threading
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, strategies
from tests.helpers.histories import Tape

from layers_contract.history.exchanges import (
    NOT_JSON,
    Exchange,
    Finding,
    History,
    from_record,
    to_record,
)

_SCALARS = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(strategies.characters(exclude_categories=()))
)


def _nested(inner: strategies.SearchStrategy[object]) -> strategies.SearchStrategy[object]:
    return strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner)


FULL = Exchange(
    "POST",
    "/v1/x",
    1.5,
    2.5,
    202,
    query=(("a", "1"), ("a", "2")),
    request_headers={"idempotency-key": "k"},
    request_body=b"\xff\x00",
    headers={"etag": '"1"'},
    body='{"hook": "夜はあなたのもの 🌙"}'.encode(),
    operation="generateContent",
    path_params={"projectId": "p"},
    credential="other",
    actor="replays",
    intent="positive",
    findings=(Finding("check", "message", "assumed"),),
    checks=("one", "two"),
)
LOST = Exchange("GET", "/v1/y", 1.0, failure="ReadTimeout")


def test_a_history_numbers_its_exchanges() -> None:
    """An exchange's number is its place in the history."""
    history = History([Exchange("GET", "/", 2.0), Exchange("GET", "/", 1.0)])
    assert [each.number for each in history] == [0, 1]
    assert history[1].sent == 1.0
    assert len(history) == 2


def test_threads_may_add_at_once() -> None:
    """No exchange is lost, and no number given twice, when several threads add."""
    history = History()

    def work() -> None:
        for _ in range(500):
            history.add(Exchange("GET", "/", 0.0))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each.number for each in history) == list(range(2000))


@pytest.mark.parametrize("exchange", [FULL, LOST], ids=["full", "lost"])
def test_an_exchange_survives_its_record(exchange: Exchange) -> None:
    """An exchange is the same after a way through JSON, bytes and all."""
    assert from_record(json.loads(json.dumps(to_record(exchange)))) == exchange


def test_a_history_survives_a_file(tmp_path: Path) -> None:
    """What is written is read back, one exchange a line."""
    tape = Tape()
    tape.again(tape.generate({"hook": "🌙\u2028"}, key="k"), lost=True)
    tape.exchanges += [FULL, LOST]
    file = tmp_path / "history.jsonl"
    tape.history.write(file)
    assert list(History.read(file)) == list(tape.history)
    assert file.read_bytes().count(b"\n") == 4


def test_a_judged_history_is_written_like_a_fresh_one(tmp_path: Path) -> None:
    """What was parsed for judging is not written."""
    tape = Tape()
    tape.read(tape.generate())
    tape.verdicts()
    file = tmp_path / "history.jsonl"
    tape.history.write(file)
    assert "_json" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["{", "[]", "7", "{}", '{"method": "GET"}', '{"news": 1}'])
def test_a_line_that_is_no_exchange_is_named(tmp_path: Path, line: str) -> None:
    """The message says which line of which file is wrong, in one line."""
    file = tmp_path / "history.jsonl"
    file.write_text(json.dumps(to_record(LOST)) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not an exchange") as caught:
        History.read(file)
    assert str(caught.value).startswith(f"{file}:2: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_says_so(body: bytes) -> None:
    """Bodies of all kinds are read without a fuss; what is no JSON is false."""
    exchange = Exchange("GET", "/", 0.0, 1.0, 200, body=body, request_body=body)
    assert exchange.json is NOT_JSON
    assert exchange.request_json is NOT_JSON
    assert not NOT_JSON
    assert repr(NOT_JSON) == "NOT_JSON"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"[1e400, -1e400]", [inf, -inf]),
        (b"[Infinity, -Infinity]", [inf, -inf]),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b'["\\ud800", "\\ud83d\\ude00"]', ["\ud800", "\N{GRINNING FACE}"]),
        (b'"\xed\xa0\x80"', "\ud800"),
        (b'\xef\xbb\xbf{"a": -0}', {"a": 0}),
        ('{"a": "ä"}'.encode("utf-16"), {"a": "ä"}),
    ],
)
def test_json_that_fast_parsers_refuse_is_json(body: bytes, value: object) -> None:
    """What a body holds does not depend on which of two parsers read it."""
    exchange = Exchange("GET", "/", 0.0, body=body, request_body=body)
    assert exchange.json == value
    assert exchange.request_json == value


@pytest.mark.parametrize("body", [b"[NaN]", b"NaN"])
def test_nan_is_read_as_a_number(body: bytes) -> None:
    """A body that Python writes for NaN is read as Python reads it."""
    assert "nan" in repr(Exchange("GET", "/", 0.0, body=body).json)


@given(strategies.recursive(_SCALARS, _nested, max_leaves=8))
def test_both_parsers_agree(value: object) -> None:
    """Any JSON that Python writes is the same value with the fast parser and with Python's."""
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        body = text.encode(errors="surrogatepass")
        assert repr(Exchange("GET", "/", 0.0, body=body).json) == repr(json.loads(text))


def test_null_is_json() -> None:
    """A body that is null is a value, and parsed once."""
    exchange = Exchange("GET", "/", 0.0, body=b"null", request_body=b"[1]")
    assert exchange.json is None
    assert exchange.request_json is exchange.request_json


def test_an_exchange_is_answered_where_it_has_a_status() -> None:
    """What failed on the way was not answered."""
    assert FULL.answered
    assert not LOST.answered


def test_equal_bodies_are_kept_and_parsed_once() -> None:
    """A history holds one body, and one JSON value, for all answers that are alike."""
    history = History(Exchange("GET", "/", 0.0, body=bytes([91, 49, 93])) for _ in range(3))
    history.parse()
    assert len({id(each.body) for each in history}) == 1
    assert len({id(each.json) for each in history}) == 1
    assert history[0].json == [1]
