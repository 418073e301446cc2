"""Words that all reports share, and what makes a server's text safe to show.

Whatever a server says may hold escape sequences, markup or megabytes. A report shows what cannot
be printed as an escape and cuts the rest; only then does it go to a terminal or a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from math import inf
from typing import Final

from layers_contract.history.exchanges import NOT_JSON, Exchange
from layers_contract.judge.causes import Cause, Follower
from layers_contract.judge.invariants import Violation
from layers_contract.judge.outcome import Outcome
from layers_contract.judge.verdicts import Judged

__all__ = [
    "READ",
    "SHOWN",
    "Counts",
    "answer_of",
    "at_one_moment",
    "because",
    "clean",
    "counts",
    "decode",
    "heading",
    "headline",
    "in_letters_of",
    "is_secret",
    "judged_of",
    "known_words",
    "offset",
    "public",
    "smallest",
    "source_words",
    "spans",
    "start_of",
    "summary",
    "url_of",
]

SHOWN: Final = 3
"""How many violations of an invariant a report shows; it counts all."""

READ: Final = 100_000
"""How many bytes of a body are looked at where only its beginning is shown."""

REDACTED: Final = "[redacted]"
_SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
_SOURCES: Final = {
    "seed": "promised by the page (seed)",
    "linked": "promised by a linked page (linked)",
    "derived": "follows from the pages (derived)",
    "assumed": "only assumed (assumed)",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many invariants got which verdict, and on how many only an assumption differs."""

    violated: int
    held: int
    not_judged: int
    different: int
    known: int = 0


def counts(outcome: Outcome) -> Counts:
    """The verdicts of a run, counted."""
    verdicts = [each.verdict for each in outcome.judged]
    return Counts(
        verdicts.count("violated"),
        verdicts.count("held"),
        verdicts.count("not_judged"),
        sum(1 for each in outcome.judged if each.differences),
        verdicts.count("known"),
    )


def summary(outcome: Outcome) -> str:
    """A run in one line."""
    found = counts(outcome)
    parts = [
        f"violated {found.violated}",
        *([f"{found.known} known"] if found.known else []),
        f"held {found.held}",
        f"not judged {found.not_judged}",
        plural(len(outcome.history), "request"),
        plural(outcome.generations, "render"),
        f"{outcome.seconds:,.1f} s",
    ]
    return " · ".join([*parts, "interrupted"] if outcome.interrupted else parts)


def heading(outcome: Outcome) -> dict[str, str]:
    """What every report says of its run: what was judged, by what, and when."""
    began = datetime.fromtimestamp(outcome.began, UTC)
    return {
        "target": outcome.target,
        "date": began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": f"layers-contract {_version()}",
        "document": outcome.contract.document.version,
        "marker": outcome.marker or "none",
        "profile": outcome.profile,
        "seed": str(outcome.seed),
    }


def headline(outcome: Outcome) -> str:
    """The same in one line, for people."""
    said = heading(outcome)
    named = (f"{name} {said[name]}" for name in ("document", "marker", "profile", "seed"))
    return clean(" · ".join([said["target"], said["date"], said["tool"], *named]), 400)


@cache
def _version() -> str:
    try:
        return version("layers-contract")
    except PackageNotFoundError:
        return "(not installed)"


def because(cause: Cause, follower: Follower) -> str:
    """How a finding is explained by another one."""
    of = f"{follower.shared:,} of {plural(follower.violations, 'violation')}"
    how = "look the same" if follower.what == "symptom" else f"share its {follower.what}"
    return f"may follow from {cause.root.promise.id}: {of} {how}"


def judged_of(outcome: Outcome) -> str:
    """How many of how many promises were judged."""
    whole = len(outcome.judged)
    return f"{whole - counts(outcome).not_judged} of {plural(whole, 'promise')} judged"


def known_words(judged: Judged) -> str:
    """What a baseline says of the known violations of a promise, in one line."""
    told = {f"{each.reason} (until {each.expires}, {each.owner})": None for each in judged.known}
    return f"known: {'; '.join(told)}"


