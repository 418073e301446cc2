"""The target file: what it may say, and what is said when it says something else."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from layers_contract.target import (
    Budget,
    Expect,
    Target,
    TargetError,
    check_url,
    documents,
    parse,
    read,
)

URL = "https://staging.example"
WHOLE = """
url = "https://staging.example/api/"
api_key_env = "OWN_KEY"
other_api_key = "other-secret"
[projects]
open = "o"
disposable = ["d", "e"]
[samples]
failing_hook = "[fail]"
[allow]
policy = true
[budget]
seconds = 60
requests = 5
[expect]
render_seconds = 1.5
"""


def test_a_whole_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table and both ways to give a key are read; what is left out has its default."""
    monkeypatch.setenv("OWN_KEY", "own-secret")
    file = tmp_path / "target.toml"
    file.write_text(WHOLE, encoding="utf-8")
    found = read(file)
    assert (found.url, found.api_key, found.other_api_key) == (
        *("https://staging.example/api", "own-secret"),
        "other-secret",
    )
    assert (found.projects.open, found.projects.gated) == ("o", None)
    assert found.projects.disposable == ("d", "e")
    assert found.samples.failing_hook == "[fail]"
    assert (found.allow.generate, found.allow.policy) == (True, True)
    assert found.budget == Budget(seconds=60, requests=5)
    assert found.expect == Expect(render_seconds=1.5)


def test_a_url_is_all_it_takes() -> None:
    """Only the url is required, and another one may replace it."""
    assert parse({"url": URL}, "t") == Target(URL)
    assert parse({"url": URL}, "t", "http://other.example/").url == "http://other.example"
    assert parse({}, "t", "http://other.example").url == "http://other.example"


