"""Named variations of the behaviour, and how several of them make one.

A fault breaks a promise; a variant is a choice that the contract leaves to a server. Both are
subclasses of `Behaviour` that override what they are about.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.errors import MockError
from layers_contract.mock.generic import Engine
from layers_contract.mock.serving import Serving

__all__ = ["FAULTS", "VARIANTS", "Fault", "Variant", "compose", "fault", "variant"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break one promise. `needs` are options of the mock that bring it to light.

    `assumed` says that the constraint it breaks is only assumed, whatever the promise's source:
    such a fault fails a strict run only.
    """

    name: str
    breaks: str
    sentence: str
    behaviour: type[Serving]
    needs: Mapping[str, Any]
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to be different and keep every promise.

    `against` are the promises that a strict run would find broken: this variant goes against an
    assumption of ours. No other run may say a word.
    """

    name: str
    sentence: str
    behaviour: type[Behaviour]
    needs: Mapping[str, Any]
    against: frozenset[str] = frozenset()


FAULTS: Final[dict[str, Fault]] = {}
VARIANTS: Final[dict[str, Variant]] = {}

_B = TypeVar("_B", bound=type[Behaviour])


def fault(
    name: str, *, breaks: str, sentence: str, assumed: bool = False, **needs: Any
) -> Callable[[_B], _B]:
    """Enter a behaviour into the catalogue of faults."""

    def enter(behaviour: _B) -> _B:
        if name in FAULTS:
            raise ValueError(f"two faults are called {name}")
        FAULTS[name] = Fault(name, breaks, sentence, behaviour, needs, assumed)
        return behaviour

    return enter


def variant(
    name: str, *, sentence: str, against: Iterable[str] = (), **needs: Any
) -> Callable[[_B], _B]:
    """Enter a behaviour into the catalogue of variants."""

    def enter(behaviour: _B) -> _B:
        if name in VARIANTS:
            raise ValueError(f"two variants are called {name}")
        VARIANTS[name] = Variant(name, sentence, behaviour, needs, frozenset(against))
        return behaviour

    return enter


def compose(faults: Iterable[str], variants: Iterable[str]) -> type[Behaviour]:
    """The behaviour with these faults over these variants.

    Raises:
        MockError: A name is not in the catalogue; the message gives the nearest ones.
    """
    parts = [_find(FAULTS, "fault", name).behaviour for name in dict.fromkeys(faults)]
    parts += [_find(VARIANTS, "variant", name).behaviour for name in dict.fromkeys(variants)]
    return type("Composed", (*parts, Behaviour), {}) if parts else Behaviour


def compose_generic(catalogue: Mapping[str, Fault], names: Iterable[str]) -> type[Engine]:
    """The generic behaviour with these faults of *catalogue*.

    Raises:
        MockError: A name is not in it; the message gives the nearest ones.
    """
    parts = [_find(catalogue, "fault", name).behaviour for name in dict.fromkeys(names)]
    return type("Composed", (*parts, Engine), {}) if parts else Engine


_Entry = TypeVar("_Entry", Fault, Variant)


def _find(catalogue: Mapping[str, _Entry], what: str, name: str) -> _Entry:
    if name in catalogue:
        return catalogue[name]
    near = difflib.get_close_matches(name, catalogue, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise MockError(f"unknown {what} {name!r}{hint}")
