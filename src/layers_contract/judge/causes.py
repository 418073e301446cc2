"""Which violated promises have one cause: what breaks one of them often breaks others, too.

Two findings belong together where most violations of one share with the other their requests (more
often than chance would have it), look the same, or concern resources and keys of the run on which
the other had shown before. The one to look at first is the one whose responses are wrong by
themselves, else the one with the surest source, else the one that is violated more often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, Final

from layers_contract.history.exchanges import NOT_JSON, Exchange, History
from layers_contract.judge.invariants import Violation
from layers_contract.judge.verdicts import Judged
from layers_contract.spec.contract import Contract
from layers_contract.spec.document import SOURCES

__all__ = ["Cause", "Follower", "causes"]

SHARE: Final = 0.8
"""The part of a finding's violations that another one must share to explain it."""
CHANCE: Final = 0.05
"""How probable it may be, at most, that so much is shared by chance."""
MOST: Final = 2_000
"""Violations of one finding that are looked at."""
_WORD: Final = re.compile(r"\S+")
_DIGIT: Final = re.compile(r"\d")
_READ: Final = 500
"""Characters of a message that are compared: a server may be quoted in it at any length."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A finding that another one explains: `shared` of its `violations` share its `what`."""

    judged: Judged
    shared: int
    violations: int
    what: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding that nothing else explains, and those that it explains, both worst first."""

    root: Judged
    followers: tuple[Follower, ...] = ()

    @property
    def all(self) -> tuple[Judged, ...]:
        """The root and what follows from it."""
        return (self.root, *(each.judged for each in self.followers))


def causes(contract: Contract, history: History, judged: Iterable[Judged]) -> list[Cause]:
    """The violated promises among *judged*, each once, by their causes; the worst cause first."""
    found = [each for each in judged if each.verdict == "violated"]
    if len(found) < 2:
        return [Cause(each) for each in found]
    run = _Run(contract, history)
    findings = sorted((_Finding.of(run, each) for each in found), key=_Finding.precedence)
    leaders: dict[int, tuple[int, Follower]] = {}
    for number, finding in enumerate(findings):
        links = [
            (leader, link)
            for leader in range(number)
            if (link := _link(run, findings[leader], finding))
        ]
        if links:
            leaders[number] = max(links, key=lambda each: (each[1].shared, -each[0]))
    return sorted(_groups(findings, leaders), key=lambda cause: _badness(cause.root))


def _groups(
    findings: Sequence[_Finding], leaders: Mapping[int, tuple[int, Follower]]
) -> Iterator[Cause]:
    followers: dict[int, list[Follower]] = {}
    for number, (leader, link) in leaders.items():
        while leader in leaders:
            leader = leaders[leader][0]  # noqa: PLW2901 - up to the root
        followers.setdefault(leader, []).append(link)
        assert number != leader  # noqa: S101 - whoever leads comes before
    for number, finding in enumerate(findings):
        if number not in leaders:
            own = sorted(followers.get(number, ()), key=lambda each: _badness(each.judged))
            yield Cause(finding.judged, tuple(own))


def _badness(judged: Judged) -> tuple[int, int]:
    """The surest source first, then what is violated most often."""
    return SOURCES.index(judged.source), -len(judged.violations)


@dataclass(frozen=True)
class _Run:
    """What the exchanges of a run are about: the resources that it made, and its keys."""

    contract: Contract
    history: History

    @cached_property
    def made(self) -> frozenset[str]:
        """Ids that the server gave before any request named them."""
        named: dict[str, float] = {}
        for exchange in self.history:
            for value in exchange.path_params.values():
                named[value] = min(named.get(value, exchange.sent), exchange.sent)
        given: set[str] = set()
        for exchange in self.history:
            if exchange.operation in self.contract.starts and exchange.succeeded:
                texts = set(_texts(exchange.json))
                given |= {each for each in texts if exchange.received_at <= named.get(each, -1.0)}
        return frozenset(given)

    @cached_property
    def of_operation(self) -> dict[str | None, int]:
        """How many exchanges there are of each operation."""
        found: dict[str | None, int] = {}
        for exchange in self.history:
            found[exchange.operation] = found.get(exchange.operation, 0) + 1
        return found

    def odds(self, leader: _Finding, finding: _Finding) -> float:
        """How probable it is that one of *finding*'s violations has a request of *leader*'s."""
        operations = {self.history[number].operation for number in finding.exchanges}
        alike = sum(self.of_operation.get(each, 0) for each in operations)
        marked = sum(1 for n in leader.exchanges if self.history[n].operation in operations)
        size = max(len(each.exchanges) for each in finding.cases)
        return min(marked / max(alike, 1) * size, 1.0)

    def repeats(self, proof: Sequence[Exchange]) -> Iterator[object]:
        """The last answer to a call that repeats another of *proof*: same key, same body."""
        header = self.contract.key_header
        seen: dict[object, int] = {}
        for exchange in proof:
            if key := exchange.request_headers.get(header):
                call = (key, exchange.operation, exchange.request_body)
                seen[call] = seen.get(call, 0) + 1
                if seen[call] > 1:
                    yield ("repeat", exchange.operation, exchange.status)

    def things(self, exchange: Exchange) -> set[str]:
        """The resources of the run that an exchange is about, and its key; a list is about none."""
        key = exchange.request_headers.get(self.contract.key_header)
        found = {f"key {key}"} if key else set()
        if exchange.operation in self.contract.lists:
            return found
        names = {*exchange.path_params.values(), *_texts(exchange.json)}
        return found | (names & self.made)


@dataclass(frozen=True)
class _Case:
    """One violation: its exchanges, when it showed, what it is about, and what it looks like."""

    exchanges: frozenset[int]
    shown: float
    things: frozenset[str]
    symptoms: frozenset[object]

    @classmethod
    def of(cls, run: _Run, violation: Violation) -> _Case:
        proof = violation.exchanges
        return cls(
            frozenset(each.number for each in proof),
            max((each.sent for each in proof), default=0.0),
            frozenset(thing for each in proof for thing in run.things(each)),
            frozenset([_pattern(violation.message), *run.repeats(proof)]),
        )


@dataclass(frozen=True)
class _Finding:
    """A violated promise with its violations."""

    judged: Judged
    cases: Sequence[_Case]

    @classmethod
    def of(cls, run: _Run, judged: Judged) -> _Finding:
        return cls(judged, [_Case.of(run, each) for each in judged.violations[:MOST]])

    def precedence(self) -> tuple[bool, int, int]:
        """Who explains whom: what comes first."""
        return (not self.plain, *_badness(self.judged))

    @cached_property
    def plain(self) -> bool:
        """Whether each of its responses is wrong by itself."""
        return all(len(each.exchanges) == 1 for each in self.cases)

    @cached_property
    def exchanges(self) -> frozenset[int]:
        return frozenset().union(*(each.exchanges for each in self.cases))

    @cached_property
    def symptoms(self) -> frozenset[object]:
        return frozenset().union(*(each.symptoms for each in self.cases))

    @cached_property
    def things(self) -> dict[str, float]:
        """What it is about, and when it showed there first."""
        found: dict[str, float] = {}
        for case in self.cases:
            for thing in case.things:
                found[thing] = min(found.get(thing, case.shown), case.shown)
        return found

    def on_things(self, case: _Case) -> bool:
        """Whether *case* showed where this one had shown by then."""
        return any(self.things.get(thing, inf) <= case.shown for thing in case.things)


def _link(run: _Run, leader: _Finding, finding: _Finding) -> Follower | None:
    """How *leader* explains *finding*, if it does."""
    cases = finding.cases
    shared = sum(1 for each in cases if each.exchanges & leader.exchanges)
    if _is_most(shared, cases) and run.odds(leader, finding) ** shared <= CHANCE:
        return Follower(finding.judged, shared, len(cases), "requests")
    alike = sum(1 for each in cases if each.symptoms & leader.symptoms)
    if _is_most(alike, cases):
        return Follower(finding.judged, alike, len(cases), "symptom")
    if leader.plain:
        return None  # a response that is wrong by itself says nothing of the resource's others
    shared = sum(1 for each in cases if leader.on_things(each))
    if _is_most(shared, cases):
        return Follower(finding.judged, shared, len(cases), "resources")
    return None


def _is_most(some: int, cases: Sequence[_Case]) -> bool:
    return some > 0 and some >= SHARE * len(cases)


def _pattern(message: str) -> str:
    """*message* without its ids, numbers and times."""
    return _WORD.sub(lambda word: "#" if _DIGIT.search(word[0]) else word[0], message[:_READ])


def _texts(value: Any) -> Iterator[str]:
    """The strings of a JSON value."""
    waiting = [] if value is NOT_JSON else [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
