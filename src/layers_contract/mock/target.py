"""The target file that fits a mock: where it is, its keys, its projects, what it allows."""

from __future__ import annotations

import json
from typing import Any

from layers_contract.mock.options import FAILING_HOOK, OTHER, OWN, MockOptions, World
from layers_contract.mock.words import Words, words_of

__all__ = ["target", "to_toml"]

Json = Any


def target(options: MockOptions, url: str, words: Words | None = None) -> dict[str, Json]:
    """What a run has to know to judge a mock with these *options* at *url*."""
    words = words or words_of(options.files)
    document = words.contract.document
    world = World.of(document)
    return {
        "url": url,
        "api_key": OWN.key,
        "other_api_key": OTHER.key,
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
        "allow": {"generate": True, "policy": True},
        "budget": {
            "generations": 10_000,
            "requests": 100_000,
            "seconds": 900,
            "requests_per_minute": _pace(options, words),
        },
        "expect": {
            "render_seconds": _longest(options),
            "idempotency_window_seconds": words.contract.idempotency.window
            if options.window is None
            else options.window,
            "clock_skew_seconds": 1,
        },
    }


def to_toml(values: dict[str, Json]) -> str:
    """*values* as TOML; a table for each nested one."""
    lines = [f"{name} = {_plain(v)}" for name, v in values.items() if not isinstance(v, dict)]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {_plain(v)}" for key, v in table.items())]
    return "\n".join(lines) + "\n"


def _plain(value: Json) -> str:
    return json.dumps(value)


def _pace(options: MockOptions, words: Words) -> int:
    """How many requests a minute the widest budget allows; 0 where there is none."""
    return max((words.budgets(options.rate_limit) or {"": 0}).values())


def _longest(options: MockOptions) -> float:
    """How long a render may take before it counts as stuck: thrice its time, and some."""
    whole = options.render * (1 + options.jitter) + options.cancel_delay + options.latency
    return round(3 * whole + 2, 3)
