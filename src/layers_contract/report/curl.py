"""The requests that prove a violation, as a shell script that sends them again.

The script keeps every header, the idempotency key too, and every byte of a body. It holds no
credential: it takes them from the environment. What a server answered stands in it as comments
only, on one line each, so that nothing a server says can become a command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from layers_contract.history import Exchange
from layers_contract.invariants import Violation
from layers_contract.judge import Judged
from layers_contract.outcome import Outcome

from ._text import READ, answer_of, clean, is_secret, offset, smallest, start_of

__all__ = ["file_name", "script", "scripts"]

CURL: Final = "curl --silent --show-error --include --max-time 30 --path-as-is --globoff"
KEYS: Final = {"own": "LAYERS_API_KEY", "other": "LAYERS_OTHER_KEY"}
OWNERS: Final = {"own": "the API key", "other": "a key of another organization"}
WRONG_KEY: Final = "not-a-key"
LONGEST_ARGUMENT: Final = 60_000
EXPECTS_CONTINUE: Final = 1_000_000
"""From this many bytes on curl asks before it sends, unless told not to."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_IN_PATH: Final = "%/:@!$&'()*+,;=-._~[]|<>^`{}\\\""
_OWN_BUSINESS: Final = frozenset({"host", "content-length"})


def script(outcome: Outcome, violation: Violation) -> str:
    """A POSIX shell script that sends a violation's requests again, in order."""
    return "\n".join(_lines(outcome, violation)) + "\n"


def file_name(judged: Judged) -> str:
    """What an invariant's script is called on disk."""
    return f"{judged.promise.id}.sh"


def scripts(outcome: Outcome) -> dict[str, str]:
    """For each violated invariant the script of its smallest violation, by file name."""
    return {
        file_name(each): script(outcome, violation)
        for each in outcome.judged
        for violation in smallest(each.violations, 1)
    }


def _lines(outcome: Outcome, violation: Violation) -> Iterator[str]:
    exchanges = violation.exchanges
    yield "#!/bin/sh"
    yield f"# {clean(violation.message, 400)}"
    yield from _warning(outcome, exchanges)
    for credential, variable in KEYS.items():
        if any(each.credential == credential for each in exchanges):
            yield f': "${{{variable}:?put {OWNERS[credential]} into it}}"'
    yield _base(outcome.target)
    start = start_of(outcome)
    for number, exchange in enumerate(exchanges, 1):
        yield ""
        yield f"# {number} of {len(exchanges)} · {_told(exchange, start)}"
        yield from _remarks(exchange, exchanges[: number - 1])
        yield _command(outcome, exchange)
        yield "echo"


def _warning(outcome: Outcome, exchanges: Sequence[Exchange]) -> Iterator[str]:
    header = outcome.contract.idempotency.header
    if any(header.lower() in each.request_headers for each in exchanges):
        yield f"# The server may still know each {header}: to start afresh, change it throughout."


def _told(exchange: Exchange, start: float) -> str:
    actor = clean(exchange.actor or "-", 40)
    return f"{offset(exchange, start)} · {actor} · answered then: {answer_of(exchange, 120)}"


def _remarks(exchange: Exchange, before: Sequence[Exchange]) -> Iterator[str]:
    for number, other in enumerate(before, 1):
        if other.received is None or other.received > exchange.sent:
            yield f"# It was sent while request {number} had no answer yet."
    values = {*exchange.path_params.values(), *(value for _, value in exchange.query)}
    for value in sorted(values):
        named = (n for n, other in enumerate(before, 1) if _names(other, value))
        if number := next(named, 0):
            yield f"# {clean(value, 80)} is from answer {number} then; yours may name another."


def _names(exchange: Exchange, value: str) -> bool:
    return bool(value) and b'"' + value.encode(errors="replace") + b'"' in exchange.body[:READ]


def _base(target: str) -> str:
    if urlsplit(target).scheme in ("http", "https"):
        return f"BASE={shlex.quote(clean(target).rstrip('/'))}"
    return ': "${BASE:?put the address of the server into it}"'


