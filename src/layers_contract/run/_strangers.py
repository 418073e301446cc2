"""Who answers in the API's place: a gateway, an edge, a login, a redirect, another server."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from layers_contract.history.exchanges import Exchange
from layers_contract.spec.contract import Contract
from layers_contract.target import Target

__all__ = [
    "BUSY",
    "CERTIFICATE_HINT",
    "given",
    "misplaced",
    "quoted",
    "stranger",
    "wanted_certificate",
    "which_key",
]

BUSY, UNAUTHORIZED, FORBIDDEN, NO_PROXY, PORTAL = 429, 401, 403, 407, 511
GATEWAY: Final = frozenset({502, 503, 504, 509, 598, 599})
ORIGIN_LOST: Final = frozenset({*range(520, 528), 530})
"""What Cloudflare answers where it does not get through to the server behind it."""
WITHOUT_CERTIFICATE: Final = frozenset({400, 403, 495, 496})
NOT_THERE: Final = frozenset({404, 405, 410, 421, 501})
BLOCKING: Final = frozenset({200, 202, 400, 401, 403, 405, 406, 409, 418, 429, 451, 503})
SERVER_ERROR: Final = 500
LONGEST, READ = 120, 65_536
"""Characters that are quoted, and bytes that are looked at."""

EDGES: Final[Mapping[str, re.Pattern[str]]] = {
    "Cloudflare": re.compile(r"cf-ray|cf-mitigated|server: cloudflare"),
    "CloudFront": re.compile(r"x-amz-cf-id|server: cloudfront"),
    "Akamai": re.compile(r"server: akamai|x-akamai|akamai-grn"),
    "Imperva": re.compile(r"x-iinfo|incap_ses|x-cdn: (imperva|incapsula)"),
    "Sucuri": re.compile(r"x-sucuri"),
    "Azure Front Door": re.compile(r"x-azure-ref"),
    "Fastly": re.compile(r"x-fastly|fastly-|server: varnish"),
    "AWS": re.compile(r"server: awselb|x-amzn-waf|x-amzn-errortype"),
    "Google's front end": re.compile(r"server: (gfe|google frontend)|x-goog-iap"),
    "Vercel": re.compile(r"x-vercel-|server: vercel"),
}
"""Edges by what their headers hold."""
BLOCK_PAGE: Final = re.compile(
    r"access denied|request (was )?(blocked|rejected|unsuccessful)|attention required|just a moment"
    r"|captcha|web application firewall|you have been blocked|error 10\d\d|security check|forbidden"
    r"|not acceptable|incident id|support id",
    re.IGNORECASE,
)
LOGIN: Final = re.compile(
    r"log[-_]?in|sign[-_]?in|signon|\bsso\b|oauth|openid|saml|/authorize|/auth/|cloudflareaccess|okta"
    r"|accounts\.",
    re.IGNORECASE,
)
LOGIN_PAGE: Final = re.compile(
    r"type=[\"']?password|<title>[^<]*(log ?in|sign ?in|single sign)", re.IGNORECASE
)
PLAIN_TO_TLS: Final = re.compile(
    r"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS|speaking plain HTTP to an SSL"
    r"|requires? (TLS|HTTPS)|(combination of host and port|this port) requires TLS",
    re.IGNORECASE,
)
NO_CERTIFICATE: Final = re.compile(
    r"required SSL certificate|SSL certificate error|client certificate", re.IGNORECASE
)
TITLE: Final = re.compile(r"<title[^>]*>([^<]{1,300})", re.IGNORECASE)
PAGE: Final = re.compile(r"\s*<(!doctype|html|head|body|h1|center|\?xml)", re.IGNORECASE)
CERTIFICATE_HINT: Final = "name it in [tls] cert and key"
HEADERS_HINT: Final = "give what it wants in [headers], or --header"


def stranger(contract: Contract, target: Target, answer: Exchange, status: int) -> str:
    """Who has answered with *status*, and what to do, in words that follow the URL."""
    said = _Said(contract, target, answer, status)
    return next(words for recognize in RECOGNIZED if (words := recognize(said)))


@dataclass(frozen=True)
class _Said:
    """A response that is not the API's."""

    contract: Contract
    target: Target
    answer: Exchange
    status: int

    @cached_property
    def text(self) -> str:
        """The beginning of its body."""
        return self.answer.body[:READ].decode("utf-8", "replace")

    @cached_property
    def head(self) -> str:
        """Its headers in lower case, one a line."""
        return "\n".join(f"{n}: {v}" for n, v in self.answer.headers.items()).lower()

    @cached_property
    def edge(self) -> str | None:
        """Which edge it came by, if its headers tell."""
        return next((name for name, mark in EDGES.items() if mark.search(self.head)), None)

    @property
    def is_page(self) -> bool:
        """Whether it is for people to read."""
        return PAGE.match(self.text) is not None

    @property
    def shown(self) -> str:
        """The status, and the page's title if there is one."""
        title = TITLE.search(self.text)
        return f'{self.status}, "{quoted(title[1], 60)}"' if title else str(self.status)


def quoted(text: str, most: int = LONGEST) -> str:
    """A server's *text* in one line that can be printed, cut."""
    safe = "".join(c if c.isprintable() else " " for c in html.unescape(text[: 10 * most]))
    safe = " ".join(safe.split())
    return safe if len(safe) <= most else f"{safe[: most - 1]}…"


