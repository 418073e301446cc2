"""The requests that prove a violation, as a shell script that sends them again.

The script keeps every header, the idempotency key too, and every byte of a body. It holds no
credential: it takes them from the environment. What was answered then stands in it as comments, on
one line each. A value that a request has from an earlier answer is looked up in the answer of now.
Nothing that a server says can become a command.
"""

from __future__ import annotations

import itertools
import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from layers_contract.history.exchanges import Exchange
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import PROXY_USER, Outcome
from layers_contract.judge.verdicts import Judged

from ._taken import CONDITIONS, SHELL, Taken, taken
from ._text import answer_of, clean, headline, is_secret, offset, smallest, start_of

__all__ = ["file_name", "script", "scripts"]

CURL: Final = "curl --silent --show-error --include --path-as-is --globoff"
KEYS: Final = {"own": "LAYERS_API_KEY", "other": "LAYERS_OTHER_KEY"}
OWNERS: Final = {"own": "the API key", "other": "a key of another organization"}
WRONG_KEY: Final = "not-a-key"
ONLY_SHOWS: Final = "It only prints the responses and judges nothing: compare them yourself."
LONGEST_ARGUMENT: Final = 60_000
SHORTEST_PAUSE: Final = 0.5
"""Seconds between two requests from which on the script pauses, too."""
SETTING: Final = """
answers=$(mktemp -d) || exit 1
trap 'rm -rf "$answers"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL

show() {
  for answer; do
    cat "$answers/$answer"
    echo
  done
}
""".strip("\n")
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
    exchanges = sorted(violation.exchanges, key=lambda each: each.sent)
    uses = taken(outcome.contract, exchanges)
    yield "#!/bin/sh"
    yield f"# {clean(violation.message, 400)}"
    yield f"# {headline(outcome)}"
    yield f"# {ONLY_SHOWS}"
    yield from _warning(outcome, exchanges)
    for credential, variable in KEYS.items():
        if any(each.credential == credential for each in exchanges):
            yield f': "${{{variable}:?put {OWNERS[credential]} into it}}"'
    for name, variable in outcome.headers.items():
        yield f': "${{{variable}:?put the value of the header {name} into it}}"'
    if any(PROXY_USER in each for each in outcome.curl):
        yield f': "${{{PROXY_USER}:?put the user of the proxy into it, as name:password}}"'
    if "--insecure" in outcome.curl:
        yield "# No certificate is checked: anybody may answer."
    yield _base(outcome.target)
    yield SETTING + (SHELL if any(uses) else "")
    yield from _requests(outcome, exchanges, uses)


def _requests(
    outcome: Outcome, exchanges: Sequence[Exchange], uses: Sequence[Mapping[str, Taken]]
) -> Iterator[str]:
    """The requests: each is sent once those are answered that were answered before it then."""
    start, assigned = start_of(outcome), set[Taken]()
    open_: dict[int, float] = {}
    for number, exchange in enumerate(exchanges, 1):
        before, after = exchanges[: number - 1], exchanges[number:]
        done = [n for n, received in open_.items() if received <= exchange.sent]
        yield ""
        yield from _wait(done)
        open_ = {n: received for n, received in open_.items() if n not in done}
        yield f"# {number} of {len(exchanges)} · {_told(exchange, start)}"
        yield from _remarks(exchange, before)
        yield from _pause(exchange, before)
        new = [each for each in uses[number - 1].values() if each not in assigned]
        for each in new:
            yield from _assignment(each)
        assigned.update(new)
        command = f'{_command(outcome, exchange, uses[number - 1])} >"$answers/{number}"'
        if exchange.received is not None and any(e.sent < exchange.received for e in after):
            yield f"{command} &"
            yield f"sent_{number}=$!"
            open_[number] = exchange.received
        else:
            yield command
            yield f"show {number}"
    yield from _wait(list(open_))
    yield ""
    yield f"echo {shlex.quote(ONLY_SHOWS)}"


def _wait(numbers: Sequence[int]) -> Iterator[str]:
    """Wait for requests that are under way, and show what is answered."""
    if numbers:
        yield "wait " + " ".join(f'"$sent_{number}"' for number in numbers)
        yield "show " + " ".join(map(str, numbers))


def _pause(exchange: Exchange, before: Sequence[Exchange]) -> Iterator[str]:
    """The time that passed then, in whole seconds: a render may have gone on meanwhile."""
    moments = [moment for each in before for moment in (each.sent, each.received)]
    past = max((m for m in moments if m is not None and m <= exchange.sent), default=exchange.sent)
    if exchange.sent - past >= SHORTEST_PAUSE:
        yield f"sleep {math.ceil(exchange.sent - past)}"


