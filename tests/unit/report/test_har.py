"""Histories as HAR files, and HAR files as histories."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.histories import contract
from tests.helpers.outcomes import CONTENT, PROJECT, exchange, outcome, read

from layers_contract.history.exchanges import Exchange, History
from layers_contract.history.infrastructure import set_apart
from layers_contract.judge.verdicts import judge
from layers_contract.recordings import read as read_recordings
from layers_contract.report import to_har
from layers_contract.spec.contract import Contract


def from_har(path: Path, contract: Contract) -> History:
    return read_recordings([path], contract).history


KEPT = ("method", "path", "status", "query", "request_body", "body", "operation", "path_params")


def entry(method: str = "GET", url: str = "https://api.test/v1/jobs/job_1", **more: Any) -> Any:
    """What a browser records."""
    key = more.pop("key", "k1")
    headers = [{"name": "X-Api-Key", "value": key}] if key else []
    shape: dict[str, Any] = {
        "startedDateTime": "2026-09-21T12:00:00.000Z",
        "time": 250,
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": ":authority", "value": "api.test"}, *headers],
            **more.pop("request", {}),
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
            **more.pop("response", {}),
        },
    }
    return {**shape, **more}


def read_back(folder: Path, *entries: Any) -> History:
    """The history in a HAR file of these entries."""
    path = folder / "recorded.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return from_har(path, contract())


def round_trip(folder: Path, *exchanges: Exchange, **more: Any) -> list[Exchange]:
    """Exchanges, written and read again."""
    path = folder / "own.har"
    path.write_text(to_har(outcome(history=exchanges, **more)), encoding="utf-8")
    return list(from_har(path, contract()))


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """Method, path, query, bodies, statuses, operation, actor and times survive."""
    sent = [
        exchange(query=(("a", "b c"), ("a", "é"))),
        read(1, body=b"\xff\x00", credential="other"),
        exchange(at=2, request_body=b"\xff", status=None, received=None, failure="lost", body=b""),
    ]
    for before, after in zip(sent, round_trip(tmp_path, *sent), strict=True):
        assert [getattr(after, n) for n in KEPT] == [getattr(before, n) for n in KEPT]
        assert (after.actor, after.credential) == (before.actor, before.credential)
        assert after.failure == before.failure
        assert after.sent == pytest.approx(before.sent, abs=2e-6)
        assert (after.received or 0) == pytest.approx(before.received or 0, abs=2e-3)


def test_a_round_trip_changes_no_verdict(tmp_path: Path) -> None:
    """A history and its HAR file are judged alike."""
    sent = [exchange(), exchange(at=1, body=b'{"jobId":"job_2","containerId":"cnt_2"}'), read(2)]
    before = judge(contract(), History(sent))
    after = judge(contract(), History(round_trip(tmp_path, *sent)))
    told = [(each.promise.id, each.verdict, each.occasions) for each in before]
    assert told == [(each.promise.id, each.verdict, each.occasions) for each in after]
    assert "violated" in [each.verdict for each in before]


def test_the_key_is_not_in_the_file() -> None:
    """The credential's header is there, its value is not."""
    text = to_har(outcome(history=[exchange(request_headers={"x-api-key": "lk_secret"})]))
    assert "lk_secret" not in text
    headers = json.loads(text)["log"]["entries"][0]["request"]["headers"]
    assert {"name": "x-api-key", "value": "[redacted]"} in headers


def test_the_file_is_har(tmp_path: Path) -> None:
    """Every field that HAR 1.2 asks for is there."""
    log = json.loads(to_har(outcome(history=[exchange(), read(1)])))["log"]
    assert log["version"] == "1.2"
    assert {"name", "version"} <= log["creator"].keys()
    common = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
    for each in log["entries"]:
        assert {"startedDateTime", "time", "cache", "timings"} <= each.keys()
        assert {"method", "url", "queryString", *common} <= each["request"].keys()
        assert {"status", "statusText", "content", "redirectURL", *common} <= each[
            "response"
        ].keys()


def test_a_base_path_is_found(tmp_path: Path) -> None:
    """The API may stand anywhere on its server; the path is the document's."""
    (one,) = read_back(tmp_path, entry(url=f"https://api.test/a/b{CONTENT}?limit=1"))
    assert (one.path, one.operation) == (CONTENT, "listContent")
    assert one.path_params == {"projectId": PROJECT}
    assert one.query == (("limit", "1"),)


