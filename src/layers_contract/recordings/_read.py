"""Recordings of any kind as one history, and what is to be said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from layers_contract.history.exchanges import Exchange, History
from layers_contract.spec.contract import Contract

from ._entry import Entry, RecordingError, is_scrubbed
from ._files import parts
from ._formats import EMPTY, Found, entries
from ._place import Base, Places, chosen, split_url
from ._times import settle
from ._who import Names, identity, name_callers

__all__ = ["Recording", "read"]

NOT_KEPT: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
NAMED: Final = 6
"""How many entries that are left out are named."""
SECRETS: Final = 32
SHORTEST: Final = 8
_Splits = list[tuple[Entry, tuple[str, str, str]]]


@dataclass
class Recording:
    """What was read: the exchanges with the API, and lines for people.

    *alone* tells that all are of runs of ours, which record whatever they do.
    """

    history: History
    alone: bool = True
    notes: list[str] = field(default_factory=list)


def read(
    files: Sequence[Path],
    contract: Contract,
    *,
    base: str | None = None,
    names: Names | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Recording:
    """The exchanges in *files* that went to the API, in the order in which they were sent.

    *base* is the URL below which the API stands, *names* what keys are called (`names_of`).
    *progress* is told how many exchanges were read so far, also within a file.

    Raises:
        RecordingError: A file cannot be read, is no recording, or holds no traffic of the API.
    """
    return _Reader(contract, base, names or {}, progress).read(files)


class _Reader:
    def __init__(
        self,
        contract: Contract,
        base: str | None,
        names: Names,
        progress: Callable[[int], None],
    ) -> None:
        self._contract, self._base, self._names = contract, base, names
        self._progress = progress
        self._read_before = 0
        self._places = Places(contract.document)
        self._scheme = contract.document.key_scheme
        self._secret_headers = {*NOT_KEPT, self._scheme.header.lower()}
        self._key_header = contract.key_header
        self._bodies = {e.id for e in contract.operations.values() if e.takes_body}
        self._secrets: dict[str, bytes] = {}
        self._unsure: set[tuple[str, str]] = set()
        self._missing = Counter[str]()
        self._notes: list[str] = []
        self._found: Sequence[Found] = ()

    def read(self, files: Sequence[Path]) -> Recording:
        found = self._found = [
            self._settled(entries(part, self._tell)) for file in files for part in parts(file)
        ]
        where = ", ".join(map(str, files))
        ready = [e for each in found for e in each.entries if isinstance(e, Exchange)]
        recorded = [e for each in self._once(found) for e in each if isinstance(e, Entry)]
        exchanges = ready + self._of_api(recorded, where, empty=not ready)
        for each in exchanges if self._unsure else ():
            self._settle_key(each)
        note = name_callers(exchanges, self._names)
        self._part_keys(exchanges)
        history = History(sorted(exchanges, key=lambda each: each.sent))
        told = [*self._told(found, len(exchanges)), *([note] if note else [])]
        return Recording(history, all(each.own_words is not None for each in recorded), told)

    def _settled(self, found: Found) -> Found:
        mine = [each for each in found.entries if isinstance(each, Entry)]
        note = settle(mine, found.creator)
        found.notes += [note] if note else []
        self._read_before += len(found.entries)
        self._progress(self._read_before)
        return found

    def _tell(self, count: int) -> None:
        """So many entries of one recording were read."""
        self._progress(self._read_before + count)

    def _once(self, found: Sequence[Found]) -> Iterator[list[Entry | Exchange]]:
        """The entries of each recording, without those that an earlier one holds as well."""
        if len(found) == 1:
            yield found[0].entries
            return
        before: set[int] = set()
        for each in found:
            known = {_print(entry): entry for entry in each.entries if isinstance(entry, Entry)}
            twice = before & known.keys()
            self._missing["twice"] += len(twice)
            yield [e for e in each.entries if isinstance(e, Exchange) or _print(e) not in twice]
            before |= known.keys()

    def _of_api(self, recorded: list[Entry], where: str, *, empty: bool) -> list[Exchange]:
        split = [(e, url) for e in recorded if (url := split_url(e.url))]
        bases = Counter[Base]()
        for entry, (origin, path, _) in split:
            base = self._places.base_of(entry.method, origin, path)
            if base is not None:
                bases[base] += 1
        if not bases and (not empty or all(EMPTY in each.notes for each in self._found)):
            return []
        if not bases:
            raise RecordingError(self._nothing(where))
        wanted, note = chosen(bases, self._base, where)
        self._notes += [note] if note else []
        return list(self._exchanges(split, wanted))

    def _nothing(self, where: str) -> str:
        told = "; ".join(_left_out(each.left_out) for each in self._found if each.left_out)
        why = f" ({told})" if told else ""
        what = f"no request in it is an operation of the document{why}"
        return f"{where}: {what}: record traffic of the API"

    def _exchanges(self, split: _Splits, base: Base) -> Iterator[Exchange]:
        origin, prefix = base
        for entry, (place, whole, query) in split:
            path = whole[len(prefix) :]
            if place != origin or not whole.startswith(prefix + "/"):
                continue
            own = entry.own_words is not None
            call = self._places.call(entry.method, path)
            if call or own or self._places.is_documented(path):
                yield self._exchange(entry, path, query, call)

    def _exchange(
        self, entry: Entry, path: str, query: str, call: tuple[str, dict[str, str]] | None
    ) -> Exchange:
        who, key = identity(entry.request_headers, self._scheme)
        bare = not entry.request_headers
        asked = tuple(parse_qsl(query, keep_blank_values=True)) if query else (entry.query or ())
        exchange = Exchange(
            method=entry.method,
            path=path,
            sent=entry.sent,
            received=entry.received,
            status=entry.status,
            query=asked,
            request_headers=self._kept(entry.request_headers),
            request_body=entry.request_body or b"",
            headers=self._kept(entry.headers),
            body=entry.body if entry.status is not None else b"",
            operation=call[0] if call else None,
            path_params=call[1] if call else {},
            credential=entry.own_words or who,
            actor=entry.actor,
            intent=entry.intent,
            failure=entry.failure,
        )
        self._missing["bodies"] += entry.body_missing
        if entry.request_body is None and exchange.operation in self._bodies:
            self._missing["requests"] += 1
            self._forget(exchange, "the body of the request was not recorded")
        if entry.own_words is None:
            self._check_headers(exchange, bare=bare)
            self._redact(exchange, key)
        return exchange

    def _kept(self, headers: dict[str, str]) -> dict[str, str]:
        """*headers*, which are nobody else's, without what may say who somebody is."""
        for name in self._secret_headers & headers.keys():
            del headers[name]
        return headers

    # What is not known for certain.

    def _check_headers(self, exchange: Exchange, *, bare: bool) -> None:
        """A call whose idempotency key may have been left out might be a repeat of another."""
        if exchange.operation not in self._contract.idempotent:
            return
        key = exchange.request_headers.get(self._key_header)
        if bare or (key is not None and is_scrubbed(key)):
            self._forget(exchange, "the headers of the request were not recorded")

    def _forget(self, exchange: Exchange, reason: str) -> None:
        """Take it for a request that may have done anything at any time."""
        if exchange.status is not None:
            exchange.failure, exchange.status, exchange.received = reason, None, None
            exchange.body = b""
        if key := exchange.request_headers.get(self._key_header):
            self._unsure.add((exchange.path, key))

    def _settle_key(self, exchange: Exchange) -> None:
        """Of a key that was used in a way that is not known, no use is judged."""
        key = exchange.request_headers.get(self._key_header)
        if key is not None and (exchange.path, key) in self._unsure:
            self._strike(exchange, "its key was used in a way that was not recorded")

    def _strike(self, exchange: Exchange, reason: str) -> None:
        self._forget(exchange, reason)
        exchange.request_headers = {
            n: v for n, v in exchange.request_headers.items() if n != self._key_header
        }

    def _part_keys(self, exchanges: Sequence[Exchange]) -> None:
        """A key used by somebody unknown may be another caller's, or the same one's."""
        known = {
            e.request_headers[self._key_header]
            for e in exchanges
            if e.credential == "unknown" and self._key_header in e.request_headers
        }
        for each in exchanges if known else ():
            if each.request_headers.get(self._key_header) in known:
                self._strike(each, "its key was used by somebody who is not known")

    def _redact(self, exchange: Exchange, key: str | None) -> None:
        """A key that a request or an answer quotes does not get into the history."""
        if key and len(key) >= SHORTEST and len(self._secrets) < SECRETS:
            self._secrets[key] = key.encode(errors="surrogatepass")
        shown = "\n".join(exchange.headers.values())
        for secret, raw in self._secrets.items():
            if raw in exchange.body:
                exchange.body = exchange.body.replace(raw, b"***")
            if raw in exchange.request_body:
                exchange.request_body = exchange.request_body.replace(raw, b"***")
            if exchange.query:
                exchange.query = tuple([(n, v.replace(secret, "***")) for n, v in exchange.query])
            if secret in shown:
                exchange.headers = {
                    n: v.replace(secret, "***") for n, v in exchange.headers.items()
                }

    # What is said of it.

    def _told(self, found: Sequence[Found], count: int) -> Iterator[str]:
        many = len(found) > 1
        for each in found:
            place = f"{each.name}: " if many else ""
            yield from (f"{place}{note}" for note in each.notes)
            if each.left_out:
                yield place + _left_out(each.left_out)
        yield from self._notes
        if bodies := self._missing["bodies"]:
            yield f"{bodies:,} of {count:,} bodies were not recorded"
        if requests := self._missing["requests"]:
            yield f"{requests:,} of {count:,} request bodies were not recorded"
        if twice := self._missing["twice"]:
            entries_ = "entry is" if twice == 1 else "entries are"
            yield f"{twice:,} {entries_} in several files, and counted once"


def _left_out(items: Sequence[tuple[int, str]]) -> str:
    """How many entries were left out, and why."""
    reasons: dict[str, list[int]] = {}
    for number, why in items:
        reasons.setdefault(why, []).append(number)
    told = "; ".join(f"{len(each)} × {why} (no. {_few(each)})" for why, each in reasons.items())
    verb = "entry was" if len(items) == 1 else "entries were"
    return f"{len(items):,} {verb} left out: {told}"


def _few(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:NAMED]))
    return shown + (", …" if len(numbers) > NAMED else "")


def _print(entry: Entry) -> int:
    """What equal entries of several files have in common."""
    return hash((entry.method, entry.url, entry.sent, entry.status, entry.body, entry.request_body))
