"""Containers that show what they must not, or lack what they must show."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]
HOUR = 60 * 60.0
SUMMER = 7200.0
"""Seconds by which some clocks are ahead of UTC."""


@fault(
    "assets-early",
    breaks="container.assets-early",
    sentence="Assets are shown while the render still runs.",
)
class _AssetsEarly(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        begun = self.is_running(render, now) and self.progress(render, now) > 0
        return {**view, "assets": self.assets(container, render, base)} if begun else view


@fault(
    "canceled-keeps-assets",
    breaks="container.assets-early",
    sentence="A canceled container shows assets.",
)
class _CanceledKeepsAssets(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        canceled = view["status"] == self.words.canceled
        return {**view, "assets": self.assets(container, render, base)} if canceled else view


class _LacksAssets(Behaviour):
    def lacks(self, container: Container, render: Render) -> bool:
        return True

    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        return {**view, "assets": []} if self.lacks(container, render) else view


@fault(
    "completed-without-assets",
    breaks="container.assets",
    sentence="A completed container has no assets.",
)
class _CompletedWithoutAssets(_LacksAssets):
    pass


@fault(
    "second-regenerate-loses-assets",
    breaks="container.assets",
    sentence="From its third render on a completed container has no assets.",
)
class _SecondRegenerateLosesAssets(_LacksAssets):
    def lacks(self, container: Container, render: Render) -> bool:
        return render.number > 2


@fault(
    "slideshow-without-assets",
    breaks="container.assets",
    sentence="A completed slideshow has no assets.",
)
class _SlideshowWithoutAssets(_LacksAssets):
    def lacks(self, container: Container, render: Render) -> bool:
        return "slideshow" in container.format


@fault(
    "completed-without-captions",
    breaks="container.captions",
    sentence="A completed container has no captions where the brief names no platform.",
)
class _CompletedWithoutCaptions(Behaviour):
    def captions(self, container: Container, render: Render) -> list[View]:
        named = container.brief.get("targetPlatforms")
        return super().captions(container, render) if named else []


@fault(
    "second-failure-without-error",
    breaks="container.last-error",
    sentence="A container that fails when it is rendered again shows no error.",
)
class _SecondFailureWithoutError(Behaviour):
    def last_error(self, render: Render) -> Json:
        return None if render.number > 1 else super().last_error(render)


@fault(
    "failed-without-error",
    breaks="container.last-error",
    sentence="A failed container has no lastError.",
)
class _FailedWithoutError(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        return {**super().container_view(container, render, now, base), "lastError": None}


@fault(
    "error-stays",
    breaks="container.last-error",
    sentence="The error of a failed render stays on the container through the next render.",
)
class _ErrorStays(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        before = [r for r in self.store.renders(container.id) if r.number < render.number]
        failed = any(not self.succeeds(r) and r.canceled is None for r in before)
        return {**view, "lastError": self.last_error(render)} if failed else view


@fault(
    "created-moves",
    breaks="container.created",
    sentence="A container's createdAt is the start of the newest render.",
)
class _CreatedMoves(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        return {**view, "createdAt": self.stamp(render.started)}


@fault(
    "created-moves-in-place",
    breaks="container.created",
    sentence="A container that is rendered again was created a second later than it said.",
)
class _CreatedMovesInPlace(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        later = self.stamp(container.created + 1)
        return {**view, "createdAt": later} if render.number > 1 else view

    def item_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().item_view(container, render, now, base)
        return {**view, "createdAt": self.stamp(container.created)}


@fault(
    "updated-goes-back",
    breaks="container.updated",
    sentence="A container's updatedAt falls back when a render ends.",
)
class _UpdatedGoesBack(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        running = self.is_running(render, now)
        return super().updated(container, render, now) if running else container.created


@fault(
    "updated-before-created",
    breaks="container.updated",
    sentence="A fresh container's updatedAt is before its createdAt.",
)
class _UpdatedBeforeCreated(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        moment = super().updated(container, render, now)
        return moment - 1 if moment == container.created else moment


@fault(
    "container-moves-project",
    breaks="container.constant",
    sentence="A completed container names another project.",
)
class _ContainerMovesProject(Behaviour):
    def container_view(self, container: Container, render: Render, now: float, base: str) -> View:
        view = super().container_view(container, render, now, base)
        done = view["status"] == self.words.success
        return {**view, "projectId": self.world.disposable[-1]} if done else view


@fault(
    "clone-moves-project-later",
    breaks="container.constant",
    sentence="Read an hour after it has ended, a clone names another project.",
)
class _CloneMovesProjectLater(Behaviour):
    def read_container(self, call: Call) -> Answer:
        answer = super().read_container(call)
        _, render = self.owned_container(call)
        is_clone = render.kind == self.contract.starts["cloneContentFromPost"].kind
        if is_clone and self.clock.now() > self.finished(render) + HOUR:
            answer.body["projectId"] = self.world.disposable[-1]
        return answer


@fault(
    "permanent-url-changes",
    breaks="container.urls",
    sentence="The permanent URL of an asset is another one on every read.",
)
class _PermanentUrlChanges(Behaviour):
    def permanent_url(self, asset_id: str, base: str) -> str:
        return f"{super().permanent_url(asset_id, base)}?v={self.random.getrandbits(32)}"


@fault(
    "reviewed-url-changes",
    breaks="container.urls",
    sentence="The permanent URLs of what was reviewed are others an hour later.",
)
class _ReviewedUrlChanges(Behaviour):
    def assets(self, container: Container, render: Render, base: str) -> list[View]:
        found = super().assets(container, render, base)
        late = self.clock.now() > self.finished(render) + HOUR
        if late and container.review != self.words.gate.open:
            for each in found:
                each["url"] += "?archived"
        return found


@fault(
    "container-not-yet-there",
    breaks="container.readable",
    sentence="A container cannot be read until its render has left the queue.",
)
class _ContainerNotYetThere(Behaviour):
    def read_container(self, call: Call) -> Answer:
        _, render = self.owned_container(call)
        if self.clock.now() < render.started + render.queue:
            raise self.words.refuse("NotFound")
        return super().read_container(call)


@fault(
    "updated-stands-still",
    breaks="container.updated-moves",
    sentence="The updatedAt stays what it was when the render was asked for.",
)
class _UpdatedStandsStill(Behaviour):
    def updated(self, container: Container, render: Render, now: float) -> float:
        return container.touched


@fault(
    "created-in-local-time",
    breaks="container.clock",
    sentence="The time of creation is two hours ahead: local time with a Z.",
)
class _CreatedInLocalTime(Behaviour):
    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        shown = super().container_view(container, render, now, base)
        updated = self.updated(container, render, now) + SUMMER
        return {
            **shown,
            "createdAt": self.stamp(container.created + SUMMER),
            "updatedAt": self.stamp(updated),
        }
