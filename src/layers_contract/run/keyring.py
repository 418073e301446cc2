"""The keys of a run: which one a request carries now, what nobody may read, and when one ends.

A key may stop working in the middle of a run: a token has its time. Then every call is refused,
which says nothing of the operations that were called. So a refusal of a key that was good is
checked: what has just worked is asked once more. Where that works still, the refusal is the
server's answer to that call. Where it does not, the key is renewed by the command that made it, or
given up, and what was refused since its last success counts as not answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final, Literal
from urllib.parse import quote

import trio

from layers_contract.history.exchanges import Exchange, History, redact
from layers_contract.target import Target, TargetError, run_command

__all__ = ["OWNERS", "REFUSING", "KeyWatch", "Keyring"]

WRONG_KEY: Final = "lp_test_not_a_key"
BENT: Final[Mapping[str, Callable[[str], str]]] = {
    "swapped": str.swapcase,
    "longer": lambda key: f"{key}x",
    "shorter": lambda key: key[:-1],
    "empty": lambda _: "",
}
"""Keys that are nearly the right one: the other case, one letter more, one less, none."""
REFUSING: Final = frozenset({401, 403})
"""Statuses that may mean that the key is not good."""
OWNERS: Final = {"own": "the key", "other": "the other organization's key"}
RENEWED_EVERY: Final = 60.0
"""Seconds between two renewals of a key, at least."""
PROBES: Final = 3

State = Literal["good", "refused", "unknown"]


def _is_accepted(exchange: Exchange) -> bool:
    """Whether an answer shows that the key was good enough to get one."""
    return not exchange.inconclusive and exchange.status not in REFUSING


class Keyring:
    """The keys of a target, which may be renewed, and its secrets, which only become more."""

    def __init__(self, target: Target) -> None:
        self._keys = {
            "own": target.api_key,
            "other": target.other_api_key,
            "limited": target.limited_api_key,
        }
        self._commands = {
            "own": target.api_key_command,
            "other": target.other_api_key_command,
            "limited": target.limited_api_key_command,
        }
        # Others read it meanwhile: it is only ever added to.
        self.secrets: list[str] = []
        for key in self._keys.values():
            self._hide(key)
        for header in target.headers:
            self._hide_all(header.secrets)
        if target.proxy.user:
            self._hide_all((target.proxy.user, target.proxy.user.partition(":")[2]))

    def key(self, credential: str) -> str | None:
        """The key that a request with this credential carries, if any."""
        own = self._keys["own"]
        if credential in BENT and own:
            bent = BENT[credential](own)
            return WRONG_KEY if bent == own else bent
        return WRONG_KEY if credential == "invalid" else self._keys.get(credential)

    def redact(self, raw: bytes) -> bytes:
        """*raw* without any secret: a server may quote them."""
        return redact(raw, self.secrets)

    def renews(self, credential: str) -> bool:
        """Whether a command makes this key."""
        return self._commands.get(credential) is not None

    def renew(self, credential: str) -> bool:
        """Make the key anew; whether it is another one now. Takes as long as the command.

        Raises:
            TargetError: The command makes no key.
        """
        command = self._commands[credential]
        before = self._keys[credential]
        key = run_command(command, "the command for it") if command else before
        self._hide(key)
        self._keys[credential] = key
        return key != before

    def _hide(self, key: str | None) -> None:
        self._hide_all((key, key[:-1]) if key else ())

    def _hide_all(self, secrets: tuple[str, ...]) -> None:
        for secret in secrets:
            spellings = dict.fromkeys((secret, quote(secret, safe="")))
            self.secrets += [each for each in spellings if each not in self.secrets]


@dataclass(frozen=True, slots=True)
class _Renewal:
    """When a key was renewed: seconds since the run began, and since the epoch."""

    at: float
    when: float


@dataclass
class KeyWatch:
    """Notices when a key stops working.

    `probe` sends a request that has worked once more, if it may, and gives its exchange. `stop`
    is called when the run's own key is given up. `lost` says of a key that was given up when, and
    why. `clock` gives seconds since the epoch.
    """

    keyring: Keyring
    history: History
    probe: Callable[[Exchange], Awaitable[Exchange | None]]
    stop: Callable[[], None]
    clock: Callable[[], float]
    lost: dict[str, str] = field(default_factory=dict)
    _worked: dict[str, dict[str, Exchange]] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _renewals: dict[str, list[_Renewal]] = field(default_factory=dict)
    _turn: trio.Lock = field(default_factory=trio.Lock)

    def heard(self, exchange: Exchange) -> None:
        """Remember what has worked."""
        name = exchange.credential
        if exchange.succeeded:
            self._last[name] = max(self._last.get(name, -inf), exchange.sent)
        if exchange.method == "GET" and exchange.operation and _is_accepted(exchange):
            worked = self._worked.setdefault(name, {})
            known = worked.get(exchange.operation)
            if known is None or exchange.succeeded or not known.succeeded:
                worked[exchange.operation] = exchange

    async def settle(self, exchange: Exchange, key: str | None) -> bool:
        """Find out what a refusal of *key* means; whether the request is to be sent again.

        *exchange* is in the history. It counts as not answered if the key had stopped working.
        """
        name = exchange.credential
        if name not in OWNERS and "own" in self.lost and exchange.status in REFUSING:
            exchange.retract(self.lost["own"])
        if name not in OWNERS or exchange.status not in REFUSING or name not in self._last:
            return False
        async with self._turn:
            if name in self.lost:
                exchange.retract(self.lost[name])
            elif key != self.keyring.key(name):
                exchange.retract("the key was renewed meanwhile")
                return True
            else:
                return await self._checked(exchange)
        return False

    async def _checked(self, exchange: Exchange) -> bool:
        state = await self._state(exchange.credential)
        if state == "unknown":
            exchange.retract("whether the key still worked is not known")
        return state == "refused" and await self._replace(exchange.credential)

    async def _state(self, name: str) -> State:
        """Whether what has worked with a key still does."""
        found: State = "unknown"
        worked = self._worked.get(name, {}).values()
        newest = sorted(worked, key=lambda e: (e.succeeded, e.sent), reverse=True)
        for each in newest[:PROBES]:
            answer = await self.probe(each)
            if answer and answer.status in REFUSING:
                found = "refused"
            elif answer and _is_accepted(answer):
                return "good"
        return found

    async def _replace(self, name: str) -> bool:
        """Renew a key that is refused everywhere, or give it up; whether there is another one."""
        at = min(each.sent for each in self._refused(name)) - self.history[0].sent
        trouble = await self._renew(name, at)
        if trouble is not None:
            self.lost[name] = f"{OWNERS[name]} stopped working at +{at:.1f} s{trouble}"
        reason = self.lost.get(name, "the key had ended, and was renewed")
        for each in list(self._refused(name)):
            each.retract(reason)
        if name == "own":
            self._retract_strangers(reason)
        if name == "own" and name in self.lost:
            self.stop()
        return trouble is None

    def _retract_strangers(self, reason: str) -> None:
        """What was refused without a key since then may have been refused by somebody else."""
        for each in self.history:
            late = each.sent > self._last["own"]
            if late and each.credential not in OWNERS and each.status in REFUSING:
                each.retract(reason)

    async def _renew(self, name: str, at: float) -> str | None:
        """Renew a key, once a minute; what stands in the way, if anything does."""
        if not self.keyring.renews(name):
            return ""
        done = self._renewals.setdefault(name, [])
        if done and self._last[name] < done[-1].when:
            return ", and the renewed one is refused, too"
        if done:
            await trio.sleep(max(done[-1].when + RENEWED_EVERY - self.clock(), 0.0))
        try:
            other = await trio.to_thread.run_sync(self.keyring.renew, name)
        except TargetError as error:
            return f", and {error}"
        if not other:
            return ", and the command for it gives the same one"
        done.append(_Renewal(at, self.clock()))
        return None

    def _refused(self, name: str) -> Iterator[Exchange]:
        """The refusals of a key since it has worked last."""
        for each in self.history:
            refused = each.credential == name and each.status in REFUSING
            if refused and each.received_at > self._last[name]:
                yield each

    def notes(self) -> Iterator[str]:
        """What became of the keys, in sentences for people."""
        for name, renewals in self._renewals.items():
            if renewals:
                times = ", ".join(f"+{each.at:.1f} s" for each in renewals)
                yield f"{OWNERS[name]} was renewed at {times}"
        yield from self.lost.values()