def plural(number: int, noun: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def source_words(source: str) -> str:
    """What a source means to a reader, with its name."""
    return _SOURCES.get(source, source)


def clean(text: object, limit: int | None = None, keep: str = "") -> str:
    """*text* with everything unprintable but *keep* escaped, cut to *limit* characters."""
    whole = str(text)
    # An escape makes several characters of one, so nothing beyond `limit` can be needed.
    start = whole if limit is None else whole[: limit + 1]
    safe = "".join(c if c.isprintable() or c in keep else _escape(c) for c in start)
    return safe if limit is None or len(safe) <= limit else safe[: limit - 1] + "…"


def in_letters_of(encoding: str, text: str) -> str:
    """*text* in what a terminal of that encoding can show."""
    if not encoding.lower().replace("-", "").startswith("utf"):
        text = text.replace("·", "|").replace("→", "->").replace("…", "...")
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def decode(body: bytes) -> str:
    """A body as text; bytes that are not UTF-8 stand as escapes."""
    return body.decode("utf-8", "backslashreplace")


def pretty(body: bytes, limit: int) -> str:
    """A body for reading: JSON indented, the rest as it is, cut to *limit* characters."""
    try:
        text = json.dumps(json.loads(body[: READ + 1]), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = decode(body[:READ])
    return clean(text, limit, keep="\n")


def answer_of(exchange: Exchange, limit: int = 0) -> str:
    """What was answered: the status, and up to *limit* characters of the body."""
    if exchange.status is None:
        return clean(exchange.failure or "no answer", max(limit, 60))
    body = clean(_compact(exchange), limit) if limit and exchange.body else ""
    return f"{exchange.status} {body}".rstrip()


def _compact(exchange: Exchange) -> str:
    if len(exchange.body) > READ or exchange.json is NOT_JSON:
        return decode(exchange.body[:READ])
    return json.dumps(exchange.json, ensure_ascii=False, separators=(",", ":"))


def url_of(exchange: Exchange) -> str:
    """The path with its query, for reading."""
    query = "&".join(f"{name}={value}" for name, value in exchange.query)
    return f"{exchange.path}?{query}" if query else exchange.path


def start_of(outcome: Outcome) -> float:
    """When the run's first request was sent."""
    return outcome.began


def offset(exchange: Exchange, start: float) -> str:
    """When a request was sent, in seconds after *start*."""
    return f"+{exchange.sent - start:.3f} s"


def at_one_moment(exchanges: Sequence[Exchange]) -> bool:
    """Whether any two of them overlap in time."""
    ordered = sorted(exchanges, key=lambda each: each.sent)
    return any(_end(one) > other.sent for one, other in pairwise(ordered))


def spans(exchanges: Sequence[Exchange], width: int) -> list[tuple[int, int]]:
    """Where each begins and ends on a line of *width* characters; one without an answer never."""
    begin = min(each.sent for each in exchanges)
    last = max([each.sent for each in exchanges] + [_end(e) for e in exchanges if e.answered])
    scale = (width - 2) / max(last - begin, 1e-9)
    found = []
    for each in exchanges:
        start = round((each.sent - begin) * scale)
        end = round((min(_end(each), last) - begin) * scale) + 2
        found.append((start, max(end, start + 2)))
    return found


def _end(exchange: Exchange) -> float:
    return inf if exchange.received is None else exchange.received


BODY_READ = 65_536


def smallest(violations: Sequence[Violation], most: int = SHOWN) -> list[Violation]:
    """The violations that are quickest to read, at most *most*."""
    return sorted(violations, key=_size)[:most]


def _size(violation: Violation) -> tuple[int, int, int]:
    bodies = sum(len(each.body) + len(each.request_body) for each in violation.exchanges)
    return len(violation.exchanges), _ids_from_elsewhere(violation), bodies


def _ids_from_elsewhere(violation: Violation) -> int:
    """How many ids in its paths no earlier answer of its own has given: fewer repeat better."""
    given, missing = b"", 0
    for exchange in violation.exchanges:
        missing += sum(each.encode() not in given for each in exchange.path_params.values())
        given += exchange.body[:BODY_READ]
    return missing


def public(headers: Mapping[str, str], secret_header: str) -> dict[str, str]:
    """*headers* without what is nobody's business."""
    return {n: REDACTED if is_secret(n, secret_header) else v for n, v in headers.items()}


def is_secret(name: str, secret_header: str) -> bool:
    """Whether a header of that name may hold a credential."""
    return name.lower() in _SECRET or name.lower() == secret_header.lower()
