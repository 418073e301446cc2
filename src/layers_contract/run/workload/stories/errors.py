"""Unusual bodies: JSON that few servers expect."""

from __future__ import annotations

import json
from typing import Any

from layers_contract.run.workload.actor import Actor
from layers_contract.run.workload.stories._registry import story


@story("errors.", "schema.rejects-invalid", renders=2, needs=("projects.open",), profile="standard")
async def odd_bodies(actor: Actor) -> None:
    """Bodies that are JSON, and that few expect."""
    generate, ids = actor.roles.generate, {"project": actor.open_project}
    for line in ("nothing \x00 here", "half a pair \ud83d", "\ufeffbefore \u202eafter"):
        body = {"brief": {"hook": actor.hook(line), "themeTags": [actor.marker]}}
        raw = json.dumps(body).encode()
        actor.made_by(generate, ids, await actor.call(generate, ids=ids, body=raw))
    briefs: tuple[Any, ...] = ({"hook": ["a list"]}, {"hook": None}, {"hook": ""}, [], 10**400)
    for brief in briefs:
        raw = json.dumps({"brief": brief}).encode()
        actor.made_by(generate, ids, await actor.call(generate, ids=ids, body=raw))