def _command(outcome: Outcome, exchange: Exchange) -> str:
    body, piped = _body(exchange)
    options = [f'{_method(exchange)} "$BASE"{shlex.quote(_target(outcome, exchange))}']
    options += [f"--header {each}" for each in _headers(outcome, exchange)]
    options += [f"--data-binary {body}"] if body else []
    return piped + " \\\n  ".join([CURL, *options])


def _method(exchange: Exchange) -> str:
    if exchange.method == "HEAD" and not exchange.request_body:
        return "--head"  # `--request HEAD` would wait for a body
    return f"--request {shlex.quote(clean(exchange.method))}"


def _target(outcome: Outcome, exchange: Exchange) -> str:
    path = _below(outcome, exchange.path)
    query = urlencode(exchange.query, quote_via=quote, errors="replace")
    return quote(path, safe=_IN_PATH, errors="replace") + (f"?{query}" if query else "")


def _below(outcome: Outcome, path: str) -> str:
    """*path* without the target's own path, where a recorder left it in."""
    prefix = urlsplit(outcome.target).path.rstrip("/")
    documented = any(o.pattern.fullmatch(path) for o in outcome.contract.operations.values())
    return path if documented or not path.startswith(prefix + "/") else path[len(prefix) :]


def _headers(outcome: Outcome, exchange: Exchange) -> Iterator[str]:
    secret = outcome.secret_header
    for name, value in exchange.request_headers.items():
        left_out = name.lower() in _OWN_BUSINESS or is_secret(name, secret)
        if _TOKEN.fullmatch(name) and not left_out:
            yield _header(name, value)
    yield from (f"{name}:" for name in _unwanted(exchange))
    if exchange.credential in KEYS:
        yield f'"{secret}: ${KEYS[exchange.credential]}"'
    elif exchange.credential != "none":
        yield shlex.quote(f"{secret}: {WRONG_KEY}")


def _header(name: str, value: str) -> str:
    if not value.strip():
        return shlex.quote(f"{name};")  # curl's way to send an empty one
    if value.isascii() and value.isprintable():
        return shlex.quote(f"{name}: {value}")
    raw = f"{name}: ".encode() + re.sub(rb"[\r\n\0]", b" ", _wire(value))
    return f"\"$(printf -- '{_octal(raw)}')\""


def _wire(value: str) -> bytes:
    """A header's bytes: one a character, as HTTP reads them, where that is possible."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="replace")


def _unwanted(exchange: Exchange) -> Iterator[str]:
    """What curl would add of its own."""
    sent = {name.lower() for name in exchange.request_headers}
    added = ["User-Agent", "Accept"]
    if exchange.request_body or exchange.request_headers.get("content-length") == "0":
        added.append("Content-Type")
    if len(exchange.request_body) >= EXPECTS_CONTINUE:
        added.append("Expect")
    return (name for name in added if name.lower() not in sent)


def _body(exchange: Exchange) -> tuple[str, str]:
    """The argument of `--data-binary`, and what is piped into curl before it."""
    body = exchange.request_body
    if not body:
        return ("''" if exchange.request_headers.get("content-length") == "0" else ""), ""
    text = _plain(body)
    if text is None:
        return "@-", f"printf -- '{_octal(body)}' |\n"
    return shlex.quote(text), ""


def _plain(body: bytes) -> str | None:
    """*body* as text that may stand in quotes, or None."""
    if len(body) > LONGEST_ARGUMENT or body.startswith(b"@"):
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if text.replace("\n", "").isprintable() else None


def _octal(data: bytes) -> str:
    """*data* as a format of printf(1)."""
    return "".join(_PRINTF[byte] for byte in data)


def _printf(byte: int) -> str:
    if chr(byte) in "%\\":
        return chr(byte) * 2
    plain = 32 <= byte < 127 and chr(byte) not in "'\"$`"
    return chr(byte) if plain else f"\\{byte:03o}"


_PRINTF: Final = tuple(_printf(byte) for byte in range(256))