def _assignment(each: Taken) -> Iterator[str]:
    """The line that looks a value up, under one that tells what it was and where it stood."""
    value = clean(each.value, 80)
    yield f"# {each.variable} is from answer {each.answer}, its {each.name}: {value} then."
    where = f"taken {each.answer} {each.name} {each.nth}" if each.nth else f"tagged {each.answer}"
    yield f"{each.variable}=$({where} {shlex.quote(each.value)})"


def _warning(outcome: Outcome, exchanges: Sequence[Exchange]) -> Iterator[str]:
    contract = outcome.contract
    if any(contract.key_header in each.request_headers for each in exchanges):
        header = contract.idempotency.header
        yield f"# The server may still know each {header}: to start afresh, change it throughout."


def _told(exchange: Exchange, start: float) -> str:
    actor = clean(exchange.actor or "-", 40)
    return f"{offset(exchange, start)} · {actor} · answered then: {answer_of(exchange, 120)}"


def _remarks(exchange: Exchange, before: Sequence[Exchange]) -> Iterator[str]:
    for number, other in enumerate(before, 1):
        if other.received is not None and other.received > exchange.sent:
            yield f"# It was sent while request {number} had no answer yet."


def _base(target: str) -> str:
    if urlsplit(target).scheme in ("http", "https"):
        return f"BASE={shlex.quote(clean(target).rstrip('/'))}"
    return ': "${BASE:?put the address of the server into it}"'


def _command(outcome: Outcome, exchange: Exchange, uses: Mapping[str, Taken]) -> str:
    body, piped = _body(exchange)
    options = [f'{_method(exchange)} "$BASE"{_target(outcome, exchange, uses)}']
    options += [f"--header {each}" for each in _headers(outcome, exchange, uses)]
    options += [f"--data-binary {body}"] if body else []
    return piped + " \\\n  ".join([" ".join([CURL, *outcome.curl]), *options])


def _method(exchange: Exchange) -> str:
    if exchange.method == "HEAD" and not exchange.request_body:
        return "--head"  # `--request HEAD` would wait for a body
    return f"--request {shlex.quote(clean(exchange.method))}"


def _target(outcome: Outcome, exchange: Exchange, uses: Mapping[str, Taken]) -> str:
    """Path and query as an argument for the shell, with what is taken as variables."""
    ids = {value: uses[value] for value in exchange.path_params.values() if value in uses}
    segments = re.split(r"(/)", _below(outcome, exchange.path))
    parts = [ids.get(unquote(each)) or _quoted(each, _IN_PATH) for each in segments]
    for number, (name, value) in enumerate(exchange.query):
        parts += ["&" if number else "?", _quoted(name), "=", uses.get(value) or _quoted(value)]
    return "".join(_argument(parts))


def _quoted(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="replace")


def _argument(parts: Sequence[str | Taken]) -> Iterator[str]:
    """Texts in a shell's quotes, with variables between them."""
    for is_text, group in itertools.groupby(parts, lambda each: isinstance(each, str)):
        if is_text:
            yield shlex.quote("".join(map(str, group)))
        else:
            yield from (
                f'"$(encoded "${each.variable}")"' for each in group if isinstance(each, Taken)
            )


def _below(outcome: Outcome, path: str) -> str:
    """*path* without the target's own path, where a recorder left it in."""
    prefix = urlsplit(outcome.target).path.rstrip("/")
    documented = any(o.pattern.fullmatch(path) for o in outcome.contract.operations.values())
    return path if documented or not path.startswith(prefix + "/") else path[len(prefix) :]


def _headers(outcome: Outcome, exchange: Exchange, uses: Mapping[str, Taken]) -> Iterator[str]:
    secret = outcome.secret_header
    for name, value in exchange.request_headers.items():
        left_out = name.lower() in _OWN_BUSINESS or is_secret(name, secret)
        if _TOKEN.fullmatch(name) and not left_out:
            tag = uses.get(value) if name in CONDITIONS else None
            yield f'"{name}: ${tag.variable}"' if tag else _header(name, value)
    yield from (f"{name}:" for name in _unwanted(exchange))
    for name, variable in outcome.headers.items():
        yield f'"{name}: ${variable}"'
    scheme = outcome.contract.document.key_scheme
    if exchange.credential in KEYS:
        yield f'"{secret}: {scheme.value(f"${KEYS[exchange.credential]}")}"'
    elif exchange.credential != "none":
        yield shlex.quote(f"{secret}: {scheme.value(WRONG_KEY)}")


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
