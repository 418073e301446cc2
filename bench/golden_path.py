"""A walk through the API as its users take it, for tools that watch traffic and make none.

About forty requests by one client, in order: every operation, a replay and a conflict, a render
followed to its end, lists by filter, page and cursor, decisions, a cancel, and the usual errors. A
step that needs what an earlier answer did not give is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

__all__ = ["Watch", "json_object", "walk"]

Json = Any
Watch = Callable[[str, httpx.Response], None]
"""Is told each step's name and its answer."""

POLLS: Final = 40
PAUSE: Final = 0.1
KEY: Final = "golden-path"


def json_object(response: httpx.Response) -> dict[str, Json]:
    """An answer's JSON object, an empty one where there is none."""
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class _Walker:
    client: httpx.Client
    target: dict[str, Json]
    watch: Watch

    def send(self, step: str, method: str, path: str, **options: Any) -> Json:
        """The answer's JSON, an empty object where there is none."""
        try:
            response = self.client.request(method, f"/v1{path}", **options)
        except httpx.HTTPError:
            return {}
        self.watch(step, response)
        return json_object(response)

    def generate(self, step: str, project: str, hook: str, key: str = "", **more: Json) -> Json:
        """Start a render."""
        body = {"brief": {"hook": hook, **more}}
        headers = {"Idempotency-Key": key} if key else {}
        return self.send(step, "POST", f"/projects/{project}/content", json=body, headers=headers)

    def follow(self, step: str, made: Json) -> None:
        """Poll a job until it has ended."""
        for _ in range(POLLS if "jobId" in made else 0):
            if self.send(step, "GET", f"/jobs/{made['jobId']}").get("status") != "running":
                return
            time.sleep(PAUSE)

    def read(self, step: str, made: Json) -> Json:
        """The container of a render."""
        return self.send(step, "GET", f"/content/{made.get('containerId', 'cnt_unknown')}")

    def on(self, step: str, made: Json, action: str, body: Json) -> Json:
        """Do something to a container."""
        path = f"/content/{made.get('containerId', 'cnt_unknown')}/{action}"
        return self.send(step, "POST", path, json=body)


def walk(url: str, target: dict[str, Json], watch: Watch) -> None:
    """Take the path at *url*, with the key and the projects of *target*."""
    headers = {"X-Api-Key": target["api_key"]}
    with httpx.Client(base_url=url, headers=headers, timeout=10, trust_env=False) as client:
        walker = _Walker(client, target, watch)
        made = _renders(walker)
        _lists(walker)
        _again(walker, made)
        _reviews(walker)
        _endings(walker)
        _errors(walker, made)


def _renders(walker: _Walker) -> Json:
    project = walker.target["projects"]["open"]
    brief = {"targetPlatforms": ["tiktok"], "language": "en-US"}
    made = walker.generate("generate", project, "Evenings are yours again", KEY, **brief)
    walker.generate("replay", project, "Evenings are yours again", KEY, **brief)
    walker.generate("conflict", project, "Another hook", KEY)
    walker.generate("generate without a key", project, "夜はあなたのもの 🌙")
    walker.read("read early", made)
    walker.follow("poll", made)
    walker.send("progress", "GET", f"/content/{made.get('containerId', 'cnt_unknown')}/progress")
    for asset in walker.read("read", made).get("assets") or []:
        path = f"/content/{made['containerId']}/assets/{asset.get('id')}"
        walker.send("sign", "GET", path)
    walker.generate("replay late", project, "Evenings are yours again", KEY, **brief)
    return made


def _lists(walker: _Walker) -> None:
    path = f"/projects/{walker.target['projects']['open']}/content"
    walker.send("list", "GET", path)
    walker.send("list completed", "GET", path, params={"status": "completed", "limit": 5})
    walker.send("list by format", "GET", path, params={"format": ["slideshow", "video_remix"]})
    page = walker.send("list page", "GET", path, params={"limit": 1})
    if cursor := page.get("nextCursor"):
        walker.send("list next page", "GET", path, params={"limit": 1, "cursor": cursor})


def _again(walker: _Walker, made: Json) -> None:
    patch = {"patch": {"hook": "A better one", "language": "fr"}}
    again = walker.on("regenerate", made, "regenerate", patch)
    walker.on("regenerate too early", made, "regenerate", {})
    walker.follow("poll regenerated", again)
    walker.read("read regenerated", made)
    post = {"sourcePlatformPostId": walker.target["samples"]["source_post"], "mode": "fork"}
    clone = walker.on("clone", made, "clone-from-post", post)
    walker.follow("poll clone", clone)
    walker.read("read clone", clone)


def _reviews(walker: _Walker) -> None:
    project = walker.target["projects"]["gated"]
    walker.send("policy", "GET", f"/projects/{project}/approval-policy")
    first = walker.generate("generate gated", project, "For review")
    second = walker.generate("generate gated", project, "For review, too")
    walker.on("approve too early", first, "approve", {})
    for made in (first, second):
        walker.follow("poll gated", made)
    walker.on("approve", first, "approve", {"note": "Ship it."})
    walker.on("approve twice", first, "approve", {})
    walker.read("read approved", first)
    again = {"reason": "Off brand.", "regenerate": True, "patch": {"hook": "On brand"}}
    rejection = walker.on("reject", second, "reject", again)
    walker.follow("poll rejected", rejection.get("job") or {})
    walker.read("read rejected", second)


def _endings(walker: _Walker) -> None:
    projects = walker.target["projects"]
    made = walker.generate("generate", projects["open"], "To be canceled")
    for step in ("cancel", "cancel twice"):
        walker.send(step, "POST", f"/jobs/{made.get('jobId', 'job_unknown')}/cancel")
    walker.read("read canceled", made)
    failing = walker.generate(
        "generate failing", projects["open"], walker.target["samples"]["failing_hook"]
    )
    walker.follow("poll failing", failing)
    walker.read("read failed", failing)
    project = projects["disposable"][0]
    policy = f"/projects/{project}/approval-policy"
    walker.send("change policy", "PATCH", policy, json={"autoApproveAfter": "PT48H"})
    walker.send("archive", "DELETE", f"/projects/{project}")
    walker.send("archive twice", "DELETE", f"/projects/{project}")


def _errors(walker: _Walker, made: Json) -> None:
    project, foreign = (walker.target["projects"][name] for name in ("open", "foreign"))
    path = f"/projects/{project}/content"
    walker.send("empty brief", "POST", path, json={"brief": {}})
    malformed = {"Content-Type": "application/json"}
    walker.send("not JSON", "POST", path, content=b'{"brief": ', headers=malformed)
    walker.send("limit 0", "GET", path, params={"limit": 0})
    walker.send("unknown cursor", "GET", path, params={"cursor": "nobody-issued-this"})
    walker.on("reject without a reason", made, "reject", {})
    walker.send("unknown container", "GET", "/content/cnt_nobodymadethis")
    walker.send("foreign project", "GET", f"/projects/{foreign}/content")
    walker.send("wrong key", "GET", path, headers={"X-Api-Key": "lk_nobody"})
