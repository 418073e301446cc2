"""What a brief, a key and a program can be: the one place that says so, as Hypothesis strategies.

Values come in classes (a hook beyond ASCII, a key of the greatest length), and classes are dealt
like cards: each comes up once before any comes up twice. A fault that shows with one class alone
has its chance in a run of a few dozen renders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from layers_contract.run.scratch import hypothesis_home

__all__ = ["Deck", "Filling", "Program", "Step", "decks", "drawn", "programs"]

T = TypeVar("T")

LONG: Final = 1900
"""Characters of a long hook: within any limit that counts the bytes of plain text."""
LONGEST_KEY: Final = 255
FRESH: Final = 32
"""Characters of what is fresh in a key."""

_WORDS = st.lists(
    st.sampled_from(("evenings", "are", "yours", "again", "less", "screen", "more", "you")),
    min_size=2,
    max_size=6,
).map(" ".join)


def _of(alphabet: str | Sequence[str], most: int = 12) -> st.SearchStrategy[str]:
    """Words of these letters, and a plain one between, so that none is only blanks."""
    return st.lists(st.sampled_from(alphabet), min_size=3, max_size=most).map("".join)


HOOKS: Final = (
    _WORDS,
    _of("äöüßéèñçøå").map(lambda word: f"Für {word} übrig"),
    _of("夜はあなたのもの毎日楽"),
    _of(("🌙", "🔥", "👩‍👩‍👧", "🇩🇪", "❤️", "😀"), 6).map(lambda emoji: f"Tonight {emoji}!"),
    _of("أمسياتكلمنجديد").map(lambda word: f"مساء {word}"),
    _of(('"', "'", "<b>", "&amp;", "\\", "%s", "{{x}}", "--", ";")).map(lambda m: f"It{m}s"),
    _WORDS.map(lambda words: (words + " … ").ljust(LONG, "x")),
)
"""Plain, accented, ideographs, beyond the basic plane, right to left, markup, long."""

TAGS: Final = (
    st.just(()),
    st.just(("sleep",)),
    st.just(("sleep", "sleep", "sleep")),
    _of("äß夜🌙é").map(lambda word: (word,)),
    st.just(("x" * 60,)),
    st.lists(_of("abcdefg", 6), min_size=12, max_size=12).map(tuple),
)
PLATFORMS: Final = (None, ("tiktok",), ("instagram",), ("tiktok", "instagram"))
LANGUAGES: Final = (None, "en", "de-AT", "zh-Hant-TW", "ar")
KEYS: Final = (
    "{key}",
    "KEY-{KEY}",
    "k:{key}/1.~_x",
    "{key}" + "k" * (LONGEST_KEY - FRESH),
    "order-0000-0000-0000-0000-0000-0000-{key}",
)
"""Shapes of keys: as they come, upper case, with marks, the longest, alike for 35 characters."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What one call is filled in with. `format` counts into the document's formats."""

    hook: str
    tags: tuple[str, ...]
    platforms: tuple[str, ...] | None
    language: str | None
    format: int
    influencer: bool
    media: bool
    key: str


@dataclass(frozen=True, slots=True)
class Deck:
    """The cards of a run: a cycle for each part of a filling."""

    hooks: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    platforms: tuple[tuple[str, ...] | None, ...]
    languages: tuple[str | None, ...]
    formats: tuple[int, ...]
    samples: tuple[tuple[bool, bool], ...]
    keys: tuple[str, ...]

    def filling(self, number: int) -> Filling:
        """The card that is *number* in its turn."""
        influencer, media = _turn(self.samples, number)
        return Filling(
            hook=_turn(self.hooks, number),
            tags=_turn(self.tags, number),
            platforms=_turn(self.platforms, number),
            language=_turn(self.languages, number),
            format=_turn(self.formats, number),
            influencer=influencer,
            media=media,
            key=_turn(self.keys, number),
        )


def _turn(cards: Sequence[T], number: int) -> T:
    """The card at *number*; each time round the cycle starts one later."""
    return cards[(number + number // len(cards)) % len(cards)]


@st.composite
def decks(draw: st.DrawFn, formats: int) -> Deck:
    """Cards in any order, for a document with so many *formats*."""
    both = (True, False)
    return Deck(
        hooks=tuple(draw(st.permutations([draw(each) for each in HOOKS]))),
        tags=tuple(draw(st.permutations([draw(each) for each in TAGS]))),
        platforms=tuple(draw(st.permutations(PLATFORMS))),
        languages=tuple(draw(st.permutations(LANGUAGES))),
        formats=tuple(draw(st.permutations(range(formats)))),
        samples=tuple(draw(st.permutations([(i, m) for i in both for m in both]))),
        keys=tuple(draw(st.permutations(KEYS))),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with a container: `now`, or once its render has `begun` or `ended`.

    *number* picks among the variants that there are.
    """

    do: str
    moment: str
    number: int


@dataclass(frozen=True, slots=True)
class Program:
    """A container's life: the project it is made in, how it is asked for, what is done to it."""

    gated: bool
    opening: str
    steps: tuple[Step, ...]


OPENINGS: Final = ("keyed", "keyed", "plain", "lost", "together", "against")
LOOKS: Final = ("again", "turned", "contradict", "twice", "list", "sign")
CHANGES: Final = ("regenerate", "regenerate", "approve", "reject", "clone", "cancel")


def _steps(moments: Sequence[str], does: Sequence[str], most: int) -> st.SearchStrategy[list[Step]]:
    step = st.builds(Step, st.sampled_from(does), st.sampled_from(moments), st.integers(0, 11))
    return st.lists(step, max_size=most)


@st.composite
def programs(draw: st.DrawFn, count: int) -> tuple[Program, ...]:
    """So many programs: looks while the render goes on, perhaps a cancel, changes afterwards."""
    openings = draw(st.permutations(OPENINGS))
    cancels = draw(st.permutations(range(4)))
    return tuple(
        Program(
            gated=draw(st.booleans()),
            opening=_turn(openings, number),
            steps=(
                *draw(_steps(("now", "begun"), (*LOOKS, "clone"), 2)),
                *draw(_steps(("now", "begun"), ("cancel",), _turn(cancels, number) == 0)),
                *draw(_steps(("ended",), (*LOOKS[:3], *CHANGES), 5)),
            ),
        )
        for number in range(count)
    )


def drawn(strategy: st.SearchStrategy[T], seed: int) -> T:
    """A value of *strategy*, always the same one for a *seed*."""
    values: list[T] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=2,  # the first is the plainest there is
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(value: T) -> None:
        values.append(value)

    with hypothesis_home():
        collect()
    return values[-1]
