"""Whoever answers in the API's place is told from it, in one line that says what to do."""

from __future__ import annotations

import functools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
from tests.helpers.certificates import Certificates, certificates, key_of
from tests.helpers.hostile_server import Answer, Asked, http, serving, shown
from tests.helpers.shell import Shell

from layers_contract.run import Unjudgeable, _greeting, run
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import load
from layers_contract.target import Budget, Expect, Proxy, Target

CONTRACT: Final = Contract(load())
KEY: Final = "lk_live_canary_0123456789"
PROJECT: Final = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
HTML: Final = "Content-Type: text/html; charset=utf-8"


def page(status: str, title: str = "", *headers: str, body: str = "") -> bytes:
    """A web page."""
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return http(text.encode(), HTML, *headers, status=status)


def text(status: str, body: str, *headers: str) -> bytes:
    """A plain text."""
    return http(body.encode(), "Content-Type: text/plain", *headers, status=status)


def redirect(status: str, location: str) -> bytes:
    """A redirect."""
    return http(b"", f"Location: {location}", status=status)


def error(status: str, code: Any = "NOT_FOUND", *headers: str) -> bytes:
    """An error in this API's words."""
    told = {"code": code, "message": "No.", "requestId": "req_1"}
    return shown({"error": told}, *headers, status=status)


LOGIN_FORM: Final = '<form method="post"><input type="password" name="p"></form>'


