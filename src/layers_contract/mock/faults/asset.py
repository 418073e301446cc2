"""Assets found where they are not, or signed wrong."""

from __future__ import annotations

from typing import Any

from layers_contract.mock.behaviour import Behaviour
from layers_contract.mock.model import Answer, Call
from layers_contract.mock.registry import fault
from layers_contract.mock.store import FIRST

Json = Any
View = dict[str, Json]


@fault(
    "asset-of-any-container",
    breaks="asset.own",
    sentence="An asset is found under any container of its owner.",
)
class _AssetOfAnyContainer(Behaviour):
    def sign_asset(self, call: Call) -> Answer:
        container, _ = self.owned_container(call)
        for _, other, render in self.store.containers(container.project, FIRST):
            shown = self.is_completed(render, self.clock.now())
            for asset in self.assets(other, render, call.base) if shown else ():
                if asset["id"] == call.ids["assetId"]:
                    return self.ok(call, self.signed(asset, call.base))
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
