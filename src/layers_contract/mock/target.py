"""The target file that fits a mock: where it is, its keys, its projects, what it allows."""

from __future__ import annotations

import json
from typing import Any

from layers_contract.mock.choice import words_of
from layers_contract.mock.generic import samples, world
from layers_contract.mock.generic.kinds import Kinds
from layers_contract.mock.idempotency import window_of
from layers_contract.mock.options import FAILING_HOOK, LIMITED, OTHER, OWN, MockOptions, World
from layers_contract.mock.vocabulary import Vocabulary
from layers_contract.mock.words import Words

__all__ = ["target", "to_toml"]

Json = Any


def target(options: MockOptions, url: str, words: Vocabulary | None = None) -> dict[str, Json]:
    """What a run has to know to judge a mock with these *options* at *url*."""
    words = words or words_of(options.files)
    return {
        "url": url,
        "api_key": OWN.key,
        "other_api_key": OTHER.key,
        **({"limited_api_key": LIMITED.key} if _has_scopes(words) else {}),
        **(_studio(words) if isinstance(words, Words) else _world(words)),
        "allow": {"generate": True, "policy": True},
        "budget": {
            "generations": 10_000,
            "requests": 100_000,
            "seconds": 900,
            "requests_per_minute": _pace(options, words),
        },
        "expect": {
            "render_seconds": _longest(options),
            "idempotency_window_seconds": window_of(options, words),
            "clock_skew_seconds": 1,
        },
    }


def _studio(words: Words) -> dict[str, Json]:
    document = words.contract.document
    world = World.of(document)
    return {
        "projects": {
            "open": world.open,
            "gated": world.gated,
            "disposable": list(world.disposable),
            "foreign": world.foreign,
            "foreign_disposable": world.foreign_disposable,
        },
        "samples": {
            "source_post": min(words.posts),
            "failing_hook": FAILING_HOOK,
            "influencer": document.schema("InfluencerId")["examples"][0],
            "reference_media": document.schema("MediaId")["examples"][0],
        },
    }


def _world(words: Vocabulary) -> dict[str, Json]:
    """What is there from the start of a mock of any document, and what can be asked of it."""
    kinds = Kinds(words.contract)
    found: dict[str, Json] = {}
    standing = dict(world(kinds))
    if ids := standing.pop("project", None):
        found["projects"] = {
            "open": ids["open"],
            "gated": ids["gated"],
            "disposable": [v for name, v in ids.items() if name.startswith("disposable")],
            "foreign": ids["foreign"],
            "foreign_disposable": ids["foreign-disposable"],
        }
    known = {kind: ids["open"] for kind, ids in standing.items()}
    found["samples"] = {**known, **samples(words.contract), "failing_hook": FAILING_HOOK}
    return found


def _has_scopes(words: Vocabulary) -> bool:
    """Whether any operation asks for a scope."""
    return any(map(words.contract.scopes, words.contract.operations.values()))


def to_toml(values: dict[str, Json]) -> str:
    """*values* as TOML; a table for each nested one."""
    lines = [f"{name} = {_plain(v)}" for name, v in values.items() if not isinstance(v, dict)]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {_plain(v)}" for key, v in table.items())]
    return "\n".join(lines) + "\n"


def _plain(value: Json) -> str:
    return json.dumps(value)


def _pace(options: MockOptions, words: Vocabulary) -> int:
    """How many requests a minute the widest budget allows; 0 where there is none."""
    return max((words.budgets(options.rate_limit) or {"": 0}).values())


def _longest(options: MockOptions) -> float:
    """How long a render may take before it counts as stuck: thrice its time, and some."""
    whole = options.render * (1 + options.jitter) + options.cancel_delay + options.latency
    return round(3 * whole + 2, 3)
