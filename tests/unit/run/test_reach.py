"""The way to a server: headers that a gate wants, certificates, proxies, bases and addresses."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.helpers.certificates import Certificates, key_of
from tests.helpers.histories import contract
from tests.helpers.hostile_server import Altered, Answer, Asked, Peer, Server, http, serving, shown
from tests.helpers.ways import GATE, SECRET, SMALL, Served, gated, is_judged, judged, sound

from layers_contract.replay import Again
from layers_contract.report import render, scripts, to_har, to_html, to_json, to_junit
from layers_contract.run import Unjudgeable, run
from layers_contract.target import TargetError, parse, way_of

# Headers.


def test_a_header_opens_the_gate_and_is_told_to_nobody(
    mock: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every request carries it, and no report, script, history or representation holds it."""
    monkeypatch.setenv("GATE_SECRET", SECRET)
    with serving(gated, mock[0]) as server:
        found = judged(mock, server.url, headers={GATE: "env:GATE_SECRET"})
    assert is_judged(found, server)
    assert any("x-echo" in each.headers for each in found.history)
    found.history.write(tmp_path / "history.jsonl")
    console = Console(record=True, width=120)
    render(found, console, verbose=True)
    texts = [
        to_har(found),
        to_html(found),
        to_junit(found),
        json.dumps(to_json(found)),
        repr(found),
    ]
    texts += [console.export_text(), (tmp_path / "history.jsonl").read_text()]
    assert not any(SECRET in text for text in texts)
    assert f'"{GATE.lower()}"' in texts[0]


def test_without_its_header_a_gate_stays_closed(mock: Served) -> None:
    """The header is what made the difference."""
    with serving(gated, mock[0]) as server, pytest.raises(Unjudgeable):
        judged(mock, server.url)


def test_a_script_takes_a_header_from_the_environment(mock: Served) -> None:
    """A script for a violation names a variable, which for a plain value is made of its name."""

    def broken(asked: Asked) -> Answer | None:
        answer = gated(asked)
        listed = isinstance(answer, Altered) and asked.method == "GET"
        return shown({"items": 7}) if listed and "/content" in asked.path else answer

    with serving(broken, mock[0]) as server:
        values = {**mock[1], "url": server.url, "headers": {GATE: SECRET}}
        values["budget"] = {**mock[1]["budget"], **SMALL}
        found = run(contract(), parse(values, "t"), profile="quick", only=("schema.body",))
    written = "".join(scripts(found).values())
    assert ': "${HEADER_CF_ACCESS_CLIENT_SECRET:?put the value of the header' in written
    assert f'--header "{GATE}: $HEADER_CF_ACCESS_CLIENT_SECRET"' in written
    assert SECRET not in written


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "content-length", "Content-Type", "Accept-Encoding", "Transfer-Encoding"),
        *("X-Api-Key", "x-api-key", "Idempotency-Key", "If-None-Match", "Proxy-Authorization"),
    ],
)
def test_a_header_of_the_run_itself_is_refused(mock: Served, name: str) -> None:
    """What each call has of its own, or leaves out on purpose, cannot be set for all."""
    with pytest.raises(TargetError, match=r"\[headers\] .* is set by the run itself; leave it out"):
        judged(mock, mock[0], headers={name: "1"})


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X A": "secret"}, "t: [headers] X A is not a header's name"),
        ({"X-A": "secret\n"}, "t: [headers] X-A: its value ends with white space; remove it"),
        ({"X-A": ""}, "t: [headers] X-A is empty; leave it out"),
        ({"X-A": "secrét"}, "t: [headers] X-A holds characters that no header may hold"),
        ({"X-A": 1}, "t: [headers] X-A must be a string"),
        ({"X-A": "env:LC_NO"}, "t: [headers] X-A names LC_NO, which is not set; export it"),
        ({"X-A": "env:$(id)"}, "t: [headers] X-A: env: stands before a variable's name; write "),
        ({"X-A": "1", "x-a": "2"}, "t: [headers] names x-a twice"),
        ("X-A", "t: [headers] must be a table"),
    ],
)
def test_a_header_that_cannot_be_sent_is_said_in_one_line(headers: Any, said: str) -> None:
    """The message names the header and what is wrong, and does not quote its value."""
    with pytest.raises(TargetError) as caught:
        parse({"url": "http://h", "headers": headers}, "t")
    assert str(caught.value).startswith(said)
    assert "secr" not in str(caught.value)