def test_keys_are_in_no_repr() -> None:
    """Whoever prints a target sees no key."""
    found = parse({"url": URL, "api_key": "own-secret", "other_api_key": "other-secret"}, "t")
    assert "secret" not in repr(found)
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "t: url is missing; name the server to judge"),
        ({"ulr": URL}, "t: unknown key ulr; did you mean url?"),
        ({"url": URL, "zzz": 1}, "t: unknown key zzz; it may be one of url, api_key, "),
        ({"url": URL, "projects": 1}, "t: [projects] must be a table"),
        (
            {"url": URL, "projects": {"opne": "o"}},
            "t: [projects]: unknown key opne; did you mean open",
        ),
        ({"url": URL, "projects": {"open": 1}}, "t: [projects] open must be a string"),
        (
            {"url": URL, "projects": {"disposable": "d"}},
            "t: [projects] disposable must be a list of",
        ),
        (
            {"url": URL, "projects": {"disposable": [1]}},
            "t: [projects] disposable must be a list of",
        ),
        ({"url": URL, "allow": {"generate": 1}}, "t: [allow] generate must be true or false"),
        ({"url": URL, "budget": {"requests": 1.5}}, "t: [budget] requests must be a whole number"),
        ({"url": URL, "budget": {"requests": True}}, "t: [budget] requests must be a whole number"),
        ({"url": URL, "budget": {"requests": -1}}, "t: [budget] requests must not be negative"),
        ({"url": URL, "budget": {"seconds": "1"}}, "t: [budget] seconds must be a number"),
        ({"url": URL, "budget": {"seconds": True}}, "t: [budget] seconds must be a number"),
        (
            {"url": URL, "expect": {"render_seconds": float("inf")}},
            "t: [expect] render_seconds must",
        ),
        (
            {"url": URL, "expect": {"render_seconds": float("nan")}},
            "t: [expect] render_seconds must",
        ),
        (
            {"url": URL, "api_key": "a", "api_key_env": "A"},
            "t: give api_key or api_key_env, not both",
        ),
        ({"url": URL, "api_key": 1}, "t: api_key must be a string"),
        ({"url": URL, "api_key": ""}, "t: api_key is empty"),
        (
            {"url": URL, "api_key": "a\nb"},
            "t: api_key holds white space (a line break); a key has none",
        ),
        ({"url": URL, "other_api_key": "ключ"}, "t: other_api_key holds characters that no header"),
        (
            {"url": URL, "api_key_env": "LC_UNSET"},
            "t: api_key_env names LC_UNSET, which is not set; ",
        ),
        ({"url": URL, "api_key_env": 1}, "t: api_key_env must be a string"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    raw: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message names the file, the table and the key, and what may stand there."""
    monkeypatch.delenv("LC_UNSET", raising=False)
    with pytest.raises(TargetError) as caught:
        parse(raw, "t")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_no_message_tells_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that cannot be sent is not quoted."""
    monkeypatch.setenv("LC_BAD", "sécret")
    for raw in ({"api_key": "sécret"}, {"api_key_env": "LC_BAD"}):
        with pytest.raises(TargetError) as caught:
            parse({"url": URL, **raw}, "t")
        assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "staging.example",
            "ftp://staging.example",
            "http://",
            "https:///path",
            "file:///etc",
        ),
        *("http://host:0", "http://host:99999", "http://host:port", "http://[::1"),
        *("http://user:pw@host", "http://user@host", "http://host/?a=1", "http://host/#a"),
        *("http://host\u2028", "http://host/\x7f"),
    ],
)
def test_a_url_that_no_request_can_use_is_refused(url: str) -> None:
    """An address is http or https, names a host, and holds no user, query or fragment."""
    with pytest.raises(TargetError) as caught:
        check_url(url, "t")
    assert str(caught.value).startswith("t: ")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    ["http://h", "https://h:8443/base", "http://[::1]:80", "http://bücher.example", "http://h/"],
)
def test_a_url_that_a_request_can_use_is_taken(url: str) -> None:
    """Ports, paths, IPv6 and names beyond ASCII are fine; a slash at the end goes."""
    assert check_url(url, "t") == url.rstrip("/")
    assert httpx.URL(url).host


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"url = ", "not TOML ("),
        (b"url = 'a'\nurl = 'b'", "not TOML ("),
        (b"\xff\xfe", "not TOML ("),
    ],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """The message names the file and what is wrong in it."""
    file = tmp_path / "target.toml"
    file.write_bytes(content)
    with pytest.raises(TargetError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file and a folder are named, with the system's word on them."""
    for path in (tmp_path / "target.toml", tmp_path):
        with pytest.raises(TargetError) as caught:
            read(path)
        assert str(caught.value).startswith(f"{path}: cannot be read (")


def test_a_sample_of_any_name_is_taken() -> None:
    """Texts and whole numbers; what a document knows of them is not the file's to say."""
    found = parse({"url": URL, "samples": {"team": "t_1", "account": 12, "influencer": "i"}}, "t")
    assert dict(found.samples.items()) == {"influencer": "i", "team": "t_1", "account": 12}
    assert (found.known("team"), found.known("account"), found.known("other")) == (
        "t_1",
        "12",
        None,
    )
    with pytest.raises(TargetError, match=r"\[samples\] team must be a string"):
        parse({"url": URL, "samples": {"team": True}}, "t")


def test_a_project_of_the_file_is_known_by_its_type() -> None:
    """What is made in a project is made in the open one, else in the gated one."""
    assert parse({"url": URL, "projects": {"gated": "g"}}, "t").known("project") == "g"
    assert parse({"url": URL, "projects": {"gated": "g", "open": "o"}}, "t").known("project") == "o"


def test_the_document_and_its_overlays_stand_beside_the_file(tmp_path: Path) -> None:
    """Paths begin beside the target file; one overlay needs no list; what is not there is said."""
    (tmp_path / "api.yaml").touch()
    (tmp_path / "next.yaml").touch()
    file = tmp_path / "target.toml"
    file.write_text('url = "http://x"\ndocument = "api.yaml"\noverlay = "next.yaml"')
    assert documents(file) == (tmp_path / "api.yaml", (tmp_path / "next.yaml",))
    assert read(file).url == "http://x"
    file.write_text('url = "http://x"\noverlay = ["next.yaml", "gone.yaml"]')
    with pytest.raises(TargetError, match=r"overlay: there is no file .*gone\.yaml"):
        documents(file)
    file.write_text('url = "http://x"')
    assert documents(file) == (None, ())


def test_a_key_without_scopes_and_the_scopes_that_it_has_are_read() -> None:
    """The limited key is as secret as the others."""
    raw = {"url": URL, "limited_api_key": "limited-secret", "limited_scopes": ["content:read"]}
    found = parse(raw, "t")
    assert (found.limited_api_key, found.limited_scopes) == (
        "limited-secret",
        frozenset({"content:read"}),
    )
    assert "secret" not in repr(found)
    with pytest.raises(TargetError, match="limited_scopes must be a list of strings"):
        parse({"url": URL, "limited_scopes": "content:read"}, "t")
