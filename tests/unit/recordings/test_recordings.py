"""Recordings as their exporters write them: what is judged, and what is not."""

from __future__ import annotations

import base64
import gzip
import json
import random
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.histories import contract

from layers_contract.judge.facts import Expectations
from layers_contract.judge.verdicts import judge
from layers_contract.recordings import Recording, RecordingError, names_of, read

CASES: Final = Path(__file__).with_name("samples")
FILES: Final = sorted(each.name for each in CASES.glob("*.har*"))
CHROME: Final = "chrome.har.gz"


def log_of(name: str = CHROME) -> Any:
    """What is in a case file, for changing it."""
    raw = (CASES / name).read_bytes()
    return json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)


def entries_of(log: Any) -> list[Any]:
    found: list[Any] = log["log"]["entries"]
    return found


def recorded(folder: Path, content: Any, name: str = "recorded.har", **more: Any) -> Recording:
    """A file with this content, read."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read([path], contract(), **more)


def violated(recording: Recording) -> list[str]:
    """The promises that a recording breaks."""
    judged = judge(contract(), recording.history, Expectations(alone=recording.alone))
    return [each.promise.id for each in judged if each.verdict == "violated"]


def held(recording: Recording) -> int:
    """How many promises a recording shows to be kept."""
    return sum(each.verdict == "held" for each in judge(contract(), recording.history))


@pytest.mark.parametrize("name", FILES)
def test_a_sound_server_is_not_accused(name: str) -> None:
    """No case of a sound server breaks a promise, and each shows some to be kept."""
    recording = read([CASES / name], contract())
    assert violated(recording) == []
    assert held(recording) > 10


def note_of(name: str, part: str) -> str:
    notes = read([CASES / name], contract()).notes
    return next((each for each in notes if part in each), f"none of {notes}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chrome_evicted_size0.har.gz", "17 of 85 bodies were not recorded"),
        ("firefox_gone.har.gz", "14 of 85 bodies were not recorded"),
        ("genuine_pw_full_embed.har", "1 of 13 bodies were not recorded"),
        ("safari_memory_cache.har.gz", "a browser's cache or service worker answered it (no. 16)"),
        ("chrome_redacted.har.gz", "the keys were scrubbed"),
        ("insomnia_real.har.gz", "when each request was sent was not recorded"),
    ],
)
def test_what_was_not_recorded_is_said(name: str, said: str) -> None:
    """The report counts what was not recorded, and names what was left out."""
    assert said in note_of(name, said)


def test_bodies_beside_the_recording_are_read(tmp_path: Path) -> None:
    """A body that Playwright attached is found beside the file or in its archive."""
    folder = read([CASES / "genuine_pw_minimal_attach.har"], contract())
    archive = tmp_path / "attached.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for each in CASES.iterdir():
            if each.suffix == ".json" or each.name == "genuine_pw_minimal_attach.har":
                file.write(each, f"deep/{each.name}")
    packed = read([archive], contract())
    assert [e.body for e in packed.history] == [e.body for e in folder.history]
    assert sum(bool(e.body) for e in packed.history) == 15


def same(recording: Recording) -> bool:
    """Whether a recording holds what the Chrome case does."""
    wanted = read([CASES / CHROME], contract()).history
    return [(e.path, e.body) for e in recording.history] == [(e.path, e.body) for e in wanted]


WRAPPED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "plain": lambda raw: raw,
    "gzip": gzip.compress,
    "gzip in two members": lambda raw: gzip.compress(raw[:999]) + gzip.compress(raw[999:]),
    "a BOM": lambda raw: b"\xef\xbb\xbf" + raw,
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "UTF-16 without a BOM": lambda raw: raw.decode().encode("utf-16-be"),
    "garbage behind it": lambda raw: raw + b"\n<!-- saved -->",
    "NULs behind it": lambda raw: raw + b"\0" * 512,
    "no log": lambda raw: json.dumps(json.loads(raw)["log"]).encode(),
    "a bare list": lambda raw: json.dumps(json.loads(raw)["log"]["entries"]).encode(),
    "an entry a line": lambda raw: "\n".join(
        json.dumps(each) for each in json.loads(raw)["log"]["entries"]
    ).encode(),
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_content_tells_the_format(wrap: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """A recording is known by its content, however it is packed, encoded or called."""
    assert same(recorded(tmp_path, wrap(json.dumps(log_of()).encode()), name="traffic.bin"))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_file_that_is_cut_off_gives_what_is_whole(packed: bool, tmp_path: Path) -> None:
    """Of a file that ends in the middle the whole entries are judged, and it is said."""
    raw = json.dumps(log_of()).encode()
    raw = gzip.compress(raw) if packed else raw
    recording = recorded(tmp_path, raw[: len(raw) * 2 // 3])
    assert 20 < len(recording.history) < 85
    assert any("cut off in the middle" in each for each in recording.notes)
    assert violated(recording) == []


def test_one_odd_entry_is_left_out(tmp_path: Path) -> None:
    """An entry that is none is left out with its number and the reason; the others are judged."""
    log = log_of()
    entries_of(log)[3:3] = [5, {"request": {"method": "GET"}}]
    del entries_of(log)[9]["startedDateTime"]
    recording = recorded(tmp_path, log)
    assert len(recording.history) == 84
    [note] = [each for each in recording.notes if "left out" in each]
    assert note.startswith("3 entries were left out: 1 × it is no entry (no. 4);")
    assert "it has no start time (no. 10)" in note


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    """A long file says in the middle how many entries were read, and the next one counts on."""
    log = log_of()
    log["log"]["entries"] = (entries_of(log) * 14)[:1_100]
    told: list[int] = []
    for name in ("a.har", "b.har"):
        (tmp_path / name).write_text(json.dumps(log), encoding="utf-8")
    read([tmp_path / "a.har", tmp_path / "b.har"], contract(), progress=told.append)
    whole = told[1]
    assert told == [1_000, whole, whole + 1_000, 2 * whole]


def test_overlapping_files_count_once(tmp_path: Path) -> None:
    """What two recordings hold of one exchange is one exchange; a new one is kept."""
    log, more = log_of(), log_of()
    del entries_of(log)[60:]
    del entries_of(more)[:40]
    for name, each in (("a.har", log), ("b.har", more)):
        (tmp_path / name).write_text(json.dumps(each), encoding="utf-8")
    both = read([tmp_path / "a.har", tmp_path / "b.har"], contract())
    assert same(both)
    assert "20 entries are in several files, and counted once" in both.notes


@pytest.mark.parametrize(
    "origin",
    [
        "https://staging.layers.com:443",
        "HTTPS://Staging.Layers.COM.",
        "https://me:pw@staging.layers.com",
    ],
)
def test_origins_are_compared_as_browsers_do(origin: str, tmp_path: Path) -> None:
    """The scheme's own port, case, a dot at the end and a user make no other server."""
    log = log_of()
    for each in entries_of(log)[::2]:
        url = each["request"]["url"]
        each["request"]["url"] = url.replace("https://staging.layers.com", origin)
    assert same(recorded(tmp_path, log))