@pytest.fixture(autouse=True)
def _no_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be away for a moment is asked again at once."""
    monkeypatch.setattr(_greeting, "RESTS", 0.0)


STRANGERS: Final[dict[str, tuple[bytes, tuple[str, ...]]]] = {
    "200 HTML for everything": (page("200 OK", "Layers"), ("not this API", '"Layers"', "url")),
    "200 HTML of an app": (page("200 OK", body='<div id="root">'), ("not this API", "web page")),
    "200 JSON of another API": (shown({"hello": "world"}), ("not this API", "JSON of another")),
    "200 list": (shown([1, 2]), ("not this API", "JSON of another shape")),
    "200 null": (http(b"null"), ("not this API",)),
    "200 with nothing": (http(b""), ("not this API", "an empty body")),
    "204": (http(b"", status="204 No Content"), ("not this API", "204")),
    "200 text": (text("200 OK", "It works!"), ("not this API", '"It works!"')),
    "404 HTML": (page("404 Not Found", "404 Not Found"), ("no such path", "begin with /v1")),
    "404 of another API": (
        shown({"detail": "Not Found"}, status="404 Not Found"),
        ("no such path (404, JSON of another", "begin with /v1"),
    ),
    "404 with an error of another kind": (
        shown({"error": {"code": 404, "message": "No", "status": "X"}}, status="404 Not Found"),
        ("no such path", "begin with /v1"),
    ),
    "404 text": (text("404 Not Found", "404 page not found"), ('"404 page not found"', "/v1")),
    "404 Kong": (
        shown({"message": "no Route matched with those values"}, status="404 Not Found"),
        ("no such path", "url"),
    ),
    "405": (text("405 Method Not Allowed", "no"), ("no such path (405",)),
    "410": (page("410 Gone", "Gone"), ("no such path (410",)),
    "421": (text("421 Misdirected Request", ""), ("no such path (421",)),
    "501": (page("501 Not Implemented", "Error"), ("no such path (501",)),
    "500 HTML": (page("500 Oops", "Whitelabel"), ("broken, or another server (500", "Whitelabel")),
    "500 of a framework": (
        shown({"status": 500, "error": "Internal", "path": "/"}, status="500 Oops"),
        ("broken, or another server (500",),
    ),
    "418": (text("418 Teapot", "short and stout"), ("not this API", "418")),
    "301 to https": (
        redirect("301 Moved", f"https://api.example.com/v1/projects/{PROJECT}/approval-policy"),
        ("leads elsewhere (301", "no redirect", 'set url = "https://api.example.com"'),
    ),
    "308 to a base path": (
        redirect("308 Moved", f"/api/v1/projects/{PROJECT}/approval-policy"),
        ("leads elsewhere (308", "/api"),
    ),
    "302 to the front page": (
        redirect("302 Found", "/"),
        ("leads elsewhere (302 to /)", "set url"),
    ),
    "307 to a web site": (
        redirect("307 Temporary", "https://www.example.com/?u=1"),
        ("(307 to https://www.example.com/)", "set url"),
    ),
    "302 to a login": (
        redirect("302 Found", "https://example.com/login?next=%2Fv1"),
        ("leads to a login (302 to https://example.com/login)", "[headers]"),
    ),
    "302 to Cloudflare Access": (
        redirect("302 Found", "https://team.cloudflareaccess.com/cdn-cgi/access/login/x?kid=1"),
        ("leads to a login", "[headers]"),
    ),
    "302 to an identity provider": (
        redirect("302 Found", "https://login.microsoftonline.com/x/oauth2/authorize?client=1"),
        ("leads to a login", "[headers]"),
    ),
    "303 to a sign-in": (redirect("303 See Other", "/users/sign_in"), ("leads to a login",)),
    "a redirect to nowhere": (redirect("301 Moved", "https://[broken"), ("leads elsewhere",)),
    "a redirect with a trap": (
        redirect("302 Found", "https://x.example/\x1b[31m" + "a" * 5000),
        ("leads elsewhere", "…"),
    ),
    "200 with a login form": (
        page("200 OK", "Welcome", body=LOGIN_FORM),
        ("login page", "headers"),
    ),
    "200 titled Sign in": (page("200 OK", "Sign in · Corp"), ("login page", "Sign in · Corp")),
    "401 with a login form": (page("401 No", "Hi", body=LOGIN_FORM), ("login page (401",)),
    "401 Basic": (
        page("401 No", "401", 'WWW-Authenticate: Basic realm="staging"'),
        ("gate that wants a login (401, basic)", "[headers]"),
    ),
    "401 HTML": (page("401 Unauthorized", "401"), ("gate that lets nobody pass", "[headers]")),
    "401 JSON of a gateway": (
        shown({"message": "No API key found in request"}, status="401 No"),
        ("refuses the key (401, no error code)", "which key to use"),
    ),
    "403 JSON of a gateway": (
        shown({"message": "Forbidden"}, status="403 No"),
        ("refuses the key (403, no error code)",),
    ),
    "401 of the API": (
        error("401 No", "UNAUTHENTICATED"),
        ("refuses the key (401, UNAUTHENTICATED)", "which key to use"),
    ),
    "403 of the API": (
        error("403 No", "FORBIDDEN_SCOPE"),
        ("refuses the key (403, FORBIDDEN_SCOPE)", "which key to use"),
    ),
    "503 of the API": (error("503 Off", "KILL_SWITCH"), ("away or busy (503, KILL_SWITCH)",)),
    "403 Cloudflare": (
        page("403 Forbidden", "Just a moment...", "CF-RAY: 8a1b-FRA", "Server: cloudflare"),
        ("behind Cloudflare that blocks this run", '403, "Just a moment..."', "[headers]"),
    ),
    "403 Cloudflare's WAF": (
        page("403 Forbidden", "Attention Required! | Cloudflare", "Server: cloudflare"),
        ("behind Cloudflare that blocks",),
    ),
    "503 Cloudflare's challenge": (
        page("503 Wait", "Just a moment...", "CF-RAY: 1", "CF-Mitigated: challenge"),
        ("behind Cloudflare that blocks",),
    ),
    "403 CloudFront": (
        page("403 No", "ERROR: The request could not be satisfied", "X-Amz-Cf-Id: abc"),
        ("behind CloudFront that blocks",),
    ),
    "403 Akamai": (
        page("403 No", "Access Denied", "Server: AkamaiGHost"),
        ("behind Akamai that blocks", '"Access Denied"'),
    ),
    "200 Imperva": (
        page("200 OK", "", "X-Iinfo: 1-2-3", body="Request unsuccessful. Incapsula incident ID: 1"),
        ("behind Imperva that blocks",),
    ),
    "403 of a nameless WAF": (
        page("403 No", "Request Rejected", body="The requested URL was rejected. Support ID: 7"),
        ("behind an edge that blocks",),
    ),
    "406 ModSecurity": (page("406 No", "Not Acceptable!"), ("behind an edge that blocks",)),
    "407": (page("407 Proxy Authentication Required", "407"), ("wants a login (407)", "[proxy]")),
    "429": (page("429 Slow", "Too many"), ("is away or busy (429",)),
    "502 nginx": (
        page("502 Bad Gateway", "502 Bad Gateway"),
        ("is away or busy (502", "gateway's"),
    ),
    "503 Envoy": (text("503 Away", "no healthy upstream"), ("is away or busy (503",)),
    "504 HTML": (page("504 Gateway Timeout", "504"), ("is away or busy (504", "try again")),
    "511": (page("511 Network Authentication Required", "Wi-Fi"), ("portal of this network",)),
    "520": (
        page("520 Unknown", "520: Web server is returning an unknown error", "Server: cloudflare"),
        ("is away: Cloudflare does not get through to it (520", "try again"),
    ),
    "522 without a page": (http(b"", status="522 x"), ("is away: an edge does not get through",)),
    "525": (http(b"", "Server: cloudflare", status="525 x"), ("is away: Cloudflare",)),
    "530": (text("530 x", "error code: 1033", "Server: cloudflare"), ("is away: Cloudflare",)),
    "plain http behind https, nginx": (
        page("400 Bad", "400 The plain HTTP request was sent to HTTPS port"),
        ("speaks TLS", "write https://"),
    ),
    "plain http behind https, Go": (
        text("400 Bad", "Client sent an HTTP request to an HTTPS server.\n"),
        ("speaks TLS", "write https://"),
    ),
    "400 nginx without a client certificate": (
        page("400 Bad", "400 No required SSL certificate was sent"),
        ("wants a client certificate (400", "[tls] cert and key"),
    ),
    "403 IIS without a client certificate": (
        page("403 Forbidden", "403.7 - Client Certificate Required"),
        ("wants a client certificate (403", "[tls] cert and key"),
    ),
    "400 text": (text("400 Bad Request", "Bad Request: Host"), ("not this API: it answers 400",)),
    "no HTTP at all": (b"SSH-2.0-OpenSSH_9.6\r\n", ("does not answer",)),
    "a TLS alert": (b"\x15\x03\x01\x00\x02\x02\x46", ("speaks TLS", "write https://")),
    "nothing": (b"", ("closes the connection without a response",)),
    "escapes and the key": (
        page("200 OK", f"\x1b[31mHi {KEY}\r\n\x07" + "x" * 9000),
        ("not this API", "***"),
    ),
}


def refusal(url: str, **changes: Any) -> str:
    """Why a server cannot be judged: one line, printable, short, without the key."""
    given = {"budget": Budget(seconds=10), "expect": Expect(answer_seconds=2), **changes}
    target = Target(url, api_key=KEY, **given)
    with pytest.raises(Unjudgeable) as caught:
        run(CONTRACT, target, profile="quick")
    message = str(caught.value)
    assert message.startswith(f"{url} ")
    assert message.isprintable()
    assert len(message) < 400
    assert KEY not in message
    assert ";" in message or ":" in message.removeprefix(url)
    return message


def addressed(answer: bytes) -> Callable[[Asked], Answer]:
    """The same for each request, to the project that is asked for."""

    def rule(asked: Asked) -> Answer:
        parts = asked.path.split("/")
        project = parts[3].encode() if len(parts) > 3 else b""
        return answer.replace(PROJECT.encode(), project)

    return rule


@pytest.mark.parametrize("name", STRANGERS)
def test_a_server_that_is_not_the_api_cannot_be_judged(name: str) -> None:
    """Whatever answers each request alike is named for what it is, with what to do."""
    answer, words = STRANGERS[name]
    with serving(addressed(answer)) as server:
        message = refusal(server.url)
    for word in words:
        assert word in message


def not_asked(_: Asked) -> Answer:
    """A server that no request gets through to."""
    raise AssertionError("asked")


@contextmanager
def listening(server: ThreadingHTTPServer) -> Iterator[str]:
    """A server of the standard library; where it is, without the scheme."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Quiet(SimpleHTTPRequestHandler):
    """`python -m http.server`, without its log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
        """Say nothing."""


def test_a_file_server_is_not_the_api(tmp_path: Path) -> None:
    """`python -m http.server` is told from the API, not judged by it."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as place:
        assert "has no such path (404" in refusal(f"http://{place}")


