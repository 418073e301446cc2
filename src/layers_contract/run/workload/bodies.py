"""Bodies of requests: made from another one, or of the sample post."""

from __future__ import annotations

import json
from typing import Any

from layers_contract.run.workload.actor import Actor

__all__ = ["clone_body", "contradictions", "turned"]


def turned(body: Any) -> bytes:
    """The same JSON with its members in reverse order, spread over lines."""
    return json.dumps(_turned(body), indent=1, ensure_ascii=False).encode()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _turned(v) for k, v in reversed(value.items())}
    return value


def contradictions(actor: Actor, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Valid generate requests that differ from *body* in one place each."""
    bodies, generate = actor.bodies, actor.roles.generate
    found = [each for each in _contradictions(actor, body) if bodies.is_valid(generate, each)]
    return found or bodies.others(generate, body) or [body]


def _contradictions(actor: Actor, body: dict[str, Any]) -> list[dict[str, Any]]:
    if "hook" not in body.get("brief", {}):
        return []
    brief, formats = body["brief"], actor.roles.formats
    tags, platforms, language = (
        brief.get(name) for name in ("themeTags", "targetPlatforms", "language")
    )
    changes: list[dict[str, Any]] = [
        {"hook": brief["hook"] + "é"},
        {"hook": brief["hook"].swapcase()},
        {"hook": brief["hook"].replace(" ", "  ", 1)},
        {"language": "fr" if language != "fr" else "es"},
        {"themeTags": [*(tags or []), "another"]},
        {"targetPlatforms": ["tiktok"] if platforms != ["tiktok"] else ["instagram"]},
    ]
    if tags and tags[::-1] != tags:
        changes.append({"themeTags": tags[::-1]})
    samples = actor.target.samples
    media = [samples.reference_media] if samples.reference_media else None
    for name, sample in (("influencerId", samples.influencer), ("referenceMediaIds", media)):
        if sample:
            changes.append({name: None if brief.get(name) else sample})
    others = [{**body, "brief": _without_none({**brief, **each})} for each in changes]
    others += [{**body, "format": name} for name in formats if name != body.get("format")][:1]
    return others


def clone_body(actor: Actor, mode: str | None = None, **overrides: Any) -> dict[str, Any]:
    """A request to clone the sample post; its tags are the run's own unless told."""
    overrides.setdefault("themeTags", [actor.marker])
    request = {"sourcePlatformPostId": actor.target.samples.source_post}
    whole = {**request, **({"mode": mode} if mode else {}), "overrides": overrides}
    return actor.valid(actor.roles.clone, whole)


def _without_none(brief: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in brief.items() if value is not None}
