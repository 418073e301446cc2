"""What every part of the mock's behaviour stands on: store, clock, words, chance, ids."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from layers_contract.mock.clock import Clock, StillClock
from layers_contract.mock.options import MockOptions
from layers_contract.mock.store import Store
from layers_contract.mock.vocabulary import Vocabulary

__all__ = ["Core"]

Json = Any
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS: Final = range(120, -1, -10)
_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=4096)
def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Core:
    """Store, clock and words, and the small things made from them.

    The behaviour is a line of classes, each with one concern and built on the one before; a fault
    or a variant is a subclass of the last that overrides one method.
    """

    def __init__(self, options: MockOptions, clock: Clock, store: Store, words: Vocabulary) -> None:
        self.options = options
        self.clock = StillClock(clock)
        self.store = store
        self.words = words
        self.contract = words.contract
        self.random = random.Random(options.seed)  # noqa: S311 - ids of a mock, no secrets
        self._secret: bytes | None = None
        self._requests = 0

    def fresh(self) -> int:
        """A number of 128 bits that is used once, the older the smaller."""
        moment = int(self.clock.now() * 1000) & ((1 << 48) - 1)
        return moment << 80 | self.random.getrandbits(80)

    def spell_id(self, prefix: str, number: int) -> str:
        """How an id is written."""
        return prefix + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])

    def new_request_id(self) -> str:
        """Names one exchange."""
        self._requests += 1
        return f"req_{self.random.getrandbits(40):010X}{self._requests:08X}"

    def stamp(self, moment: float) -> str:
        """A moment as the answers write it."""
        return _stamp(moment)

    def sign(self, *parts: object) -> str:
        """A signature over *parts*, as short text that fits into a URL."""
        text = json.dumps(parts, separators=(",", ":")).encode()
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]

    @property
    def secret(self) -> bytes:
        """What cursors and signed URLs are signed with; kept with the store."""
        if self._secret is None:
            seed = self.options.seed
            fresh = secrets.token_hex() if seed is None else f"{seed:064x}"
            self._secret = self.store.remember("secret", fresh).encode()
        return self._secret

    def encode(self, body: Json) -> bytes:
        """A body as it goes out."""
        return _compact(body).encode()