def test_https_asked_of_plain_http_is_named(tmp_path: Path) -> None:
    """A server without TLS that is asked in TLS is said to be one."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with listening(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as place:
        assert "write http:// in the url" in refusal(f"https://{place}")


def test_a_name_that_cannot_be_resolved_is_named() -> None:
    """DNS is told from a server that is down."""
    assert "the name layers.invalid cannot be resolved" in refusal("https://layers.invalid")


def test_a_refused_connection_is_named() -> None:
    """A port where nobody listens is said to refuse."""
    assert "the connection was refused; is it running" in refusal("http://127.0.0.1:1")


def test_a_proxy_that_is_not_there_is_named() -> None:
    """Where the proxy refuses the connection, it is the proxy that is named."""
    proxy = Proxy("http://127.0.0.1:1")
    message = refusal("http://layers.example", proxy=proxy)
    assert "the connection was refused by the proxy http://127.0.0.1:1" in message


def greeted(shell: Shell, made: Certificates, url: str, *lines: str) -> str:
    """What `check` says, in one line and with 3, of a server that it cannot judge."""
    file = made.ca.with_name("target.toml")
    file.write_text("\n".join([f'url = "{url}"', f'api_key = "{KEY}"', *lines]), encoding="utf-8")
    ended = shell("check", "--target", file, "--profile", "quick", "--quiet")
    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert ended.out.startswith("0 of ")
    assert KEY not in ended.out + ended.err
    return ended.err


def test_a_certificate_of_an_authority_that_is_not_trusted_is_named(
    shell: Shell, made: Certificates
) -> None:
    """Where a company vouches for itself, the line says where its CA goes."""
    with serving(not_asked, context=made.server()) as server:
        message = greeted(shell, made, server.url)
    assert "shows a certificate that nobody known here vouches for" in message
    assert "[tls] ca" in message


def test_a_certificate_for_another_host_is_named(shell: Shell, made: Certificates) -> None:
    """An authority that is trusted does not vouch for every name."""
    with serving(not_asked, context=made.server(made.elsewhere_cert)) as server:
        message = greeted(shell, made, server.url, f'tls.ca = "{made.ca}"')
    assert "shows a certificate for another host name" in message


def test_a_certificate_that_has_expired_is_named(shell: Shell, made: Certificates) -> None:
    """It is told from one that nobody vouches for: no entry here mends it."""
    with serving(not_asked, context=made.server(made.expired_cert)) as server:
        message = greeted(shell, made, server.url, f'tls.ca = "{made.ca}"')
    assert "shows a certificate that has expired; it has to be renewed there" in message


@contextmanager
def refusing(context: ssl.SSLContext) -> Iterator[str]:
    """A server that ends each handshake with an alert that says why; where it is."""

    def listen(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                tls = context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
                with tls, suppress(OSError):
                    with suppress(ssl.SSLError):
                        tls.do_handshake()
                    socket.socket.shutdown(tls, socket.SHUT_WR)
                    while socket.socket.recv(tls, 65536):
                        pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, args=(listener,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_server_that_wants_a_client_certificate_is_named(
    shell: Shell, made: Certificates
) -> None:
    """Mutual TLS without a certificate of ours: the line says which entries hold it."""
    with refusing(made.server(asks=True)) as url:
        message = greeted(shell, made, url, f'tls.ca = "{made.ca}"')
    assert "wants a client certificate; name it in [tls] cert and key" in message


def test_a_server_that_hangs_up_in_tls_may_want_a_client_certificate(
    shell: Shell, made: Certificates
) -> None:
    """Not every server says why it ends a handshake; the line asks for what is most likely."""
    with serving(not_asked, context=made.server(asks=True)) as server:
        message = greeted(shell, made, server.url, f'tls.ca = "{made.ca}"')
    assert "does it want a client certificate ([tls] cert and key)?" in message


def test_a_client_certificate_of_another_authority_is_named(
    shell: Shell, made: Certificates, tmp_path: Path
) -> None:
    """A certificate that the server does not take is told from one that is missing."""
    other = certificates(tmp_path)
    ours = (f'tls.cert = "{other.client_cert}"', f'tls.key = "{key_of(other.client_cert)}"')
    with refusing(made.server(asks=True)) as url:
        message = greeted(shell, made, url, f'tls.ca = "{made.ca}"', *ours)
    assert "does not accept the client certificate; check [tls] cert and key" in message


@pytest.mark.parametrize("url", ["http://layers.example", "https://layers.example"])
def test_a_proxy_that_wants_a_login_ends_with_3(shell: Shell, made: Certificates, url: str) -> None:
    """Asked for a whole address or for a tunnel, a 407 is the proxy's."""
    with serving(lambda _: page("407 Proxy Authentication Required", "407")) as server:
        message = greeted(shell, made, url, f'proxy.url = "{server.url}"')
    assert "wants a login (407)" in message
    assert "[proxy] url" in message


def test_a_server_that_keeps_silent_is_named() -> None:
    """Nobody waits for longer than the target says, which the line names."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        message = refusal(
            f"http://127.0.0.1:{silent.getsockname()[1]}", expect=Expect(answer_seconds=0.2)
        )
    assert "does not answer within 0.2 s" in message
    assert "[expect] answer_seconds, --wait" in message


def test_a_url_with_the_paths_beginning_is_corrected() -> None:
    """Where the url ends as the document's paths begin, the right one is written out."""
    with serving(addressed(page("404 Not Found", "404"))) as server:
        message = refusal(f"{server.url}/api/v1")
    assert f'set url = "{server.url}/api"' in message


def test_one_broken_operation_is_not_another_server() -> None:
    """A server whose first operation is not there, and whose second is, is judged."""

    def rule(asked: Asked) -> Answer:
        if asked.path.endswith("/approval-policy"):
            return page("404 Not Found", "404")
        return error("404 Not Found")

    with serving(rule) as server:
        outcome = run(
            CONTRACT,
            Target(server.url, api_key=KEY, budget=Budget(seconds=3)),
            profile="quick",
        )
    assert outcome.verdict != "held"
