"""Every fault and variant there is: importing this module fills the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from layers_contract.mock import faults as _faults  # noqa: F401 - registers the faults
from layers_contract.mock import variants as _variants  # noqa: F401 - registers the variants
from layers_contract.mock.generic.faults import broken
from layers_contract.mock.options import MockOptions
from layers_contract.mock.registry import (
    FAULTS,
    VARIANTS,
    Fault,
    Variant,
    compose,
    compose_generic,
)
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.mock.words import Words
from layers_contract.spec.contract import Contract

__all__ = [
    "FAULTS",
    "VARIANTS",
    "Fault",
    "Variant",
    "compose",
    "compose_generic",
    "faults_of",
    "needs",
    "variants_of",
]


ASSUMED: Final = "assumed"


def faults_of(words: Vocabulary) -> Mapping[str, Fault]:
    """The faults of the behaviour that serves a document: the tuned one's, or one for each rule."""
    return FAULTS if isinstance(words, Words) else _generic(words.contract)


def variants_of(words: Vocabulary) -> Mapping[str, Variant]:
    """The variants of the behaviour that serves a document."""
    return VARIANTS if isinstance(words, Words) else {}


@lru_cache(maxsize=4)
def _generic(contract: Contract) -> Mapping[str, Fault]:
    return {
        name: Fault(
            name=name,
            breaks=judged,
            sentence=maker.sentence,
            behaviour=maker.make(rule),
            needs=maker.needs,
            assumed=rule.source == ASSUMED,
        )
        for name, (rule, judged, maker) in broken(contract).items()
    }


def needs(options: MockOptions, words: Vocabulary) -> MockOptions:
    """*options* with what its faults and variants need to show, where left at its default."""
    wanted: dict[str, Any] = {}
    if not (options.faults or options.variants):
        return options
    for catalogue, names in (
        (faults_of(words), options.faults),
        (variants_of(words), options.variants),
    ):
        for name in names:
            entry = catalogue.get(name)
            wanted |= _unset(options, entry.needs) if entry else {}
    return replace(options, **wanted)


def _unset(options: MockOptions, wanted: Mapping[str, Any]) -> dict[str, Any]:
    default = MockOptions()
    return {k: v for k, v in wanted.items() if getattr(options, k) == getattr(default, k)}