def test_the_server_with_the_most_traffic_is_judged(tmp_path: Path) -> None:
    """Of two servers the busier one is judged, in one line; `base` picks the other."""
    log = log_of()
    for each in entries_of(log)[:10]:
        each["request"]["url"] = each["request"]["url"].replace("staging.layers.com", "old.test/x")
    recording = recorded(tmp_path, log)
    assert len(recording.history) == 75
    assert sum("https://staging.layers.com, to which most" in each for each in recording.notes) == 1
    assert len(recorded(tmp_path, log, base="https://OLD.test:443/x/").history) == 10
    with pytest.raises(
        RecordingError, match=r"nothing below --base https://no\.test is documented"
    ):
        recorded(tmp_path, log, base="https://no.test")


def test_paths_outside_of_the_document_are_left_out() -> None:
    """A server error on a path that the document does not have breaks none of its promises."""
    paths = {each.path for each in read([CASES / "prefix_extra.har.gz"], contract()).history}
    assert "/v1/credits" not in paths
    assert any(path.startswith("/v1/content/") for path in paths)


# Who sent what.


def keyed(log: Any, *keys: str | None) -> Any:
    """The entries, sent with these keys in turns; None is no key at all."""
    for number, each in enumerate(entries_of(log)):
        key = keys[number % len(keys)]
        headers = [h for h in each["request"]["headers"] if h["name"].lower() != "x-api-key"]
        each["request"]["headers"] = [
            *headers,
            *([{"name": "X-Api-Key", "value": key}] if key else []),
        ]
    return log