def test_other_traffic_is_left_out(tmp_path: Path) -> None:
    """Only requests to the API's place are read."""
    others = [entry(url="https://cdn.test/app.js"), entry(url="https://api.test.evil/v2/x")]
    assert len(read_back(tmp_path, *others, entry())) == 1


def test_what_a_browser_answered_itself_is_left_out(tmp_path: Path) -> None:
    """An entry from a cache says nothing about the server."""
    assert len(read_back(tmp_path, entry(), entry(_fromCache="disk"))) == 1


def test_an_unknown_method_on_a_documented_path_is_kept(tmp_path: Path) -> None:
    """A request that is no operation is part of the history, without an operation."""
    assert [e.operation for e in read_back(tmp_path, entry(), entry("PUT"))] == ["getJob", None]


def test_removed_keys_are_no_missing_keys(tmp_path: Path) -> None:
    """A file without any key, whose requests succeeded, was stripped: nobody lacked a key."""
    names = [each.credential for each in read_back(tmp_path, entry(key=None), entry(key=None))]
    assert names == ["own", "own"]


def test_no_credential_is_kept(tmp_path: Path) -> None:
    """Neither the key nor a cookie gets into the history."""
    (one,) = read_back(
        tmp_path, entry(request={"headers": [{"name": "Cookie", "value": "s"}]}, key="k1")
    )
    assert "s" not in one.request_headers.values()
    (two,) = read_back(tmp_path, entry())
    assert two.request_headers == {}


def test_bodies_may_be_base64(tmp_path: Path) -> None:
    """A body in base64 is decoded, one as text becomes UTF-8."""
    content = {"size": 2, "text": base64.b64encode(b"\xff\x00").decode(), "encoding": "base64"}
    post = {"postData": {"mimeType": "application/json", "text": "é"}}
    (one,) = read_back(
        tmp_path,
        entry("POST", f"https://api.test{CONTENT}", request=post, response={"content": content}),
    )
    assert (one.request_body, one.body) == ("é".encode(), b"\xff\x00")


def test_times_are_read(tmp_path: Path) -> None:
    """An answer came `time` milliseconds after the start; without a time nobody knows when."""
    known, unknown = read_back(tmp_path, entry(), entry(time=-1))
    assert known.received == pytest.approx(known.sent + 0.25)
    assert (unknown.received, unknown.status) == (None, 200)


def test_entries_are_put_in_order(tmp_path: Path) -> None:
    """A file may list entries in the order of their ends."""
    late = entry(startedDateTime="2026-09-21T14:00:01+02:00")
    early = entry(url="https://api.test/v1/jobs/job_0")
    assert [e.path_params["jobId"] for e in read_back(tmp_path, late, early)] == ["job_0", "job_1"]


@pytest.mark.parametrize(
    "response",
    [{"status": 0}, {"content": {"size": 2, "mimeType": "application/json"}}],
    ids=["aborted", "without its body"],
)
def test_an_answer_that_was_not_recorded_may_have_happened(
    tmp_path: Path, response: dict[str, Any]
) -> None:
    """It is no answer, with the reason, and so is never judged as an empty one."""
    (one,) = read_back(tmp_path, entry(response=response))
    assert not one.answered
    assert one.received is None
    assert "recorded" in (one.failure or "")


BAD = {
    "no JSON": b"\x01",
    "too deep": b"[" * 100_000,
    "no HAR": b"[]",
    "no entries": b'{"log":{}}',
    "odd entries": b'{"log":{"entries":5}}',
    "an odd entry": b'{"log":{"entries":[5]}}',
    "no traffic of the API": b'{"log":{"entries":[]}}',
    "a bad address": json.dumps({"log": {"entries": [entry(url="http://[x")]}}).encode(),
    "a bad time": json.dumps({"log": {"entries": [entry(startedDateTime="\n")]}}).encode(),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    """The message names the file, says what is wrong and what to do."""
    path = tmp_path / "bad.har"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.har: .+: (record|save|check) ") as caught:
        from_har(path, contract())
    assert str(caught.value).isprintable()


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(ValueError, match=r"none\.har: cannot be read .+: check its name"):
        from_har(tmp_path / "none.har", contract())


def test_what_a_gateway_said_is_written_as_it_came(tmp_path: Path) -> None:
    """A page that was set apart keeps its status, body and time in a HAR file, and comes back."""
    page = read(1.0, status=503, body=b"<html>away</html>")
    assert set_apart(contract(), page)
    [back] = round_trip(tmp_path, page)
    assert (back.status, back.body, back.failure) == (503, page.body, None)
    assert back.received == page.gateway_received
    assert set_apart(contract(), back)