def misplaced(contract: Contract, target: Target) -> str:
    """What is to be looked at where a path is not there."""
    start = contract.beginning
    path = urlsplit(target.url).path
    if start and path.endswith(start):
        fixed = target.url.removesuffix(start)
        return f'the document\'s paths begin with {start} themselves: set url = "{quoted(fixed)}"'
    ours = f"; the document's paths begin with {start}" if start else ""
    return f"is the url right?{ours}"


def _redirect(said: _Said) -> str | None:
    """A redirect: to a login, to https, or to where the API is."""
    location = said.answer.headers.get("location")
    if not 300 <= said.status < 400 or not location:
        return None
    whither = quoted(re.split(r"[?#]", location, maxsplit=1)[0])
    if LOGIN.search(location):
        return f"leads to a login ({said.status} to {whither}); {HEADERS_HINT}"
    url = _base(said.target, said.answer.path, location)
    known = url is not None and url != said.target.url
    todo = f'set url = "{quoted(url or "")}"' if known else "set url to where the API is"
    return f"leads elsewhere ({said.status} to {whither}), and no redirect is followed; {todo}"


def _base(target: Target, path: str, location: str) -> str | None:
    """The url that would have led to *location* at once, if *path* is still its end."""
    end = path.rstrip("/")
    try:
        parts = urlsplit(location)
    except ValueError:
        return None
    if parts.username or parts.password or not parts.path.rstrip("/").endswith(end):
        return None
    here = urlsplit(target.url)
    scheme, host = parts.scheme or here.scheme, parts.netloc or here.netloc
    return f"{scheme}://{host}{parts.path.rstrip('/').removesuffix(end)}"


def _tls(said: _Said) -> str | None:
    """A server in front that would have been spoken to in TLS, or with a client certificate."""
    if said.status in WITHOUT_CERTIFICATE and NO_CERTIFICATE.search(said.text):
        return f"{wanted_certificate(said.target)} ({said.shown}); {CERTIFICATE_HINT}"
    if not PLAIN_TO_TLS.search(said.text):
        return None
    return f"speaks TLS, and was asked in plain http ({said.status}); write https:// in the url"


def _on_the_way(said: _Said) -> str | None:
    """A proxy, an edge or a network with a status that only these have."""
    if said.status == NO_PROXY:
        return "is behind a proxy that wants a login (407); give it in [proxy] url"
    if said.status == PORTAL:
        return "is behind a portal of this network (511); log in there with a browser first"
    if said.status in ORIGIN_LOST:
        who = said.edge or "an edge"
        return f"is away: {who} does not get through to it ({said.shown}); try again later"
    return None


def _login(said: _Said) -> str | None:
    if said.status not in (200, UNAUTHORIZED, FORBIDDEN) or not LOGIN_PAGE.search(said.text):
        return None
    return f"answers with a login page ({said.shown}); {HEADERS_HINT}"


def _block(said: _Said) -> str | None:
    """A page of an edge that does not let this run pass."""
    known, worded = said.edge is not None, BLOCK_PAGE.search(said.text) is not None
    blocks = "cf-mitigated" in said.head or "x-amzn-waf-action" in said.head
    if said.status in BLOCKING and said.is_page:
        blocks = blocks or (worded if said.status < 300 else known or worded)
    if not blocks:
        return None
    who = said.edge or "an edge"
    return f"is behind {who} that blocks this run ({said.shown}); let it pass, or {HEADERS_HINT}"


def _away(said: _Said) -> str | None:
    if said.status not in GATEWAY and said.status != BUSY:
        return None
    who = "a gateway's page" if said.is_page else "not in the API's words"
    return f"is away or busy ({said.shown}, {who}); is what stands behind it up? try again later"


def _gate(said: _Said) -> str | None:
    """401 or 403, and not in the API's words."""
    if said.status not in (UNAUTHORIZED, FORBIDDEN):
        return None
    scheme = said.answer.headers.get("www-authenticate", "").partition(" ")[0].lower()
    if scheme in ("basic", "negotiate", "ntlm", "digest"):
        return f"is behind a gate that wants a login ({said.status}, {scheme}); {HEADERS_HINT}"
    if said.is_page:
        return f"is behind a gate that lets nobody pass ({said.shown}); {HEADERS_HINT}"
    refused = f"refuses {given(said.target)} ({said.status}, no error code)"
    return f"{refused}; {which_key(said.target)}, or {HEADERS_HINT}"


def _another_server(said: _Said) -> str:
    if said.is_page:
        what = "a web page"
    elif said.text.lstrip()[:1] in ("{", "["):
        what = "JSON of another shape than documented"
    else:
        what = f'"{quoted(said.text, 40)}"' if said.text.strip() else "an empty body"
    hint = misplaced(said.contract, said.target)
    if said.status in NOT_THERE:
        return f"has no such path ({said.shown}, {what}); {hint}"
    if said.status >= SERVER_ERROR:
        return f"is broken, or another server ({said.shown}, {what}); {hint}"
    return f"is not this API: it answers {said.shown} with {what}; {hint}"


RECOGNIZED: Final[Sequence[Callable[[_Said], str | None]]] = (
    *(_redirect, _tls, _on_the_way, _login, _block, _away, _gate, _another_server),
)
"""The first that has words for a response knows who has sent it."""


def wanted_certificate(target: Target) -> str:
    """What a server says with a handshake, or a page, that wants to know who calls."""
    return f"wants {'another' if target.tls.cert else 'a'} client certificate"


def given(target: Target) -> str:
    """What a refused request carried."""
    return "the key" if target.api_key else "a request without a key; none was given"


def which_key(target: Target) -> str:
    """What to do about a refusal of the key."""
    export = "" if target.api_key else ", or export LAYERS_API_KEY"
    return f"say in the target file which key to use{export}"