def test_one_key_is_the_callers_own(tmp_path: Path) -> None:
    """The only key that was ever accepted is the own one, also where nothing was found."""
    recording = recorded(tmp_path, keyed(log_of(), "lk_one"))
    assert {e.credential for e in recording.history if e.status == 404} == {"own"}


def test_unnamed_keys_accuse_nobody(tmp_path: Path) -> None:
    """Of several keys without names nobody knows who may see what: a 404 says nothing."""
    recording = recorded(tmp_path, keyed(log_of(), "lk_one", "lk_two"))
    found = {(e.status == 404, e.credential) for e in recording.history if e.status != 401}
    assert found == {(True, "unknown"), (False, "own")}
    assert any("see --key" in each for each in recording.notes)
    assert violated(recording) == []


@pytest.mark.parametrize("how", ["variable", "hash", "beginning of the hash"])
def test_named_keys_say_who_is_who(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key is named by a variable that holds it, or by its SHA-256; then tenancy is judged."""
    monkeypatch.setenv("LC_OTHER", "Bearer lk_two")
    hashed = sha256(b"lk_two").hexdigest()
    named = {"variable": "LC_OTHER", "hash": hashed, "beginning of the hash": hashed[:8]}[how]
    names = names_of([f"other={named}", f"own={sha256(b'lk_one').hexdigest()}"])
    recording = recorded(tmp_path, keyed(log_of(), "lk_one", "lk_two"), names=names)
    assert {e.credential for e in recording.history} == {"own", "other"}
    assert "auth.tenancy" in violated(recording)


@pytest.mark.parametrize(
    "option", ["own", "own=", "mine=abcdef12", "own=NOT_SET_AT_ALL", "own=abc"]
)
def test_a_wrong_name_is_said(option: str) -> None:
    """What names no key is refused in one line that does not repeat it."""
    with pytest.raises(RecordingError, match=r"^--key") as caught:
        names_of([option])
    assert "NOT_SET" not in str(caught.value)


SCRUBBED: Final = [
    *("[REDACTED]", "<redacted>", "***", "********", "xxxxxxxx", "(removed)", "lk_****abcd"),
    *("{{apiKey}}", "$LAYERS_API_KEY", "Bearer [Filtered]", "REDACTED_TOKEN", "…", ""),
]


@pytest.mark.parametrize("value", SCRUBBED)
def test_scrubbed_keys_are_no_key(value: str, tmp_path: Path) -> None:
    """Keys that were scrubbed to one text are not one caller's: a 404 accuses nobody."""
    recording = recorded(tmp_path, keyed(log_of(), value))
    assert {e.credential for e in recording.history if e.status == 404} == {"unknown"}
    assert violated(recording) == []


def test_no_key_gets_into_the_history(tmp_path: Path) -> None:
    """A key is in no header, body or query of the history, also where an answer quotes it."""
    log = keyed(log_of(), "lk_very_secret_key")
    content = entries_of(log)[0]["response"]["content"]
    content["text"] = content["text"].replace("2026", "lk_very_secret_key")
    entries_of(log)[0]["request"]["url"] += "?key=lk_very_secret_key"
    recording = recorded(tmp_path, log)
    assert "lk_very_secret_key" not in repr(list(recording.history))


# Bodies.


def with_content(**content: Any) -> Any:
    """The Chrome case, one read of a container in it recorded in this way."""
    log = log_of()
    each = entries_of(log)[8]
    each["response"]["content"] = content
    return log


TEXT: Final[str] = entries_of(log_of())[8]["response"]["content"]["text"]
PACKED: Final = base64.b64encode(TEXT.encode()).decode()
LOST: Final[dict[str, dict[str, Any]]] = {
    "no text": {"size": 400},
    "no text, size 0": {"size": 0},
    "an empty text": {"size": 0, "text": ""},
    "a shorter text": {"size": len(TEXT.encode()), "text": TEXT[:50]},
    "wrong base64": {"size": 400, "text": PACKED[:-3], "encoding": "base64"},
    "an unknown encoding": {"size": 400, "text": TEXT, "encoding": "rot13"},
    "base64 twice": {"text": base64.b64encode(PACKED.encode()).decode(), "encoding": "base64"},
    "a JSON string of JSON": {"text": json.dumps(TEXT)},
    "a placeholder": {"text": "[redacted]" + " " * 400},
    "a value scrubbed": {"text": TEXT.replace("video_remix", "[REDACTED] it was longer before")},
    "a comment": {"text": TEXT, "comment": "response body truncated at 1 MB"},
    "a number": {"text": 5},
    "a file that is not there": {"_file": "../../etc/passwd"},
    "wrong decoding": {"text": TEXT.replace("video_remix", "vid\ufffd\ufffd\ufffd\ufffdremix")},
}


@pytest.mark.parametrize("content", LOST.values(), ids=LOST)
def test_a_body_that_was_not_recorded_is_not_judged(content: Any, tmp_path: Path) -> None:
    """It is counted, and the exchange is one without an answer."""
    recording = recorded(tmp_path, with_content(mimeType="application/json", **content))
    assert "1 of 85 bodies were not recorded" in recording.notes
    assert sum(not each.answered for each in recording.history) == 1
    assert violated(recording) == []


KEPT: Final[dict[str, dict[str, Any]]] = {
    "base64": {"size": len(TEXT.encode()), "text": PACKED, "encoding": "base64"},
    "called base64, and left as it was": {
        "size": len(TEXT.encode()), "text": TEXT, "encoding": "base64",
    },
    "as JSON": {"text": json.loads(TEXT)},
    "a longer text than was on the wire": {"text": json.dumps(json.loads(TEXT), indent=4)},
}  # fmt: skip


@pytest.mark.parametrize("content", KEPT.values(), ids=KEPT)
def test_a_body_that_was_recorded_oddly_is_judged(content: Any, tmp_path: Path) -> None:
    """What can be undone is, and the exchange counts."""
    recording = recorded(tmp_path, with_content(mimeType="application/json", **content))
    assert all(each.answered for each in recording.history)
    assert violated(recording) == []


@pytest.mark.parametrize("status", [0, -1, None, 101, "pending"])
def test_a_status_below_200_is_no_answer(status: Any, tmp_path: Path) -> None:
    """A request that was broken off may have been carried out; "200" as text is 200."""
    log = log_of()
    entries_of(log)[8]["response"]["status"] = status
    entries_of(log)[9]["response"]["status"] = "200"
    recording = recorded(tmp_path, log)
    assert sum(not each.answered for each in recording.history) == 1


LOST_REQUESTS: Final[dict[str, Any]] = {
    "none, but a size": ({}, 142),
    "parameters only": ({"postData": {"mimeType": "application/json", "params": []}}, -1),
    "an empty text": ({"postData": {"mimeType": "application/json", "text": ""}}, -1),
    "scrubbed": ({"postData": {"text": '{"brief": {"hook": "[REDACTED]"}}'}}, 10),
    "cut": ({"postData": {"text": '{"brief": {"hook": "Ev'}}, 142),
}


@pytest.mark.parametrize(("post", "size"), LOST_REQUESTS.values(), ids=LOST_REQUESTS)
def test_a_request_body_that_was_not_recorded_is_no_other_request(
    post: Any, size: int, tmp_path: Path
) -> None:
    """A repeat with its key is judged neither as a conflict nor as an invalid request."""
    log = log_of()
    first = next(e for e in entries_of(log) if e["request"]["method"] == "POST")
    first["request"].pop("postData")
    first["request"] |= {**post, "bodySize": size}
    recording = recorded(tmp_path, log)
    assert "1 of 85 request bodies were not recorded" in recording.notes
    assert violated(recording) == []


@pytest.mark.parametrize(
    "mark",
    [
        {"_fromCache": "memory"},
        {"_fetchType": "Disk Cache"},
        {"response": {"_fetchedViaServiceWorker": True}},
        {"response": {"status": 304}},
        {"response": {"_transferSize": 0}},
        {"response": {"headers": [{"name": "Age", "value": "30"}]}},
        {"response": {"headers": [{"name": "CF-Cache-Status", "value": "HIT"}]}},
    ],
    ids=str,
)
def test_what_a_cache_answered_is_left_out(mark: dict[str, Any], tmp_path: Path) -> None:
    """A cache's answer is as old as it may be, and says nothing of the server now."""
    log = log_of()
    old, late = entries_of(log)[6], json.loads(json.dumps(entries_of(log)[40]))
    stale = {**late, "request": old["request"], **mark}
    stale["response"] = {**old["response"], **mark.get("response", {})}
    entries_of(log).append(stale)
    recording = recorded(tmp_path, log)
    assert same(recording)
    assert any("left out: 1 × a " in each for each in recording.notes)


# Times.


def shifted(log: Any, seconds: Callable[[int], float]) -> Any:
    from datetime import datetime, timedelta  # noqa: PLC0415 - the one helper that needs it

    for number, each in enumerate(entries_of(log)):
        moment = datetime.fromisoformat(each["startedDateTime"])
        moment += timedelta(seconds=seconds(number))
        each["startedDateTime"] = moment.isoformat(timespec="milliseconds")
    return log


@pytest.mark.parametrize("seconds", [3600, -3600, 86_400 * 30])
def test_a_wrong_clock_is_corrected(seconds: int, tmp_path: Path) -> None:
    """A recorder whose clock is off by hours accuses nobody, and the report says so."""
    recording = recorded(tmp_path, shifted(log_of(), lambda _: seconds))
    assert violated(recording) == []
    assert any("the recorder's clock was" in each for each in recording.notes)


@pytest.mark.parametrize("step", [-40, -5, 5, 3600])
def test_a_clock_that_was_set_makes_no_order(step: int, tmp_path: Path) -> None:
    """Where a clock has jumped in the middle, the server's own times count."""
    recording = recorded(tmp_path, shifted(log_of(), lambda number: step if number > 30 else 0))
    assert violated(recording) == []
    assert any("a clock was set" in each for each in recording.notes)


def test_whole_milliseconds_make_no_order(tmp_path: Path) -> None:
    """Of two requests that follow within the precision of the recording none is the first."""
    history = recorded(tmp_path, log_of()).history
    close = [(a, b) for a, b in zip(history, list(history)[1:], strict=False)]
    assert any(a.received_at > b.sent for a, b in close)


def test_entries_in_any_order_are_judged_alike(tmp_path: Path) -> None:
    """The order of a file says nothing."""
    log = log_of()
    entries_of(log).reverse()
    assert {e.path for e in recorded(tmp_path, log).history} == {
        e.path for e in recorded(tmp_path, log_of()).history
    }
    assert held(recorded(tmp_path, log)) == held(recorded(tmp_path, log_of()))


# Other tools.


def on_the_wire(message: Any, first: str, body: str) -> str:
    """A message as Burp saves it."""
    lines = [f"{h['name']}: {h['value']}" for h in message["headers"] if h["name"][0] != ":"]
    raw = "\r\n".join([first, *lines, "", body]).encode()
    return base64.b64encode(raw).decode()


def as_burp(log: Any) -> bytes:
    items = []
    for each in entries_of(log):
        asked, answer = each["request"], each["response"]
        body = asked.get("postData", {}).get("text", "")
        sent = on_the_wire(asked, f"{asked['method']} /x HTTP/2", body)
        got = on_the_wire(answer, f"HTTP/2 {answer['status']} OK", answer["content"]["text"])
        items.append(
            f"<item><time>Sun Nov 29 {each['startedDateTime'][11:19]} UTC 2026</time>"
            f"<url><![CDATA[{asked['url']}]]></url><method>{asked['method']}</method>"
            f'<request base64="true"><![CDATA[{sent}]]></request>'
            f'<response base64="true"><![CDATA[{got}]]></response></item>'
        )
    head = '<?xml version="1.0"?><!DOCTYPE items [<!ELEMENT item ANY>]>'
    return f"{head}<items>{''.join(items)}</items>".encode()


def pairs(message: Any) -> list[dict[str, str]]:
    return [
        {"key": h["name"], "value": h["value"]} for h in message["headers"] if h["name"][0] != ":"
    ]


def as_newman(log: Any) -> bytes:
    runs = []
    for each in entries_of(log):
        asked, answer = each["request"], each["response"]
        text = asked.get("postData", {}).get("text")
        place, _, query = asked["url"].removeprefix("https://").partition("?")
        host, *path = place.split("/")
        url = {"protocol": "https", "host": host.split("."), "path": path}
        url["query"] = [
            dict(zip(("key", "value"), part.split("="), strict=True))
            for part in query.split("&")
            if part
        ]
        request = {"url": url, "method": asked["method"], "header": pairs(asked)}
        runs.append(
            {
                "request": {**request, **({"body": {"mode": "raw", "raw": text}} if text else {})},
                "response": {
                    "code": answer["status"],
                    "header": pairs(answer),
                    "stream": {"type": "Buffer", "data": list(answer["content"]["text"].encode())},
                    "responseTime": round(each["time"]) + 1,
                },
            }
        )
    return json.dumps(
        {"run": {"timings": {"started": 1795916706020}, "executions": runs}, "collection": {}}
    ).encode()


def as_logger(log: Any) -> bytes:
    rows = []
    for each in entries_of(log):
        asked, answer = each["request"], each["response"]
        request = {
            "URL": asked["url"],
            "Method": asked["method"],
            "Time": "Nov 29, 2026 1:45:06 AM",
        }
        rows.append(
            {
                "Request": {
                    **request,
                    "Headers": "\r\n".join(f"{h['key']}: {h['value']}" for h in pairs(asked)),
                    "Body": asked.get("postData", {}).get("text", ""),
                },
                "Response": {
                    "Status": str(answer["status"]),
                    "Headers": "\r\n".join(f"{h['key']}: {h['value']}" for h in pairs(answer)),
                    "Body": answer["content"]["text"],
                    "RTT": 5,
                },
            }
        )
    return json.dumps(rows).encode()


@pytest.mark.parametrize("export", [as_burp, as_newman, as_logger])
def test_other_tools_are_read(export: Callable[[Any], bytes], tmp_path: Path) -> None:
    """What Burp, newman and Logger++ write of a sound server accuses nobody, and shows some."""
    recording = recorded(tmp_path, export(log_of()), name="export.txt")
    assert len(recording.history) == 85
    assert sum(each.answered for each in recording.history) > 70
    assert violated(recording) == []
    assert held(recording) > 5


def test_a_fault_is_found_in_a_foreign_recording(tmp_path: Path) -> None:
    """A body that the server itself got wrong is violated, also through the careful reader."""
    log = log_of()
    content = entries_of(log)[8]["response"]["content"]
    content["text"] = content["text"].replace('"generating"', '"thinking"')
    content["size"] = len(content["text"].encode())
    for header in entries_of(log)[8]["response"]["headers"]:
        if header["name"] == "content-length":
            header["value"] = str(content["size"])
    assert "schema.body" in violated(recorded(tmp_path, log))


ODD: Final[tuple[Any, ...]] = (
    None,
    0,
    -1,
    5,
    "",
    "x",
    "[redacted]",
    [],
    {},
    [None],
    {"name": 1},
    True,
    1e300,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every member and item within *value*, with what holds it."""
    found: list[tuple[Any, Any]] = []
    keys = (
        value.keys()
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    for key in keys:
        found += [(value, key), *places(value[key])]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_an_odd_member_accuses_nobody(seed: int, tmp_path: Path) -> None:
    """Whatever member is missing or of another type: no traceback, no violation."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    log = log_of()
    for each in entries_of(log)[::3]:
        holder, key = chance.choice([p for p in places(each) if p[1] not in VALUES])
        if chance.random() < 0.5:
            del holder[key]
        else:
            holder[key] = chance.choice(ODD)
    assert violated(recorded(tmp_path, log)) == []


VALUES: Final = frozenset({"name", "value", "method", "url", "time", "startedDateTime"})
"""What is another request or response when it changes, and no less of a recording."""
