"""Containers and assets that show what they must not, or lack what they must show."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call, Container, Render
from layers_contract.mock.registry import fault

Json = Any
View = dict[str, Json]


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
    "permanent-url-changes",
    breaks="container.urls",
    sentence="The permanent URL of an asset is another one on every read.",
)
class _PermanentUrlChanges(Behaviour):
    def permanent_url(self, asset_id: str, base: str) -> str:
        return f"{super().permanent_url(asset_id, base)}?v={self.random.getrandbits(32)}"


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
    "only-first-asset-is-signed",
    breaks="asset.readable",
    sentence="Only the first asset of a container can be signed.",
)
class _OnlyFirstAssetIsSigned(Behaviour):
    def sign_asset(self, call: Call) -> Answer:
        if not call.ids["assetId"].endswith("0"):
            raise self.words.refuse("NotFound")
        return super().sign_asset(call)


@fault(
    "signed-url-is-permanent",
    breaks="asset.signed",
    sentence="Signing an asset gives its permanent URL.",
)
class _SignedUrlIsPermanent(Behaviour):
    def signed_url(self, asset_id: str, expires: int, base: str) -> str:
        return self.permanent_url(asset_id, base)


@fault(
    "signed-asset-differs",
    breaks="asset.same",
    sentence="A signed asset has other measures than on its container.",
)
class _SignedAssetDiffers(Behaviour):
    def signed(self, asset: View, base: str) -> View:
        view = super().signed(asset, base)
        return {**view, "width": asset["height"], "height": asset["width"]}


@fault(
    "signed-image-is-video",
    breaks="asset.same",
    sentence="A signed image calls itself a video.",
)
class _SignedImageIsVideo(Behaviour):
    def signed(self, asset: View, base: str) -> View:
        return {**super().signed(asset, base), "kind": self.words.asset_kinds[0]}


@fault(
    "signed-url-born-expired",
    breaks="asset.expires",
    sentence="A signed URL has expired when it is issued.",
)
class _SignedUrlBornExpired(Behaviour):
    def expiry(self) -> float:
        return self.clock.now() - 60


class _LeavesOut(Behaviour):
    """Leaves out a member of a container where it has nothing to say."""

    member = ""

    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        view = super().container_view(container, render, now, base)
        return {name: value for name, value in view.items() if name != self.member or value}


@fault(
    "no-error-left-out",
    breaks="schema.body",
    sentence="A container without an error has no lastError at all.",
)
class _NoErrorLeftOut(_LeavesOut):
    member = "lastError"


@fault(
    "no-influencer-left-out",
    breaks="schema.body",
    sentence="A container without an influencer has no influencerId at all.",
)
class _NoInfluencerLeftOut(_LeavesOut):
    member = "influencerId"


@fault(
    "brief-left-out",
    breaks="schema.body",
    sentence="A container is shown without its brief until it has completed.",
)
class _BriefLeftOut(Behaviour):
    def container_view(
        self, container: Container, render: Render, now: float, base: str
    ) -> dict[str, Json]:
        view = super().container_view(container, render, now, base)
        if not self.is_completed(render, now):
            del view["brief"]
        return view
