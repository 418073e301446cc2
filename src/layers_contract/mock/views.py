"""What answers show: containers, jobs, assets and policies, as they stand at a moment."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from layers_contract.mock.model import Container, Project, Render
from layers_contract.mock.rendering import Rendering

__all__ = ["MEDIA", "Views"]

Json = Any
MEDIA: Final = "/_media/"
"""Where the mock serves the rendered files."""


class Views(Rendering):
    """The shapes of the document, filled in."""

    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        """A container as it stands at *now*."""
        status = self.container_state(container, render, now)
        completed = status == self.words.success
        return {
            "id": container.id,
            "projectId": container.project,
            "status": status,
            "approvalStatus": self.review_shown(container, render, now),
            "format": container.format,
            "influencerId": container.brief.get("influencerId"),
            "brief": container.brief,
            "assets": self.assets(container, render, base) if completed else [],
            "captions": self.captions(container, render) if completed else [],
            "lastError": self.last_error(render) if status == self.words.failure else None,
            "createdAt": self.stamp(container.created),
            "updatedAt": self.stamp(self.updated(container, render, now)),
        }

    def item_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        """A container as a list shows it."""
        return self.container_view(container, render, now, base)

    def container_state(self, container: Container, render: Render, now: float) -> str:
        """The status that a container shows."""
        return self.state(render, now)

    def review_shown(self, container: Container, render: Render, now: float) -> str:
        """The review state that a container shows."""
        return container.review

    def updated(self, container: Container, render: Render, now: float) -> float:
        """When a container last changed."""
        return max(container.touched, self.changed(render, now))

    def job_view(self, render: Render, now: float, base: str) -> dict[str, Json]:
        """A job as it stands at *now*."""
        view = self.envelope(render, self.job_status(render, now))
        if self.is_running(render, now):
            view["stage"] = self.stage(render, now)
            view["progress"] = self.progress(render, now)
        else:
            view["finishedAt"] = self.stamp(self.finished(render))
            view |= self.outcome_view(render, now, base)
        return view

    def progress_view(self, render: Render, now: float, base: str) -> dict[str, Json]:
        """What the progress endpoint shows of a container's newest render."""
        return self.job_view(render, now, base)

    def accepted_view(self, render: Render) -> dict[str, Json]:
        """The envelope of a render that was just accepted."""
        return {**self.envelope(render, self.words.running), "stage": self.words.stages[0]}

    def envelope(self, render: Render, status: str) -> dict[str, Json]:
        """The part of a job that every answer shows."""
        return {
            "jobId": render.job,
            "kind": render.kind,
            "status": status,
            "projectId": render.project,
            "containerId": render.container,
            "locationUrl": self.words.job_url(jobId=render.job),
            "startedAt": self.stamp(render.started),
        }

    def outcome_view(self, render: Render, now: float, base: str) -> dict[str, Json]:
        """What an ended job says of its end: a result, an error, or nothing."""
        state = self.state(render, now)
        if state == self.words.failure:
            return {"error": self.last_error(render)}
        if state == self.words.success:
            return {"result": self.result(render, base)}
        return {}

    def result(self, render: Render, base: str) -> dict[str, Json]:
        """What a completed render made."""
        found = self.store.container(render.container)
        assets = self.assets(found[0], render, base) if found else []
        return {"containerId": render.container, "assets": assets}

    def last_error(self, render: Render) -> dict[str, Json]:
        """Why *render* failed."""
        return dict(self.words.render_error)

    def assets(self, container: Container, render: Render, base: str) -> list[dict[str, Json]]:
        """The files that *render* made, with permanent URLs."""
        video, *other = self.words.asset_kinds
        stills = bool(other) and "slideshow" in container.format
        return [
            self.asset(render, number, other[0] if stills else video, base)
            for number in range(3 if stills else 1)
        ]

    def asset(self, render: Render, number: int, kind: str, base: str) -> dict[str, Json]:
        """One file. Its id tells its render, so that it can be found again."""
        name = render.job.partition("_")[2]
        asset_id = f"{self._prefixes['MediaId']}{name}{number}"
        view: dict[str, Json] = {
            "id": asset_id,
            "kind": kind,
            "url": self.permanent_url(asset_id, base),
            "width": 1080,
            "height": 1920,
        }
        if kind == self.words.asset_kinds[0]:
            view["durationMs"] = 27_500
        return view

    def permanent_url(self, asset_id: str, base: str) -> str:
        """Where a file stays."""
        return f"{base}{MEDIA}{asset_id}"

    def signed_url(self, asset_id: str, expires: int, base: str) -> str:
        """Where a file can be fetched until *expires*."""
        query = urlencode({"expires": expires, "signature": self.sign(asset_id, expires)})
        return f"{base}{MEDIA}{asset_id}?{query}"

    def captions(self, container: Container, render: Render) -> list[dict[str, Json]]:
        """One text for each platform of the brief, or for the usual ones."""
        wanted = container.brief.get("targetPlatforms") or self.words.platforms
        text = str(container.brief.get("hook", ""))
        return [{"platform": platform, "text": text} for platform in dict.fromkeys(wanted)]

    def policy_view(self, project: Project) -> dict[str, Json]:
        """A project's approval policy."""
        updated = self.stamp(project.policy_updated)
        return {"projectId": project.id, **project.policy, "updatedAt": updated}