# Certificates.


def trusting(made: Certificates, **more: Any) -> dict[str, Any]:
    return {"ca": str(made.ca), **more}


def test_a_company_s_authority_is_trusted_where_the_target_names_it(
    mock: Served, made: Certificates
) -> None:
    """Stories and Schemathesis reach a server whose certificate only the company vouches for."""
    with serving(sound, mock[0], context=made.server()) as server:
        assert is_judged(judged(mock, server.url, tls=trusting(made)), server)
        heard = len(server.asked)
        with pytest.raises(Unjudgeable):
            judged(mock, server.url)
    assert len(server.asked) == heard


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_the_environment_s_authorities_are_honoured(
    mock: Served,
    made: Certificates,
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A file or a folder of authorities that the environment names is trusted."""
    shutil.copy(made.ca, tmp_path)
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)
    place = tmp_path if variable == "SSL_CERT_DIR" else made.ca
    monkeypatch.setenv(variable, str(place))
    with serving(sound, mock[0], context=made.server()) as server:
        assert is_judged(judged(mock, server.url), server)


def test_a_name_that_the_certificate_lacks_is_not_trusted(mock: Served, made: Certificates) -> None:
    """An authority that is trusted vouches for the names it names."""
    with (
        serving(sound, mock[0], context=made.server(made.elsewhere_cert)) as server,
        pytest.raises(Unjudgeable),
    ):
        judged(mock, server.url, tls=trusting(made))
    assert not server.asked


def test_a_server_that_wants_a_certificate_gets_one(mock: Served, made: Certificates) -> None:
    """Mutual TLS: with cert and key the run is judged, without them nobody answers."""
    ours = trusting(made, cert=str(made.client_cert), key=str(key_of(made.client_cert)))
    with serving(sound, mock[0], context=made.server(asks=True)) as server:
        assert is_judged(judged(mock, server.url, tls=ours), server)
        with pytest.raises(Unjudgeable):
            judged(mock, server.url, tls=trusting(made))


def test_no_certificate_is_checked_where_the_target_says_so_and_every_report_warns(
    mock: Served, made: Certificates
) -> None:
    """`verify = false` reaches the server, and stands as a warning in all that is written."""
    warning = "WARNING: no certificate was checked"
    with serving(sound, mock[0], context=made.server(made.elsewhere_cert)) as server:
        found = judged(mock, server.url, tls={"verify": False})
        assert is_judged(found, server)
    console = Console(record=True, width=200)
    render(found, console)
    texts = [to_har(found), to_html(found), to_junit(found), json.dumps(to_json(found))]
    assert all(warning in text for text in (*texts, console.export_text()))
    assert "--insecure" in found.curl


def test_a_run_that_checks_certificates_does_not_warn(mock: Served) -> None:
    """No warning where there is nothing to warn of."""
    assert not any("WARNING" in note for note in judged(mock, mock[0]).notes)


def test_wrong_certificates_are_said_in_one_line(made: Certificates, tmp_path: Path) -> None:
    """A file that is missing, empty, no pair or encrypted is named, with its entry."""
    nothing, locked = tmp_path / "nothing.pem", tmp_path / "locked.key"
    nothing.write_text("no certificate")
    client, key = str(made.client_cert), str(key_of(made.client_cert))
    lock = ["openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out", str(locked)]
    subprocess.run(lock, check=True, capture_output=True)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"ca": "no.pem"}, f"t: [tls] ca: there is no file {tmp_path / 'no.pem'}"),
        ({"ca": str(nothing)}, f"t: [tls] ca: {nothing} holds no certificate in PEM"),
        (
            {"cert": client, "key": str(key_of(made.ca))},
            "t: [tls] cert and key: certificate and private key are no pair",
        ),
        (
            {"cert": str(nothing), "key": key},
            "t: [tls] cert and key: certificate and private key are not both there in PEM",
        ),
        (
            {"cert": client, "key": str(locked)},
            f"t: [tls] key: {locked} is encrypted; name a file that is not",
        ),
        ({"key": key}, "t: [tls] key needs cert: a key alone proves nothing"),
        ({"verify": 0}, "t: [tls] verify must be true or false"),
        ({"verif": True}, "t: [tls]: unknown key verif; did you mean verify?"),
        ({"ca": ""}, "t: [tls] ca must be a file's path"),
    ]
    for table, said in cases:
        with pytest.raises(TargetError) as caught:
            parse({"url": "https://h", "tls": table}, "t", folder=tmp_path)
        assert str(caught.value) == said


def test_authorities_of_the_environment_that_are_not_there_are_named(
    mock: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that names no file would leave nobody to trust, and is said."""
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    with pytest.raises(TargetError, match=r"SSL_CERT_FILE names /no/such.pem, which is not there"):
        judged(mock, "https://127.0.0.1:9")


def test_a_script_is_told_of_certificates_and_proxy(mock: Served, made: Certificates) -> None:
    """Curl gets the same files, and the proxy's user from the environment."""
    proxy = {"url": "http://me:pass-word-1@127.0.0.1:9"}
    aim = parse({**mock[1], "url": "https://h", "tls": trusting(made), "proxy": proxy}, "t")
    from layers_contract.run._api import _curl  # noqa: PLC0415 - what a run hands to its outcome

    assert list(_curl(replace(aim, expect=replace(aim.expect, answer_seconds=7.5)))) == [
        "--max-time 8",
        f"--cacert {made.ca}",
        "--proxy http://127.0.0.1:9",
        '--proxy-user "$LAYERS_PROXY_USER"',
    ]
    assert "pass-word" not in repr(aim)


def test_a_reproduction_is_told_the_way(
    made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written says headers, certificates and proxy, and leaves secrets to variables."""
    monkeypatch.setenv("GATE_SECRET", SECRET)
    proxy = "http://me:pass-word-1@127.0.0.1:9"
    tables = {"tls": trusting(made, verify=False), "headers": {GATE: "env:GATE_SECRET"}}
    aim = parse({"url": "https://h", **tables, "proxy": {"url": proxy}}, "t")
    way = way_of(aim)
    assert not any(secret in repr(way) for secret in (SECRET, "pass-word"))
    again = Again("auth.list", None, "https://h", way=way)
    with pytest.raises(TargetError, match=r"the reproduction: \[proxy\] url names LAYERS_PROXY"):
        again._target(None)
    monkeypatch.setenv("LAYERS_PROXY", proxy)
    found = again._target(None)
    assert (found.headers, found.tls, found.proxy) == (aim.headers, aim.tls, aim.proxy)


# Proxies.


class Proxy:
    """A proxy that remembers what it was asked: CONNECT, or a whole address."""

    def __init__(self, user: str | None = None) -> None:
        self.user = user
        self.heads: list[bytes] = []

    def __call__(self, asked: Asked) -> Answer | None:
        self.heads.append(asked.head)
        wanted = base64.b64encode(self.user.encode()) if self.user else b""
        if b"Proxy-Authorization: Basic " + wanted not in asked.head and self.user:
            return http(b"", status="407 Proxy Authentication Required")
        if asked.method == "CONNECT":
            return lambda peer: _tunnel(peer, asked.path)
        return lambda peer: _forward(peer, asked)


async def _tunnel(peer: Peer, place: str) -> None:
    host, _, port = place.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    await peer.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
    there = asyncio.create_task(_pump(peer.reader, writer))
    await _pump(reader, peer.writer)
    there.cancel()
    writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65536):
        writer.write(some)
        await writer.drain()
    writer.close()


async def _forward(peer: Peer, asked: Asked) -> None:
    scheme, _, rest = asked.path.partition("://")
    place, _, path = rest.partition("/")
    assert scheme == "http"
    head = asked.head.replace(asked.path.encode(), b"/" + path.encode(), 1)
    lines = [each for each in head.split(b"\r\n") if not each.lower().startswith(b"proxy-")]
    lines = [b"Connection: close" if e.lower().startswith(b"connection:") else e for e in lines]
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\r\n".join(lines) + asked.body)
    await _pump(reader, peer.writer)
    writer.close()


@pytest.mark.parametrize("user", [None, "me:pass-word@1"])
def test_plain_http_goes_through_the_proxy_by_whole_addresses(
    mock: Served, user: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request does, with the proxy's own user, and the environment's proxies are ignored."""
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    proxy = Proxy(user)
    with serving(sound, mock[0]) as server, serving(proxy) as between:
        userinfo = "me:pass-word%401@" if user else ""
        url = between.url.replace("http://", f"http://{userinfo}")
        found = judged(mock, server.url, proxy={"url": url})
        assert is_judged(found, server)
    firsts = {each.split(b" ", 2)[1].partition(b"/v1")[0] for each in proxy.heads}
    assert firsts == {server.url.encode()}
    assert len(proxy.heads) == len(server.asked)
    assert not any(b"proxy-authorization" in each.head.lower() for each in server.asked)
    assert user is None or "pass-word" not in to_har(found) + repr(found)


def test_https_goes_through_a_tunnel_that_sees_nothing(mock: Served, made: Certificates) -> None:
    """The proxy is asked to connect, and gets neither key nor headers."""
    proxy = Proxy("me:pass-word-1")
    with (
        serving(sound, mock[0], context=made.server()) as server,
        serving(proxy) as between,
    ):
        url = between.url.replace("http://", "http://me:pass-word-1@")
        tables = {"tls": trusting(made), "proxy": {"url": url}, "headers": {GATE: SECRET}}
        found = judged(mock, server.url, **tables)
        assert is_judged(found, server)
    assert {each.split(b" ", 1)[0] for each in proxy.heads} == {b"CONNECT"}
    seen = b"".join(proxy.heads)
    assert SECRET.encode() not in seen
    assert mock[1]["api_key"].encode() not in seen
    assert all(f"{GATE}: {SECRET}".encode() in each.head for each in server.asked)


@pytest.mark.parametrize(
    "url", ["socks5://h:1", "h:3128", "http://", "http://h/path", "http://h:0", 7, "env:LC_NO"]
)
def test_what_is_no_proxy_is_said_in_one_line(url: Any) -> None:
    """The message names the entry, and does not quote what may hold a password."""
    with pytest.raises(TargetError) as caught:
        parse({"url": "http://h", "proxy": {"url": url}}, "t")
    assert str(caught.value).startswith("t: [proxy] url ")


# Bases and addresses.


@pytest.mark.parametrize("end", ["", "/"])
def test_a_server_below_a_path_is_judged_there(mock: Served, end: str) -> None:
    """A base path is put before the document's paths, with a slash at its end or without."""
    base = "/api/partner"

    def below(asked: Asked) -> Answer | None:
        if not asked.path.startswith(f"{base}/v1/"):
            return http(b"nothing here", "Content-Type: text/html", status="404 Not Found")
        return None

    class Below(Server):
        async def _behind(self, asked: Asked) -> bytes:
            head = asked.head.replace(base.encode(), b"", 1)
            return await super()._behind(replace(asked, head=head))

    with serving(below, mock[0]) as server:
        server.__class__ = Below
        found = judged(mock, server.url + base + end)
        assert is_judged(found, server)
    assert all(each.path.startswith("/v1/") for each in found.history)


def test_a_server_may_have_an_address_of_ipv6(mock: Served) -> None:
    """An IPv6 literal is sent to, and named as the host, in its brackets."""
    with serving(sound, mock[0], host="::1") as server:
        found = judged(mock, server.url)
        assert is_judged(found, server)
    hosts = {e for a in server.asked for e in a.head.split(b"\r\n") if e.lower()[:5] == b"host:"}
    assert {host.split(b": ")[1] for host in hosts} == {server.url.removeprefix("http://").encode()}


def test_a_default_context_trusts_nobody_without_need() -> None:
    """Plain HTTP makes no context, and an encrypted proxy makes one."""
    plain = parse({"url": "http://h"}, "t")
    through = parse({"url": "http://h", "proxy": {"url": "https://p:1"}}, "t")
    assert plain.trust is None
    assert isinstance(through.trust, ssl.SSLContext)
